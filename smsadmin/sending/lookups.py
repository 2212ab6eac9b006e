"""Ask the providers what became of messages of which no receipt came, within the limits that each publishes.

What a provider tells is kept like a receipt and applied like one: ranks only rise. "Not found" moves nothing here.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, literal_column, not_, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLColumnExpression

from smsadmin import links
from smsadmin.accounts import credentials, stop
from smsadmin.api_log.record import watched
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import changed, db_now, read, write
from smsadmin.models import Account, Answered, Asked, Message
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import CheckFailed, Found, Lookup, Question, Receipt
from smsadmin.reasons import Reason
from smsadmin.sealing import NoKey
from smsadmin.sending.receipts import keep
from smsadmin.states import State

log = logging.getLogger(__name__)

SETTLES = 120.0
"""Seconds after the longest possible end of a call before it is asked about: it may still be on its way."""

REFUSED_FOR: dict[Reason, timedelta | None] = {
    Reason.WRONG_PASSWORD: None,
    Reason.ADDRESS_BLOCKED: timedelta(minutes=30),
}
"""Refusals of a question that every SMS would meet too, and for how long the account stops."""


@dataclass(frozen=True)
class Doubt:
    """One message that we ask about, and when the attempt began."""

    message: Message
    asked: Asked
    provider_id: str | None


def in_doubt(lease: float | None = None) -> SQLColumnExpression[datetime]:
    """Return when the provider is first asked about a call without an answer that may go on for `lease` seconds."""
    left = settings().lease if lease is None else lease
    return db_now(left + settings().call_deadline + SETTLES)


def ask_providers() -> int:
    """Ask each provider that may be asked now about what is due; return how many messages were asked about."""
    able = [name for name, each in PROVIDERS.items() if each.abilities.lookup]
    waiting = select(Account).where(Account.provider.in_(able), may_be_asked(), _may_look_up())
    accounts = read(lambda session: session.scalars(waiting).all())
    return sum(_ask(account) for account in accounts)


def may_be_asked() -> ColumnElement[bool]:
    """Say of an account that a question would not be refused: every wrong login counts towards a block."""
    refused = and_(
        Account.stopped_reason.in_(REFUSED_FOR),
        or_(Account.stopped_until.is_(None), Account.stopped_until > db_now()),
    )
    return or_(Account.stopped_reason.is_(None), not_(refused))


def _may_look_up() -> ColumnElement[bool]:
    """Say of an account that its pause is over and that something is due."""
    return and_(
        or_(Account.next_lookup_at.is_(None), Account.next_lookup_at <= db_now()),
        exists().where(Message.account_id == Account.id, _is_due()),
    )


def _is_due() -> ColumnElement[bool]:
    """Say of a message that it is time to ask about it; index ix_sms_messages_lookup."""
    return and_(
        # Spelled out, so that both databases use the partial index.
        literal_column("sms_messages.rank IN (2, 4)"),
        Message.lookup_at.is_not(None),
        Message.lookup_at <= db_now(),
    )


def _ask(account: Account) -> int:
    chosen = provider(account.provider)
    lookup = chosen.abilities.lookup
    if lookup is None or not _takes_turn(account, lookup):
        return 0
    doubts = _due(account, lookup.at_once)
    try:
        questions = _questions(doubts, lookup)
        with watched(account, "lookup", questions) as watch:
            found = chosen.lookup(credentials(account, watch), questions, settings().call_deadline)
    except CheckFailed as error:
        reason = error.reason
        log.warning("%s was asked about %d SMS: %s", account.provider, len(doubts), reason.value)
        write(lambda session: _put_off(session, account, doubts, reason))
        return 0
    except NoKey:
        write(lambda session: _put_off(session, account, doubts, None))
        return 0
    write(lambda session: _keep(session, account, doubts, found))
    return len(doubts)


def _takes_turn(account: Account, lookup: Lookup) -> bool:
    """Take the account's turn to ask, unless another worker has it: limits are for all of them together."""
    pause = lookup.pause.total_seconds()
    statement = update(Account).where(Account.id == account.id, _may_look_up())
    return write(lambda session: changed(session, statement.values(next_lookup_at=db_now(pause)))) == 1


def _due(account: Account, limit: int) -> list[Doubt]:
    statement = (
        select(Message, Asked, Answered.provider_id)
        .join(Asked, Asked.attempt_id == Message.attempt_id)
        .outerjoin(Answered, Answered.attempt_id == Message.attempt_id)
        .where(Message.account_id == account.id, _is_due())
        .order_by(Message.lookup_at)
        .limit(limit)
    )
    return read(lambda session: [Doubt(*row) for row in session.execute(statement)])


def _questions(doubts: Sequence[Doubt], lookup: Lookup) -> list[Question]:
    # A provider that knows our reference needs no text, and no code is computed for it.
    messages = [doubt.message for doubt in doubts]
    texts = [""] * len(doubts) if lookup.by_reference else links.texts(messages)
    return [
        Question(
            doubt.asked.reference,
            doubt.asked.request_id,
            doubt.asked.phone,
            text,
            doubt.asked.at,
            doubt.provider_id,
        )
        for doubt, text in zip(doubts, texts, strict=True)
    ]


def _keep(session: Session, account: Account, doubts: Sequence[Doubt], found: Sequence[Found]) -> None:
    """Keep what was told as receipts, and plan when each message is asked about again."""
    _plan(session, doubts)
    receipts = [each for each in found if isinstance(each, Receipt)]
    messages = {doubt.asked.reference: doubt.message.id for doubt in doubts}
    keep(session, account.provider, receipts, messages)
    chosen = provider(account.provider)
    ends = {State.DELIVERED, State.UNDELIVERED}
    if any(chosen.settle(receipt.status, receipt.error).state in ends for receipt in receipts):
        session.execute(update(Account).where(Account.id == account.id).values(last_found_at=utc_now()))


def _put_off(session: Session, account: Account, doubts: Sequence[Doubt], reason: Reason | None) -> None:
    _plan(session, doubts)
    if reason in REFUSED_FOR:
        stop(session, account.id, reason, REFUSED_FOR[reason])


def _plan(session: Session, doubts: Sequence[Doubt]) -> None:
    """Ask again after half as long as the attempt is old, and no more once it is too old."""
    now, least = utc_now(), settings().receipts_late_after
    pauses: dict[float | None, list[int]] = {}
    for doubt in doubts:
        age = (now - doubt.asked.at).total_seconds()
        # Whole parts of the least pause, so that one statement plans many.
        pause = max(1, age // 2 // least) * least if age < settings().lookup_for else None
        pauses.setdefault(pause, []).append(doubt.message.id)
    for pause, ids in sorted(pauses.items(), key=lambda item: item[1][0]):
        later = None if pause is None else db_now(pause)
        session.execute(update(Message).where(Message.id.in_(ids)).values(lookup_at=later))
