"""Move sets of messages from state to state: one UPDATE per state they come from, rows first, then counters."""

from collections import Counter as Tally
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select, update
from sqlalchemy.orm import Session

from smsadmin.database import among, table
from smsadmin.models import Message
from smsadmin.reasons import Reason
from smsadmin.states import RANK, State
from smsadmin.statistics.counters import Figure, count

MESSAGES = table(Message)


@dataclass(frozen=True)
class Target:
    """Where messages go; `values` are further columns to set."""

    state: State
    reason: Reason | None = None


def move(
    session: Session,
    ids: Collection[int],
    source: State,
    target: Target,
    *conditions: ColumnElement[bool],
    source_reason: str = "",
    tally: Tally[Figure] | None = None,
    **values: Any,
) -> set[int]:
    """Move those of the messages that are still in `source`; return which; nothing else is touched.

    A message is `queued` or `sending` without a reason, always. The counters are changed here, or, where several
    moves make one transaction, by whoever hands over a `tally`: at once, in one order, at its end.
    """
    if not ids:
        return set()
    statement = (
        update(MESSAGES)
        .where(
            among(MESSAGES.c.id, ids),
            MESSAGES.c.state == source.value,
            MESSAGES.c.reason == source_reason,
            *conditions,
        )
        .values(state=target.state.value, rank=RANK[target.state], reason=str(target.reason or ""), **values)
        .returning(MESSAGES.c.id, MESSAGES.c.broadcast_id)
    )
    moved = session.execute(statement).all()
    changes: Tally[Figure] = Tally() if tally is None else tally
    for _, broadcast_id in moved:
        if broadcast_id is not None:
            changes[broadcast_id, source.value, source_reason] -= 1
            changes[broadcast_id, target.state.value, str(target.reason or "")] += 1
    if tally is None:
        count(session, changes)
    return {message_id for message_id, _ in moved}


def raise_to(
    session: Session, ids: Collection[int], target: Target, tally: Tally[Figure] | None = None, **values: Any
) -> set[int]:
    """Move the messages up to `target` from wherever they are below it; ranks only rise; return which moved."""
    moved: set[int] = set()
    for source, reason, group in _sources(session, ids, RANK[target.state]):
        moved |= move(session, group, source, target, source_reason=reason, tally=tally, **values)
    return moved


def _sources(session: Session, ids: Collection[int], below: int) -> Iterable[tuple[State, str, list[int]]]:
    """Where the messages are now; they are locked in id order, so that two transactions never cross."""
    groups: dict[tuple[State, str], list[int]] = {}
    for message_id, state, reason in session.execute(_below(), {"ids": list(ids), "rank": below}):
        groups.setdefault((State(state), reason), []).append(message_id)
    return [(state, reason, group) for (state, reason), group in groups.items()]


@cache
def _below() -> Select[Any]:
    m = MESSAGES.c
    these = among(m.id, bindparam("ids")), m.rank < bindparam("rank", type_=Integer)
    return select(m.id, m.state, m.reason).where(*these).order_by(m.id).with_for_update()
