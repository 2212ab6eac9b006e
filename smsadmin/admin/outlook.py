"""What lies ahead of a broadcast: when it leaves, when its list is formed, until when it is of use."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask_babel import get_locale

from smsadmin.admin.zones import shown_there
from smsadmin.broadcasts import lifecycle, schedule
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import read
from smsadmin.models import Broadcast
from smsadmin.shown import shown_time
from smsadmin.states import Step, Trigger
from smsadmin.statistics.pace import forecast
from smsadmin.statistics.report import Report


@dataclass(frozen=True)
class Outlook:
    """The times of a broadcast in its own zone; None where it has none."""

    by_rule: bool
    """Not to people in a list that was seen, but to whoever matches."""
    leaves: str | None
    is_due: bool
    """Its time to leave has passed."""
    forms: str | None
    forms_at: datetime | None
    """When the list is formed ahead of the time."""
    forms_at_once: bool
    """That moment has passed."""
    not_after: str | None
    too_late: bool
    """Nothing of it may leave any more."""
    goes_on: Step
    """By which step it goes on when it is paused."""
    ends: str | None
    """About when its last SMS will have left, by the shop's clock."""


def outlook(broadcast: Broadcast, report: Report) -> Outlook:
    """Return what lies ahead of a broadcast."""
    forms = schedule.forms_at(broadcast)
    return Outlook(
        by_rule=broadcast.trigger == Trigger.RULE,
        leaves=_shown(broadcast.send_at, broadcast),
        is_due=_has_passed(broadcast.send_at),
        forms=_shown(forms, broadcast),
        forms_at=forms,
        forms_at_once=_has_passed(forms),
        not_after=_shown(broadcast.not_after, broadcast),
        too_late=_has_passed(broadcast.not_after),
        goes_on=read(lambda session: lifecycle.resume_step(session, broadcast)),
        ends=_soon(forecast(broadcast, report)),
    )


def _shown(moment: datetime | None, broadcast: Broadcast) -> str | None:
    return None if moment is None else shown_there(moment, broadcast.zone)


def _soon(moment: datetime | None) -> str | None:
    """Return a moment by the shop's clock, without the date where that is today's."""
    if moment is None:
        return None
    here = moment.astimezone(ZoneInfo(settings().timezone))
    if here.date() != utc_now().astimezone(here.tzinfo).date():
        return shown_time(moment)
    return format_time(here.time(), "HH:mm", locale=get_locale())


def _has_passed(moment: datetime | None) -> bool:
    return moment is not None and moment <= utc_now()
