"""The support at the bottom right of every page of ours: how to reach it, when it answers, and the form."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, request
from flask_babel import get_locale
from werkzeug.exceptions import HTTPException
from wtforms import HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from smsadmin.admin.forms import SafeForm
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.host import Role, StaffMember
from smsadmin.i18n import _, lazy
from smsadmin.opening_hours import (
    is_open,
    never_closed,
    next_opening,
    parse,
    shown_hours,
    shown_opening,
    shown_zone,
)
from smsadmin.support import number_of_requests
from smsadmin.text.phones import shown

A_WEEK = timedelta(days=7)

SHORTEST_TEXT, LONGEST_TEXT = 10, 4000
SHORTEST_CONTACT, LONGEST_CONTACT = 3, 200
LONGEST_PAGE = 300


def _lines(text: str | None) -> str:
    # A browser sends two characters for the end of a line and counts one.
    return (text or "").replace("\r\n", "\n").strip()


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class SupportForm(SafeForm):
    """A request to the support."""

    text = TextAreaField(
        lazy("What happened"),
        [Length(SHORTEST_TEXT, LONGEST_TEXT, lazy("Write %(min)d to %(max)d characters."))],
        filters=[_lines],
        id="sms-support-text",
        render_kw={"rows": 4, "required": True},
    )
    contact = StringField(
        lazy("How to answer you"),
        [Length(SHORTEST_CONTACT, LONGEST_CONTACT, lazy("Write a phone, an e-mail or a Telegram name."))],
        filters=[_one_line],
        id="sms-support-contact",
        render_kw={"required": True},
    )
    page = HiddenField(filters=[lambda path: path or ""], id="sms-support-page")

    def validate_page(self, field: Any) -> None:
        """Take the path of a page of ours, or nothing."""
        if field.data and not is_ours(field.data):
            raise ValidationError(_("The request came from a page that is not one of ours. Send it again."))


@dataclass(frozen=True)
class Hours:
    """The hours of the support in the reader's language."""

    shown: str
    zone: str
    is_open: bool
    opens: str
    """When it opens next, e.g. `Mon 9:00`."""


@dataclass(frozen=True)
class Corner:
    """What stands in the corner."""

    email: str
    phone: str
    """E.164."""
    phone_shown: str
    telegram: str
    hours: Hours | None
    """None where they are not said."""
    form: SupportForm
    of_a_week: int | None
    """The requests of all within seven days, for the owner; None: this person sees his own."""
    unfolded: bool
    still: bool
    """A page that renews itself must not: the person writes, or reads the number of his request."""


def corner(member: StaffMember, form: SupportForm | None) -> Corner:
    """Return the corner for this page; `form` is one that was sent and has errors."""
    wired = settings()
    return Corner(
        email=wired.support_email,
        phone=wired.support_phone,
        phone_shown=shown(wired.support_phone) if wired.support_phone else "",
        telegram=wired.support_telegram,
        hours=hours(),
        form=form or SupportForm(contact=member.phone, page=request.path if is_ours(request.path) else ""),
        of_a_week=number_of_requests(A_WEEK) if member.role is Role.OWNER else None,
        unfolded=form is not None or request.args.get("help") == "open",
        still="help" in request.args,
    )


def hours() -> Hours | None:
    """Return the support's hours as they are now, in the reader's language; None where they are not said."""
    spans = parse(settings().support_hours)
    zone, now, locale = ZoneInfo(settings().support_timezone), utc_now(), str(get_locale())
    opens = next_opening(spans, zone, now)
    if opens is None:
        return None
    return Hours(
        str(_("around the clock")) if never_closed(spans) else shown_hours(spans, locale),
        shown_zone(zone, now, locale),
        is_open(spans, zone, now),
        shown_opening(opens, zone, locale, now),
    )


def is_ours(path: str) -> bool:
    """Say whether a path, without a query, is one that a screen of ours answers."""
    return can_be_opened(path) or _leads_to_us(path, "POST")


def can_be_opened(path: str) -> bool:
    """Say whether a path, without a query, is a page of ours; some paths of buttons are not."""
    return _leads_to_us(path, "GET")


def _leads_to_us(path: str, method: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    # Two slashes are another site to a browser, and none to the map of addresses.
    if (
        adapter is None
        or len(path) > LONGEST_PAGE
        or "?" in path
        or not path.startswith("/")
        or path[1:2] == "/"
    ):
        return False
    try:
        endpoint, _values = adapter.match(path, method=method)
    except HTTPException:
        return False
    return str(endpoint).startswith("sms_")
