"""What becomes of messages in doubt that the provider says it never got: the one way back from `unknown`.

Only a provider that is asked by our own reference can say so, and only the second time counts (SENDING, Reconcile).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_, update
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import db_now
from smsadmin.models import Broadcast, Message
from smsadmin.reasons import Reason
from smsadmin.sending.apply import apply_receipts_of
from smsadmin.sending.doubts import Doubt, same_attempts
from smsadmin.sending.moves import Target, move
from smsadmin.sending.spending import give_back
from smsadmin.sending.waiting import EVENTS, TEST
from smsadmin.states import SENDS, BroadcastState, State

OPEN = (*SENDS, BroadcastState.PAUSED)


def never_arrived(session: Session, doubts: Sequence[Doubt]) -> None:
    """Note that the provider does not know these messages; those that it did not know before wait again.

    Where nothing may go any more they end: too late, or cancelled.
    """
    unknown = [doubt for doubt in doubts if doubt.message.state == State.UNKNOWN]
    first = [doubt for doubt in unknown if doubt.message.not_found_at is None]
    noted = update(Message).where(same_attempts(first), Message.not_found_at.is_(None))
    session.execute(noted.values(not_found_at=db_now()))
    again = [doubt for doubt in unknown if doubt.message.not_found_at is not None]
    if again:
        apply_receipts_of(session, [doubt.message.id for doubt in again])
        _end(session, again)


def _end(session: Session, doubts: Sequence[Doubt]) -> None:
    late = Message.not_after <= db_now()
    goes_on = and_(or_(Message.not_after.is_(None), not_(late)), _is_wanted())
    now = utc_now()
    moved = _move(session, doubts, Target(State.QUEUED), goes_on, not_before=None)
    moved |= _move(session, doubts, Target(State.EXPIRED, Reason.TOO_LATE), late, settled_at=now)
    # The settling time may end between two of these: what is wanted then stays in doubt until it is asked again.
    by_staff = Target(State.CANCELLED, Reason.CANCELLED_BY_STAFF)
    moved |= _move(session, doubts, by_staff, _is_of(BroadcastState.CANCELLED), settled_at=now)
    over = Target(State.CANCELLED, Reason.NEVER_ARRIVED)
    moved |= _move(session, doubts, over, not_(_is_wanted()), settled_at=now)
    give_back(session, [(doubt.message, doubt.asked.at) for doubt in doubts if doubt.message.id in moved])


def _is_wanted() -> ColumnElement[bool]:
    """Say of a message that it may still go: its broadcast sends or is paused, or it is of an event."""
    event = and_(Message.broadcast_id.is_(EVENTS), Message.event_kind != TEST)
    return or_(_is_of(*OPEN), event)


def _is_of(*states: BroadcastState) -> ColumnElement[bool]:
    """Say of a message that its broadcast is in one of these states."""
    return exists().where(Broadcast.id == Message.broadcast_id, Broadcast.state.in_(states))


def _move(
    session: Session,
    doubts: Sequence[Doubt],
    target: Target,
    *conditions: ColumnElement[bool],
    **values: Any,
) -> set[int]:
    """Move those of the messages that are still in doubt about the very attempt that was asked about; return which."""
    settled = Message.not_found_at <= db_now(-settings().doubt_settles_after)
    ids = [doubt.message.id for doubt in doubts]
    moved: set[int] = set()
    for reason in sorted({doubt.message.reason for doubt in doubts}):
        moved |= move(
            session,
            ids,
            State.UNKNOWN,
            target,
            settled,
            same_attempts(doubts),
            *conditions,
            source_reason=reason,
            lookup_at=None,
            not_found_at=None,
            lease_until=None,
            **values,
        )
    return moved
