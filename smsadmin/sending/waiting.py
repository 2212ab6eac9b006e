"""Where something waits to be sent: the queries that the loop and the sweeper share."""

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select, true
from sqlalchemy.orm import Session

from smsadmin.database import db_now
from smsadmin.models import Account, Broadcast, Integration, Message
from smsadmin.states import SENDS, State

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


def account_is_open(account_id: int, even_stopped: bool = False) -> ColumnElement[bool]:
    """Say of an account that it is connected and SMS is on; unless `even_stopped`, that it is not stopped either."""
    goes = or_(Account.stopped_reason.is_(None), Account.stopped_until <= db_now())
    return and_(
        exists().where(
            Account.id == account_id,
            Account.removed_at.is_(None),
            true() if even_stopped else goes,
        ),
        exists().where(Integration.enabled),
    )


def broadcast_sends(broadcast_id: int) -> ColumnElement[bool]:
    """Say of a broadcast that it is neither paused nor over."""
    return exists().where(Broadcast.id == broadcast_id, Broadcast.state.in_(SENDS))


def events_wait(session: Session, account_id: int) -> bool:
    """Say whether notifications are due through this account (ix_sms_messages_open)."""
    mine = exists().where(Message.account_id == account_id, Message.broadcast_id.is_(EVENTS), is_due())
    return bool(session.scalar(select(mine)))


def sources(session: Session, account_id: int) -> list[int | None]:
    """Return what the account has to send for: due events first, then the broadcasts by age."""
    if not session.scalar(select(account_is_open(account_id))):
        return []
    due = exists().where(Message.account_id == account_id, Message.broadcast_id == Broadcast.id, is_due())
    of_broadcasts = (
        select(Broadcast.id)
        .where(Broadcast.account_id == account_id, Broadcast.state.in_(SENDS), due)
        .order_by(Broadcast.id)
    )
    events: list[int | None] = [EVENTS] if events_wait(session, account_id) else []
    return [*events, *session.scalars(of_broadcasts)]


def is_sending(session: Session, account_id: int) -> bool:
    """Say whether a claim of the account is under way, its lease not over (index ix_sms_messages_open)."""
    under_way = exists().where(
        Message.account_id == account_id,
        literal_column("sms_messages.rank <= 1"),
        Message.state == State.SENDING,
        Message.lease_until > db_now(),
    )
    return bool(session.scalar(select(under_way)))
