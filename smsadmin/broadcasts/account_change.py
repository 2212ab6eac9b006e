"""What waits for a provider's account, and what becomes of it when the account is changed or goes."""

import contextlib
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsadmin import accounts
from smsadmin.broadcasts import lifecycle
from smsadmin.broadcasts.global_switch import skip_notifications
from smsadmin.database import read, write
from smsadmin.models import Account, Broadcast, Message
from smsadmin.reasons import Reason
from smsadmin.states import BroadcastState, State


@dataclass(frozen=True)
class Waiting:
    """What was to leave through an account: broadcasts that send or are paused, their SMS, notifications."""

    broadcasts: list[Broadcast]
    messages: int
    notifications: int

    def __bool__(self) -> bool:
        """Say whether anything waits."""
        return bool(self.broadcasts or self.notifications)


@dataclass(frozen=True)
class Wanted:
    """What a member of staff entered; an empty secret keeps the stored one."""

    login: str
    secret: str
    sender: str
    price_of_part: Decimal | None
    currency: str


def account_of(name: str) -> Account | None:
    """Return the connected account of a provider, or None."""
    return next((account for account in accounts.connected() if account.provider == name), None)


def waiting(account_id: int) -> Waiting:
    """Return what waits for an account (index ix_sms_messages_open)."""
    queued = select(func.count()).where(Message.account_id == account_id, Message.state == State.QUEUED)
    open_states = [BroadcastState.SENDING, BroadcastState.PAUSED]
    of_account = select(Broadcast).where(Broadcast.account_id == account_id, Broadcast.state.in_(open_states))

    def look(session: Session) -> Waiting:
        broadcasts = list(session.scalars(of_account.order_by(Broadcast.id)))
        ids = [broadcast.id for broadcast in broadcasts]
        messages = session.scalar(queued.where(Message.broadcast_id.in_(ids))) or 0
        notifications = session.scalar(queued.where(Message.broadcast_id.is_(None))) or 0
        return Waiting(broadcasts, messages, notifications)

    return read(look)


def keep_account(account: Account, wanted: Wanted) -> None:
    """Change all but the login: it stays the same account, and what waits goes on; raise `NoKey`."""
    accounts.change(
        account.id,
        secret=wanted.secret,
        sender=wanted.sender,
        price_of_part=wanted.price_of_part,
        currency=wanted.currency,
    )


def new_account(name: str, wanted: Wanted) -> Account:
    """Connect a provider by another login; what waited for the one before does not leave; raise `NoKey`."""
    before = account_of(name)
    account = accounts.connect(
        name,
        login=wanted.login,
        secret=wanted.secret,
        sender=wanted.sender,
        price_of_part=wanted.price_of_part,
        currency=wanted.currency,
    )
    if before is not None:
        _stop_waiting(before.id)
    return account


def remove_account(account: Account) -> None:
    """Take the account out of use; its broadcasts are paused, its notifications skipped."""
    accounts.remove(account.provider)
    _stop_waiting(account.id)


def _stop_waiting(account_id: int) -> None:
    for broadcast in waiting(account_id).broadcasts:
        # Whoever paused, ended or cancelled it in between has done the same.
        with contextlib.suppress(lifecycle.NotAllowed):
            lifecycle.pause(broadcast.id, Reason.NOT_CONNECTED)
    mine = Message.account_id == account_id
    write(lambda session: skip_notifications(session, Reason.NOT_CONNECTED, mine))
