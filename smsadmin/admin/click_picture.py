"""The clicks of a broadcast as its page draws them: rows with bars, in the shop's zone and the reader's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta
from flask_babel import get_locale

from smsadmin import links
from smsadmin.current import settings
from smsadmin.i18n import _
from smsadmin.models import Broadcast

BY_HOUR = timedelta(hours=24)
"""So long after the first click the hours are shown; for longer the days."""

MOST_DAYS = 31
DEVICES = ("phone", "tablet", "computer", "other")


@dataclass(frozen=True)
class Row:
    """One line: what it is about, the clicks, and how long its bar is; no clicks where they are not counted."""

    name: str
    people: int | None
    others: int = 0
    percent: int = 0
    """Of the longest bar beside it."""


@dataclass(frozen=True)
class Picture:
    """The tables of a broadcast's clicks."""

    by_link: list[Row]
    by_hour: list[Row]
    by_day: list[Row]
    by_device: list[Row]
    first_after: str | None


def click_picture(broadcast: Broadcast) -> Picture:
    """Return what the page draws of a broadcast's clicks."""
    found = links.click_picture(broadcast)
    by_link = [
        Row(link.url, None)
        if link.clicked is None
        else Row(link.url, link.clicked.people, link.clicked.others)
        for link in found.links
    ]
    return Picture(
        by_link=_drawn(by_link),
        by_hour=_drawn(_hours(found)),
        by_day=_drawn(_days(found)),
        by_device=_drawn(
            Row(word, found.by_device[device].people, found.by_device[device].others)
            for device, word in zip(DEVICES, _device_words(), strict=True)
            if device in found.by_device
        ),
        first_after=_length(found.first_after),
    )


def _hours(found: links.ClickPicture) -> list[Row]:
    first = min(found.by_hour, default=None)
    return [
        Row(_hour(hour), clicked.people, clicked.others)
        for hour, clicked in found.by_hour.items()
        if first and hour < first + BY_HOUR
    ]


def _days(found: links.ClickPicture) -> list[Row]:
    """Return the latest days, where there are more than the hours show."""
    if not found.by_hour or max(found.by_hour) < min(found.by_hour) + BY_HOUR:
        return []
    days: dict[str, tuple[int, int]] = {}
    for hour, clicked in found.by_hour.items():
        day = format_datetime(hour, "d MMM", tzinfo=_zone(), locale=get_locale())
        people, others = days.get(day, (0, 0))
        days[day] = people + clicked.people, others + clicked.others
    return [Row(day, *numbers) for day, numbers in days.items()][-MOST_DAYS:]


def _hour(hour: datetime) -> str:
    return format_datetime(hour, "d MMM, HH:mm", tzinfo=_zone(), locale=get_locale())


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().timezone)


def _drawn(rows: Iterable[Row]) -> list[Row]:
    """Give each row its bar."""
    all_rows = list(rows)
    most = max((row.people or 0 for row in all_rows), default=0) or 1
    return [Row(row.name, row.people, row.others, -(-100 * (row.people or 0) // most)) for row in all_rows]


def _device_words() -> tuple[str, ...]:
    return _("phone"), _("tablet"), _("computer"), _("something else")


def _length(after: timedelta | None) -> str | None:
    """Return a length of time as people say it: 12 min."""
    if after is None:
        return None
    if after < timedelta(minutes=1):
        said: str = _("less than a minute")
        return said
    return format_timedelta(after, threshold=1.5, format="short", locale=get_locale())
