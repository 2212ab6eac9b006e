"""The messages in doubt as a person decides about them: what is known, what one more try costs, what forbids it."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session

from smsadmin.current import settings
from smsadmin.database import db_now, read
from smsadmin.models import Account, Asked, Broadcast, Decision, Integration, Message
from smsadmin.providers import provider
from smsadmin.providers.base import Lookup
from smsadmin.sending.lookups import may_be_asked
from smsadmin.sending.waiting import TEST
from smsadmin.states import SENDS, BroadcastState, State

MAY_SEND_AGAIN = frozenset({*SENDS, BroadcastState.PAUSED, BroadcastState.FINISHED})
"""Where a broadcast's messages in doubt may be treated as not sent; a finished one goes on for them."""


class Choice(StrEnum):
    """What a person can decide about a message in doubt."""

    ASK_AGAIN = "ask_again"
    SEND_AGAIN = "send_again"
    LEAVE = "leave"


class Why(StrEnum):
    """Why what a person wanted was not done for a message."""

    SETTLED = "settled"
    """It is not in doubt any more: a receipt, a lookup or another person was first."""
    CHANGED = "changed"
    """It is in doubt about another attempt than the one that was seen, or one more try has another price."""
    TOO_LATE = "too_late"
    TEST = "test"
    ACCOUNT_REMOVED = "account_removed"
    CANCELLED = "cancelled"
    SMS_OFF = "sms_off"
    CANNOT_BE_ASKED = "cannot_be_asked"
    """Its provider cannot be asked what became of an SMS."""
    QUESTION_REFUSED = "question_refused"
    """The account is stopped for what a question would be refused for too."""


@dataclass(frozen=True)
class InDoubt:
    """One message, whatever its state now, with what decides about it; times and fences by the database's clock."""

    message: Message
    account: Account
    broadcast: Broadcast | None
    asked_at: datetime | None
    """When the attempt that is in doubt began."""
    late: bool
    """Its last moment has passed."""
    early: bool
    """Its call may still be on its way: that the provider does not know it proves nothing yet."""
    may_be_asked: bool
    sms_is_on: bool

    @property
    def is_test(self) -> bool:
        """Say whether it is a test SMS to a member of staff: no customer stands behind it."""
        return self.message.broadcast_id is None and self.message.event_kind == TEST

    @property
    def lookup(self) -> Lookup | None:
        """Return how its provider is asked about it; None: it cannot be asked."""
        return provider(self.account.provider).abilities.lookup

    @property
    def price(self) -> Decimal | None:
        """Return what one more try costs, in the account's currency; None: unknown."""
        part = self.account.price_of_part
        return None if part is None else part * self.message.parts

    @property
    def mark(self) -> str:
        """Return what changes with the attempt and with the price, and tells nothing of either.

        The attempt's id itself is what callbacks are known by, so it stands on no page.
        """
        price = "" if self.price is None else f"{self.price:.4f} {self.account.currency}"
        seen = f"{self.message.id}:{self.message.attempt_id}:{price}"
        return hashlib.sha256(seen.encode()).hexdigest()[:16]

    @property
    def not_sent_again_because(self) -> Why | None:
        """Return what forbids to treat it as not sent; None: nothing does."""
        if self.message.state != State.UNKNOWN:
            return Why.SETTLED
        if self.is_test:
            return Why.TEST
        if self.broadcast is not None and self.broadcast.state not in MAY_SEND_AGAIN:
            return Why.CANCELLED
        if self.account.removed_at is not None:
            return Why.ACCOUNT_REMOVED
        if self.late:
            return Why.TOO_LATE
        return None if self.sms_is_on else Why.SMS_OFF

    @property
    def not_asked_because(self) -> Why | None:
        """Return what forbids to ask its provider about it; None: nothing does."""
        if self.message.state != State.UNKNOWN:
            return Why.SETTLED
        if self.lookup is None:
            return Why.CANNOT_BE_ASKED
        return None if self.may_be_asked else Why.QUESTION_REFUSED


def page(broadcast_id: int | None, left: bool, before: int | None, limit: int) -> list[InDoubt]:
    """Return messages in doubt, newest first, older than `before`; of one broadcast, or of all and of events.

    `left`: those that people left as they are; else those that wait for a decision.
    """
    statement = _known().where(*_wanted(broadcast_id, left)).order_by(Message.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Message.id < before)
    return read(lambda session: _rows(session, statement))


def number(broadcast_id: int | None, left: bool) -> int:
    """Return how many messages `page` has in all."""
    statement = select(func.count()).select_from(Message).where(*_wanted(broadcast_id, left))
    return read(lambda session: session.scalar(statement)) or 0


def of(ids: Collection[int]) -> list[InDoubt]:
    """Return these messages as they are now, newest first, in doubt or not any more."""
    return read(
        lambda session: _rows(session, _known().where(Message.id.in_(ids)).order_by(Message.id.desc()))
    )


def locked(session: Session, ids: Collection[int]) -> list[InDoubt]:
    """Return these messages, and let nobody move them until the transaction ends; in id order, as everywhere."""
    statement = _known().where(Message.id.in_(ids)).order_by(Message.id)
    return _rows(session, statement.with_for_update(of=Message))


def history(ids: Collection[int]) -> dict[int, list[Decision]]:
    """Return message → what was decided about it, oldest first (index ix_sms_decisions_message_id)."""
    statement = select(Decision).where(Decision.message_id.in_(ids)).order_by(Decision.id)
    found: dict[int, list[Decision]] = {}
    for decision in read(lambda session: session.scalars(statement).all()):
        found.setdefault(decision.message_id, []).append(decision)
    return found


def _known() -> Select[*tuple[Any, ...]]:
    settles = settings().call_deadline + settings().doubt_settles_after
    return (
        select(
            Message,
            Account,
            Broadcast,
            Asked.at,
            func.coalesce(Message.not_after <= db_now(), False),
            func.coalesce(Message.lease_until > db_now(-settles), False),
            may_be_asked(),
            exists().where(Integration.enabled),
        )
        .join(Account, Account.id == Message.account_id)
        .outerjoin(Broadcast, Broadcast.id == Message.broadcast_id)
        .outerjoin(Asked, Asked.attempt_id == Message.attempt_id)
    )


def _rows(session: Session, statement: Select[*tuple[Any, ...]]) -> list[InDoubt]:
    return [InDoubt(*row) for row in session.execute(statement)]


def _wanted(broadcast_id: int | None, left: bool) -> list[ColumnElement[bool]]:
    """Say of a message that it is in doubt, and whether the last word about this very attempt was to leave it."""
    last = (
        select(Decision.decision)
        .where(and_(Decision.message_id == Message.id, Decision.attempt_id == Message.attempt_id))
        .order_by(Decision.id.desc())
        .limit(1)
        .correlate(Message)
        .scalar_subquery()
    )
    is_left = func.coalesce(last, "") == Choice.LEAVE
    # Spelled out, so that both databases use the partial index ix_sms_messages_unknown.
    wanted = [literal_column("sms_messages.rank = 2"), is_left if left else ~is_left]
    return [*wanted, Message.broadcast_id == broadcast_id] if broadcast_id is not None else wanted
