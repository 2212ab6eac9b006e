"""Once a night one worker compares the counters with the rows, at `SMSADMIN_NIGHTLY_AT` in the shop's zone."""

import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, update

from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import changed, db_now, write
from smsadmin.integration import integration
from smsadmin.models import Integration
from smsadmin.settings_reading import clock_time
from smsadmin.statistics.differences import check_counters

log = logging.getLogger(__name__)

AGAIN_AFTER = 3600.0
"""A worker that was killed while it compared leaves the night to another one after so many seconds."""


def check_by_night() -> bool:
    """Compare the counters when the night has come, whichever worker's turn it is; say whether this one did."""
    due_at = integration().counters_due_at
    if due_at is None:
        _plan_first()
        return False
    if due_at > utc_now() or not _takes_turn():
        return False
    differences = check_counters()
    if differences:
        log.error("%s counters are not equal to their rows", len(differences))
    _plan()
    return True


def next_night(now: datetime) -> datetime:
    """Return the first moment (UTC) after `now` at which the shop's clock shows `SMSADMIN_NIGHTLY_AT`.

    A time that the clock jumps over is the moment after the jump; of one that comes twice the first counts.
    """
    zone = ZoneInfo(settings().timezone)
    at = clock_time("nightly_at", settings().nightly_at)
    day = now.astimezone(zone).date()
    nights = (datetime.combine(day + timedelta(days=days), at, zone).astimezone(UTC) for days in (0, 1, 2))
    return next(night for night in nights if night > now)


def _takes_turn() -> bool:
    due = Integration.counters_due_at <= db_now()
    statement = update(Integration).where(due).values(counters_due_at=db_now(AGAIN_AFTER))
    return write(lambda session: changed(session, statement)) == 1


def _plan_first() -> None:
    """Set the first night, unless another worker was quicker."""
    _plan(Integration.counters_due_at.is_(None))


def _plan(*conditions: ColumnElement[bool]) -> None:
    statement = update(Integration).where(*conditions).values(counters_due_at=next_night(utc_now()))
    write(lambda session: session.execute(statement))
