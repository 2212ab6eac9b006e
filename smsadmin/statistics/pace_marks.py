"""How many SMS of each broadcast had left at two moments: what the finish forecast measures the real rate from.

The marks are about a window (`SMSADMIN_SWEEP_EVERY`) apart and follow the clock: the rate is that of the last one or
two windows. Those of all broadcasts of an account are set in the same round, since they share its rate. Time in which
nothing could leave does not count: while the account rests both marks move along to the end of the rest, and where
nothing left for a whole window the measuring begins anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from smsadmin.current import settings
from smsadmin.database import db_now, read, write
from smsadmin.models import Account, Broadcast, Counter
from smsadmin.states import SENDS, State

NOT_GONE = (State.QUEUED, State.SENDING, State.SKIPPED)
"""States of messages that have not left, or never will."""

SOON_ENOUGH = 0.9
"""Of a window: the sweeper's rounds are never quite as long as they should be."""


@dataclass(frozen=True)
class Marks:
    """How many had gone at two moments (UTC, by the database's clock), `since` before `then`."""

    since: datetime | None
    since_gone: int
    then: datetime | None = None
    then_gone: int = 0

    @classmethod
    def of(cls, broadcast: Broadcast) -> "Marks":
        """Return the marks of a broadcast."""
        return cls(
            broadcast.pace_from, broadcast.pace_from_gone, broadcast.pace_next, broadcast.pace_next_gone
        )


@dataclass(frozen=True)
class Rest:
    """The account is stopped: `until` (UTC), None: until a person has looked."""

    until: datetime | None


def is_due(all_marks: Sequence[Marks], now: datetime, window: timedelta) -> bool:
    """Say whether it is time for another round of an account's broadcasts; pure."""
    rounds = [marks.then for marks in all_marks if marks.then]
    begun = [marks.since for marks in all_marks if marks.since]
    last = max(rounds) if rounds else min(begun, default=now)
    return now - last >= window * SOON_ENOUGH


def moved(marks: Marks, now: datetime, gone: int, rest: Rest | None, due: bool) -> Marks:
    """Return where the marks are now that so many have gone, and a round may be due; pure."""
    if marks.since is None:
        return Marks(now, gone)
    if rest is not None and (rest.until is None or marks.then is None):
        return Marks(rest.until or now, gone)
    if rest is not None and rest.until is not None and marks.then is not None:
        end = max(rest.until, marks.then)
        return Marks(end - (marks.then - marks.since), gone - (marks.then_gone - marks.since_gone), end, gone)
    if not due:
        return marks
    last, last_gone = (marks.then, marks.then_gone) if marks.then else (marks.since, marks.since_gone)
    return Marks(now, gone) if gone == last_gone else Marks(last, last_gone, now, gone)


def gone_of() -> ScalarSelect[int]:
    """Return how many of a broadcast have gone, by its counters, as a subquery about `Broadcast`."""
    counted = func.coalesce(func.sum(Counter.count), 0)
    mine = (Counter.broadcast_id == Broadcast.id, Counter.state.not_in(NOT_GONE))
    return select(counted).where(*mine).correlate(Broadcast).scalar_subquery()


BEGIN: dict[str, Any] = {
    "pace_from": db_now(),
    "pace_from_gone": gone_of(),
    "pace_next": None,
    "pace_next_gone": 0,
}
"""The marks of a broadcast that begins to send, or goes on."""


def rest_of(account: Account, now: datetime) -> Rest | None:
    """Say whether the account rests at this moment, and until when."""
    over = account.stopped_until is not None and account.stopped_until <= now
    return Rest(account.stopped_until) if account.stopped_reason and not over else None


def keep_marks() -> None:
    """Move the marks of all broadcasts that send; what another sweeper has moved, or a person, stays as it is."""
    now, found = read(_sending)
    window = timedelta(seconds=settings().sweep_every)
    of_account: dict[int, list[Marks]] = {}
    for broadcast, account, _ in found:
        of_account.setdefault(account.id, []).append(Marks.of(broadcast))
    due = {account_id: is_due(marks, now, window) for account_id, marks in of_account.items()}
    rows = [
        row
        for broadcast, account, gone in found
        if (
            row := _row(
                broadcast, moved(Marks.of(broadcast), now, gone, rest_of(account, now), due[account.id])
            )
        )
    ]
    if rows:
        write(lambda session: _store(session, rows))


def _sending(session: Session) -> tuple[datetime, Sequence[Any]]:
    statement = (
        select(Broadcast, Account, gone_of())
        .join(Account, Account.id == Broadcast.account_id)
        .where(Broadcast.state.in_(SENDS))
        .order_by(Broadcast.id)
    )
    return session.scalars(select(db_now())).one(), session.execute(statement).all()


def _row(broadcast: Broadcast, marks: Marks) -> dict[str, Any] | None:
    if marks == Marks.of(broadcast):
        return None
    return {
        "this": broadcast.id,
        "since_before": broadcast.pace_from,
        "then_before": broadcast.pace_next,
        "since": marks.since,
        "since_gone": marks.since_gone,
        "then": marks.then,
        "then_gone": marks.then_gone,
    }


def _store(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    table: Any = Broadcast.__table__
    statement = (
        update(table)
        .where(
            table.c.id == bindparam("this"),
            # An IN grows with its values, and no statement for many rows can grow.
            or_(*(table.c.state == state for state in SENDS)),
            table.c.pace_from.is_not_distinct_from(bindparam("since_before")),
            table.c.pace_next.is_not_distinct_from(bindparam("then_before")),
        )
        .values(
            pace_from=bindparam("since"),
            pace_from_gone=bindparam("since_gone"),
            pace_next=bindparam("then"),
            pace_next_gone=bindparam("then_gone"),
        )
    )
    session.connection().execute(statement, list(rows))
