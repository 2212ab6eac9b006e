"""Compare all that is counted of broadcasts with the rows that it counts, each kind in one snapshot, and mend it."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select, union_all, update
from sqlalchemy.orm import Session

from smsadmin import links
from smsadmin.database import db_now, read, write
from smsadmin.models import Counter, Integration, Message
from smsadmin.statistics.listed import ListDifference, list_differences, mend_lists
from smsadmin.upsert import add_up

AT_ONCE = 1000
"""The most differences of one kind that are read, and mended in one transaction."""


@dataclass(frozen=True)
class Difference:
    """One counter that is not what its rows are."""

    broadcast_id: int
    state: str
    reason: str
    counter: int
    rows: int

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        what = f"broadcast {self.broadcast_id}, {self.state}{reason}"
        return f"{what}: the counter says {self.counter}, the rows are {self.rows}"


AnyDifference = Difference | ListDifference | links.UseDifference


def check_counters() -> list[AnyDifference]:
    """Return the differences, at most `AT_ONCE` of a kind, and keep how many there were and when."""
    found = read(all_differences)
    write(lambda session: _keep(session, len(found)))
    return found


def mend_counters() -> int:
    """Add to each counter what it lacks; return how many were mended.

    A difference stays the same while messages move, because they move rows and counters together: so what was
    missing in the snapshot is what is missing now.
    """
    mended = 0
    while count := write(_mend):
        mended += count
    return mended


def all_differences(session: Session) -> list[AnyDifference]:
    """Return what differs: the counters of messages, what is kept of lists, the counters of clicks and logins."""
    return [
        *differences(session),
        *list_differences(session, AT_ONCE),
        *links.use_differences(session, AT_ONCE),
    ]


def differences(session: Session) -> list[Difference]:
    """Return the counters of messages that are not what their rows are, in their order."""
    return [Difference(*row) for row in session.execute(_statement())]


def _statement() -> Select[int, str, str, int, int]:
    """Count in one statement, and so in one snapshot, while sending goes on.

    Index ix_sms_messages_figure holds all that is counted.
    """
    counters = select(
        Counter.broadcast_id,
        Counter.state,
        Counter.reason,
        Counter.count.label("counter"),
        (Counter.count * 0).label("rows"),
    )
    rows = (
        select(
            Message.broadcast_id, Message.state, Message.reason, func.count() * 0, func.count().label("rows")
        )
        .where(Message.broadcast_id.is_not(None))
        .group_by(Message.broadcast_id, Message.state, Message.reason)
    )
    both = union_all(counters, rows).subquery()
    key = (both.c.broadcast_id, both.c.state, both.c.reason)
    counter, counted = func.sum(both.c.counter), func.sum(both.c.rows)
    return (
        select(*key, counter, counted).group_by(*key).having(counter != counted).order_by(*key).limit(AT_ONCE)
    )


def _mend(session: Session) -> int:
    # One at a time: two would add the same twice. It begins with its write.
    _keep(session, 0)
    found = differences(session)
    rows = [
        {
            "broadcast_id": each.broadcast_id,
            "state": each.state,
            "reason": each.reason,
            "count": each.rows - each.counter,
        }
        for each in found
    ]
    add_up(session, Counter, rows, "count")
    return len(found) + mend_lists(session, AT_ONCE) + links.mend_uses(session, AT_ONCE)


def _keep(session: Session, number: int) -> None:
    session.execute(update(Integration).values(counters_off=number, counters_checked_at=db_now()))
