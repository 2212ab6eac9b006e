"""Where something waits to be sent: the queries that the loop and the sweeper share.

They are about tables, not about mapped classes: a worker asks them many times a second.
"""

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    exists,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import NamedFromClause

from smsadmin.database import db_now, table
from smsadmin.models import Account, Broadcast, Integration, Message
from smsadmin.states import SENDS, State

MESSAGES = table(Message)

ACCOUNT, BROADCAST, INTEGRATION = (table(model).c for model in (Account, Broadcast, Integration))

Id = int | BindParameter[int]

EVENTS = None
"""In the place of a broadcast's id: the messages of events."""

TEST = "test"
"""The `event_kind` of a test SMS to a member of staff; it is no event of the catalogue."""


def is_due(messages: NamedFromClause = MESSAGES) -> ColumnElement[bool]:
    """Say of a message that it waits and its time has come; index ix_sms_messages_open."""
    m = messages.c
    return and_(
        m.state == State.QUEUED.value,
        # Spelled out, so that both databases use the partial index.
        literal_column(f"{messages.name}.rank <= 1"),
        or_(m.not_before.is_(None), m.not_before <= db_now()),
        or_(m.not_after.is_(None), m.not_after > db_now()),
    )


def account_is_open(account_id: Id, even_stopped: bool = False) -> ColumnElement[bool]:
    """Say of an account that it is connected and SMS is on; unless `even_stopped`, that it is not stopped either."""
    goes = or_(ACCOUNT.stopped_reason.is_(None), ACCOUNT.stopped_until <= db_now())
    return and_(
        exists().where(
            ACCOUNT.id == account_id,
            ACCOUNT.removed_at.is_(None),
            true() if even_stopped else goes,
        ),
        exists().where(INTEGRATION.enabled),
    )


def broadcast_sends(broadcast_id: Id) -> ColumnElement[bool]:
    """Say of a broadcast that it is neither paused nor over."""
    return exists().where(BROADCAST.id == broadcast_id, BROADCAST.state.in_([state.value for state in SENDS]))


def events_wait(session: Session, account_id: int) -> bool:
    """Say whether notifications are due through this account."""
    return bool(session.scalar(select(events_are_due(account_id))))


def events_are_due(account_id: Id) -> ColumnElement[bool]:
    """Say of an account that notifications are due through it; index ix_sms_messages_open."""
    events = MESSAGES.alias("events")
    of_the_account = events.c.account_id == account_id, events.c.broadcast_id.is_(EVENTS)
    return exists().where(*of_the_account, is_due(events))


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
