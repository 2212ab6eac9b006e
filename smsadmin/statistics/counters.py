"""The counters of a broadcast (state × reason): changed in the transaction that moves the rows, after them."""

from collections import Counter as Tally
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsadmin.models import Counter, Message
from smsadmin.upsert import add_up

Figure = tuple[int, str, str]
"""(broadcast id, state, reason)"""


def count(session: Session, changes: "Tally[Figure]") -> None:
    """Add the changes to the counters, in key order so that two transactions never wait for each other."""
    rows = [
        {"broadcast_id": broadcast_id, "state": state, "reason": reason, "count": change}
        for (broadcast_id, state, reason), change in sorted(changes.items())
        if change
    ]
    add_up(session, Counter, rows, "count")


def figures(session: Session, broadcast_ids: Sequence[int]) -> dict[int, dict[tuple[str, str], int]]:
    """Return broadcast → (state, reason) → messages, from the counters."""
    statement = select(Counter).where(Counter.broadcast_id.in_(broadcast_ids), Counter.count != 0)
    found: dict[int, dict[tuple[str, str], int]] = {one: {} for one in broadcast_ids}
    for row in session.scalars(statement):
        found[row.broadcast_id][row.state, row.reason] = row.count
    return found


def counted_rows(session: Session, broadcast_id: int) -> dict[tuple[str, str], int]:
    """Return the same from the rows themselves (index ix_sms_messages_figure): what the counters must equal."""
    statement = (
        select(Message.state, Message.reason, func.count())
        .where(Message.broadcast_id == broadcast_id)
        .group_by(Message.state, Message.reason)
    )
    return {(state, reason): number for state, reason, number in session.execute(statement)}
