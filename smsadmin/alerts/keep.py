"""The alerts as they are kept: opened once per cause, told, tried again after growing pauses, over with the cause."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from smsadmin.alerts.kinds import Finding
from smsadmin.database import changed, db_now, read, write
from smsadmin.models import Alert
from smsadmin.upsert import insert_or_ignore

FIRST_PAUSE = 60.0
LONGEST_PAUSE = 3600.0
"""Between two tries to tell one alert, in seconds; each pause is twice as long as the one before."""

MOST_DOUBLINGS = 6
"""After so many the pause is the longest one."""

KEPT_FOR = 90 * 86_400.0
"""How long an alert that is over is kept, in seconds."""


def opened_causes() -> dict[str, datetime]:
    """Return cause → since when, of the alerts that are not over (index uq_sms_alerts_open)."""
    statement = select(Alert.cause, Alert.since).where(Alert.over_at.is_(None))
    return dict(read(lambda session: [(row.cause, row.since) for row in session.execute(statement)]))


def settle(before: Collection[str], found: Mapping[str, Finding]) -> None:
    """Open the causes that are new, and end those that are over.

    `before` are the causes that were open *before* anything was looked for: what another process has opened
    since then must not be ended by what was seen earlier.
    """
    new = [finding for cause, finding in found.items() if cause not in before]
    over = [cause for cause in before if cause not in found]
    if new or over:
        write(lambda session: _settle(session, new, over))


def _settle(session: Session, new: Sequence[Finding], over: Sequence[str]) -> None:
    # Begins with its write.
    ended = update(Alert).where(Alert.over_at.is_(None), Alert.cause.in_(over))
    session.execute(ended.values(over_at=db_now()))
    session.execute(delete(Alert).where(Alert.over_at < db_now(-KEPT_FOR)))
    now = session.scalars(select(db_now())).one()
    rows = [
        {
            "cause": finding.cause,
            "since": finding.since or now,
            "tries": 0,
            "next_try_at": now + timedelta(seconds=finding.patience),
            "taken_by": "",
        }
        for finding in new
    ]
    insert_or_ignore(session, Alert, rows)


def due(causes: Collection[str]) -> list[Alert]:
    """Return the alerts of these causes that are to be told now."""
    statement = select(Alert).where(
        Alert.over_at.is_(None), Alert.told_at.is_(None), Alert.next_try_at <= db_now()
    )
    waiting = read(lambda session: session.scalars(statement.order_by(Alert.id)).all())
    return [alert for alert in waiting if alert.cause in causes]


def takes_turn(alert: Alert) -> bool:
    """Claim this try for whoever calls; False: another process was quicker, or the cause is over."""
    # No power of two is asked for that only the longest pause would take the place of: a large one is no float.
    pause = min(FIRST_PAUSE * 2 ** min(alert.tries, MOST_DOUBLINGS), LONGEST_PAUSE)
    statement = (
        update(Alert)
        .where(
            Alert.id == alert.id,
            Alert.tries == alert.tries,
            Alert.over_at.is_(None),
            Alert.told_at.is_(None),
        )
        .values(tries=alert.tries + 1, next_try_at=db_now(pause))
    )
    return write(lambda session: changed(session, statement)) == 1


def note(alert: Alert, taken_by: Sequence[str], by_all: bool) -> None:
    """Keep which ways have taken the alert, and that all have."""
    statement = update(Alert).where(Alert.id == alert.id).values(taken_by=",".join(taken_by))
    statement = statement.values(told_at=db_now()) if by_all else statement
    write(lambda session: session.execute(statement))


def tried_causes() -> set[str]:
    """Return the causes that are not over and of which somebody was told, or was tried to be."""
    statement = select(Alert.cause).where(Alert.over_at.is_(None), Alert.tries > 0)
    return set(read(lambda session: session.scalars(statement).all()))


def recent(limit: int) -> list[Alert]:
    """Return the newest alerts of which somebody was to be told, over or not."""
    told = select(Alert).where(Alert.tries > 0)
    return list(read(lambda session: session.scalars(told.order_by(Alert.id.desc()).limit(limit)).all()))
