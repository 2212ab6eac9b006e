"""Writing a broadcast as a member of staff does, and confirming it by what its page shows."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from tests.admin.browser import OFFICE, Browser

NEW = "/broadcasts/new"
TEXT = "Привет, {name}! Сюда: http://localhost/sale до завтра"
MOSCOW = ZoneInfo("Europe/Moscow")
"""The shop's zone in these tests."""


def write(browser: Browser, **fields: str) -> Any:
    """Fill in the form and send it; an empty field is not sent."""
    return browser.press(NEW, NEW, **as_typed(**fields))


def rewrite(browser: Browser, broadcast_id: int, **fields: str) -> Any:
    """Fill in the form of a draft anew and send it; an empty field is not sent."""
    page = f"/broadcasts/{broadcast_id}/edit"
    return browser.press(page, page, **as_typed(**fields))


def as_typed(**fields: str) -> dict[str, str]:
    """Return what a browser sends for a usual broadcast with these fields."""
    usual = {"name": "Акция", "text": TEXT, "verified_only": "y", "wrap_clicks": "y", "wrap_login": "y"}
    return {name: value for name, value in (usual | fields).items() if value}


def at(moment: datetime, zone: str = "Europe/Moscow", field: str = "send") -> dict[str, str]:
    """Return the fields that say this moment by a clock of the zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return {
        "zone": zone,
        f"{field}_day": local.date().isoformat(),
        f"{field}_time": f"{local:%H:%M}",
    } | ({"timed": "y"} if field == "send" else {})


def in_hours(hours: float) -> datetime:
    """Return the whole minute that lies so many hours ahead."""
    return (datetime.now(UTC) + timedelta(hours=hours)).replace(second=0, microsecond=0)


def clock_change(month: int) -> date:
    """Return when Berlin puts its clock forward (3) or back (10) next year: the last Sunday of the month."""
    last = date(datetime.now(UTC).year + 1, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def entered(html: str, name: str) -> str:
    """Return what stands in a field of the form."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
    assert tag is not None, name
    value = re.search(r'value="([^"]*)"', tag.group())
    return unescape(value.group(1)) if value else ""


def chosen(html: str, name: str) -> str:
    """Return what is chosen in a list of the form, or of a few."""
    one = re.search(rf'<input checked[^>]*name="{name}"[^>]*value="([^"]*)"', html)
    if one is None:
        listed = re.search(rf'<select[^>]*name="{name}".*?</select>', html, re.DOTALL)
        assert listed is not None, name
        one = re.search(r'<option selected[^>]*value="([^"]*)"', listed.group())
    return unescape(one.group(1)) if one else ""


def error_at(html: str, name: str) -> str:
    """Return what is wrong at a field."""
    found = re.search(
        rf'name="{name}"(?:(?!form-group).)*?invalid-feedback d-block">([^<]*)<', unescape(html), re.DOTALL
    )
    assert found is not None, f"nothing is wrong at {name}"
    return found.group(1)


def seen_at(html: str, broadcast_id: int, step: str) -> str:
    """Return what a button of a broadcast's page sends along: what was seen."""
    action = re.escape(f"{OFFICE}/broadcasts/{broadcast_id}/do/{step}")
    found = re.search(rf'action="{action}".*?</form>', html, re.DOTALL)
    assert found is not None, f"there is no button for {step}"
    value = re.search(r'name="seen" value="([^"]*)"', found.group())
    return value.group(1) if value else ""


def take(browser: Browser, broadcast_id: int, step: str) -> Any:
    """Press a button of a broadcast's page, as it stands there now."""
    page = f"/broadcasts/{broadcast_id}"
    seen = seen_at(browser.open(page).text, broadcast_id, step)
    return browser.press(page, f"{page}/do/{step}", **({"seen": seen} if seen else {}))
