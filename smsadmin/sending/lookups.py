"""Ask the providers what became of messages of which no receipt came, within the limits that each publishes.

What a provider tells is kept like a receipt and applied like one: ranks only rise. What it does not know is
reconciled (`reconcile.py`).
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from smsadmin import links
from smsadmin.accounts import credentials, in_their_time, stop
from smsadmin.api_log.record import watched
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import changed, db_now, read, write
from smsadmin.failures import named
from smsadmin.models import Account, Answered, Asked, Message
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import CheckFailed, Found, Lookup, Missing, Question, Receipt
from smsadmin.reasons import Reason
from smsadmin.sealing import NoKey
from smsadmin.sending.doubts import Doubt, due, is_due, plan
from smsadmin.sending.receipts import keep
from smsadmin.sending.reconcile import never_arrived
from smsadmin.states import State

log = logging.getLogger(__name__)

REFUSED_FOR: dict[Reason, timedelta | None] = {
    Reason.WRONG_PASSWORD: None,
    Reason.ADDRESS_BLOCKED: timedelta(minutes=30),
}
"""Refusals of a question that every SMS would meet too, and for how long the account stops."""


AT_ONCE_AFTER_AN_ERROR = 1
"""The first in line is put off: it is the likeliest cause, and one at a time passes all of them."""


def ask_providers() -> int:
    """Ask each provider that may be asked now about what is due; return how many messages were asked about."""
    able = [name for name, each in PROVIDERS.items() if each.abilities.lookup]
    waiting = select(Account).where(Account.provider.in_(able), may_be_asked(), _may_look_up())
    accounts = read(lambda session: session.scalars(waiting).all())
    return sum(_ask_safely(account) for account in accounts)


def _ask_safely(account: Account) -> int:
    """Ask one provider; an error of ours, a key of the links that is gone say, must not keep the others waiting."""
    try:
        return _ask(account)
    except Exception as error:
        log.error("%s could not be asked: %s", account.provider, named(error))
        doubts = due(account, AT_ONCE_AFTER_AN_ERROR)
        write(lambda session: _put_off(session, account, doubts, None))
        return 0


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
        exists().where(Message.account_id == Account.id, is_due()),
    )


def _ask(account: Account) -> int:
    chosen = provider(account.provider)
    lookup = chosen.abilities.lookup
    if lookup is None or not _takes_turn(account, lookup):
        return 0
    doubts = due(account, lookup.at_once)
    if not doubts:
        # Receipts have come since this turn was taken.
        return 0
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
    pause = in_their_time(lookup.pause)
    same = aliased(Account)
    # An earlier row of the same login is the same account to the provider.
    other_asked = exists().where(
        same.provider == account.provider, same.login == account.login, same.next_lookup_at > db_now()
    )
    statement = update(Account).where(Account.id == account.id, _may_look_up(), ~other_asked)
    return write(lambda session: changed(session, statement.values(next_lookup_at=db_now(pause)))) == 1


def _questions(doubts: Sequence[Doubt], lookup: Lookup) -> list[Question]:
    # A provider that knows our reference needs no text, and no code is computed for it.
    messages = [doubt.message for doubt in doubts]
    texts = [""] * len(doubts) if lookup.by_reference else links.texts(messages)
    others = {} if lookup.by_reference else _other_ids(messages)
    return [
        Question(
            doubt.asked.reference,
            doubt.asked.request_id,
            doubt.asked.phone,
            text,
            doubt.asked.at,
            doubt.provider_id,
            frozenset(others.get(doubt.message.customer_key, ())) - {doubt.provider_id or ""},
        )
        for doubt, text in zip(doubts, texts, strict=True)
    ]


def _other_ids(messages: Sequence[Message]) -> dict[str, set[str]]:
    """Return customer → the provider's ids of what it took for him (ix_sms_messages_customer)."""
    statement = (
        select(Message.customer_key, Answered.provider_id)
        .join(Asked, Asked.message_id == Message.id)
        .join(Answered, Answered.attempt_id == Asked.attempt_id)
        .where(
            Message.customer_key.in_({message.customer_key for message in messages}),
            Answered.provider_id.is_not(None),
        )
    )
    ids: dict[str, set[str]] = {}
    for key, provider_id in read(lambda session: session.execute(statement).all()):
        ids.setdefault(key, set()).add(provider_id or "")
    return ids


def _keep(session: Session, account: Account, doubts: Sequence[Doubt], found: Sequence[Found]) -> None:
    """Keep what was told as receipts, and plan when each message is asked about again."""
    chosen = provider(account.provider)
    _plan(session, account, doubts, answered=True)
    receipts = [each for each in found if isinstance(each, Receipt)]
    messages = {doubt.asked.reference: doubt.message.id for doubt in doubts}
    keep(session, account.provider, receipts, messages)
    ends = {State.DELIVERED, State.UNDELIVERED}
    if any(chosen.settle(receipt.status, receipt.error).state in ends for receipt in receipts):
        session.execute(update(Account).where(Account.id == account.id).values(last_found_at=utc_now()))
    lookup = chosen.abilities.lookup
    if lookup and lookup.by_reference:
        absent = [doubt for doubt, told in zip(doubts, found, strict=True) if told is Missing.NOT_FOUND]
        never_arrived(session, absent)


def _plan(session: Session, account: Account, doubts: Sequence[Doubt], answered: bool) -> None:
    lookup = provider(account.provider).abilities.lookup
    if lookup:
        plan(session, doubts, lookup, answered)


def _put_off(session: Session, account: Account, doubts: Sequence[Doubt], reason: Reason | None) -> None:
    _plan(session, account, doubts, answered=False)
    if reason:
        stop_if_refused(session, account, reason)


def stop_if_refused(session: Session, account: Account, reason: Reason) -> None:
    """Stop an account whose question was refused for what every SMS of it would be refused for too."""
    if reason in REFUSED_FOR:
        stop(session, account.id, reason, REFUSED_FOR[reason])
