"""Where something waits to be sent: the queries that the loop and the sweeper share."""

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select
from sqlalchemy.orm import Session

from smsadmin.database import db_now
from smsadmin.models import Account, Broadcast, Integration, Message
from smsadmin.states import BroadcastState, State

EVENTS = None
"""In the place of a broadcast's id: the messages of events."""

TEST = "test"
"""The `event_kind` of a test SMS to a member of staff; it is no event of the catalogue."""


def is_due() -> ColumnElement[bool]:
    """Say of a message that it waits and its time has come; index ix_sms_messages_open."""
    return and_(
        Message.state == State.QUEUED,
        # Spelled out, so that both databases use the partial index.
        literal_column("sms_messages.rank <= 1"),
        or_(Message.not_before.is_(None), Message.not_before <= db_now()),
        or_(Message.not_after.is_(None), Message.not_after > db_now()),
    )


def account_is_open(account_id: int) -> ColumnElement[bool]:
    """Say of an account that it is connected and not stopped, and that SMS is switched on."""
    return and_(
        exists().where(
            Account.id == account_id,
            Account.removed_at.is_(None),
            or_(Account.stopped_reason.is_(None), Account.stopped_until <= db_now()),
        ),
        exists().where(Integration.enabled),
    )


def broadcast_sends(broadcast_id: int) -> ColumnElement[bool]:
    """Say of a broadcast that it is neither paused nor over."""
    return exists().where(Broadcast.id == broadcast_id, Broadcast.state == BroadcastState.SENDING)


def sources(session: Session, account_id: int) -> list[int | None]:
    """Return what the account has to send for: due events first, then the broadcasts by age."""
    if not session.scalar(select(account_is_open(account_id))):
        return []
    mine = Message.account_id == account_id
    of_events = select(exists().where(mine, Message.broadcast_id.is_(EVENTS), is_due()))
    of_broadcasts = (
        select(Broadcast.id)
        .where(
            Broadcast.account_id == account_id,
            Broadcast.state == BroadcastState.SENDING,
            exists().where(mine, Message.broadcast_id == Broadcast.id, is_due()),
        )
        .order_by(Broadcast.id)
    )
    events: list[int | None] = [EVENTS] if session.scalar(of_events) else []
    return [*events, *session.scalars(of_broadcasts)]
