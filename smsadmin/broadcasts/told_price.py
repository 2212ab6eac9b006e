"""The provider's own price of a part, where it tells one: asked about the first recipients of a list (SMSC: `cost=1`).

So the confirmation screen speaks of the provider's price. A list that was confirmed on an estimate keeps the price of
that estimate: another one would look as if the list had grown. Where the provider does not answer in time, or not
clearly, the price that stands in the account's settings stays: nobody waits longer than `PATIENCE`.
"""

import logging
from collections.abc import Sequence
from decimal import ROUND_UP, Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsadmin import links
from smsadmin.accounts import credentials, stopped
from smsadmin.api_log.record import watched
from smsadmin.database import changed, read, write
from smsadmin.failures import named
from smsadmin.models import Account, Broadcast, Message
from smsadmin.providers import provider
from smsadmin.providers.base import CheckFailed, Outgoing
from smsadmin.states import BroadcastState, State, Trigger

ASKED_ABOUT = 10
"""So many of the first recipients: a sample, in one request."""

PATIENCE = 5.0
"""Seconds that the answer may take in all."""

FOUR_PLACES = Decimal("0.0001")

log = logging.getLogger(__name__)


def price_of_part(broadcast: Broadcast, account: Account | None) -> Decimal | None:
    """Return the price of a part for the next recipients: that of a list's first one, else the account's."""
    forming = broadcast.state == BroadcastState.PREPARING and broadcast.next_position > 0
    if account is None or not forming:
        return account.price_of_part if account else None
    # Index uq_sms_messages_position.
    first = select(Message.price, Message.parts, Message.currency).where(
        Message.broadcast_id == broadcast.id, Message.position == 0
    )
    row = read(lambda session: session.execute(first).one_or_none())
    # An amount in the currency of before is none in the account's.
    if row is None or row.price is None or row.currency != account.currency:
        return account.price_of_part
    told: Decimal = row.price / row.parts
    return told


def ask_price(broadcast: Broadcast) -> None:
    """Ask what the first recipients' SMS would cost and price those that are listed by it; it never raises."""
    if broadcast.trigger != Trigger.AT_ONCE:
        return
    account = read(lambda session: session.get(Account, broadcast.account_id))
    if account is None or stopped(account) or not provider(account.provider).abilities.quote:
        return
    sample = (
        select(Message)
        .where(Message.broadcast_id == broadcast.id, Message.state == State.QUEUED)
        .order_by(Message.id)
        .limit(ASKED_ABOUT)
    )
    try:
        messages = read(lambda session: session.scalars(sample).all())
        price = _told(account, messages) if messages else None
        if price:
            _set_price(broadcast, account, price)
    except CheckFailed as error:
        log.warning("%s did not tell a price: %s", account.provider, error.reason.value)
    except Exception as error:
        # The list is worth more than a finer price.
        log.error("%s could not be asked for a price: %s", account.provider, named(error))


def _told(account: Account, messages: Sequence[Message]) -> Decimal:
    """Return the price of a part, rounded up to four places; raise `CheckFailed` or `NoKey`."""
    # Links as screens show them, in plain letters: no code leaves before the broadcast does.
    texts = [links.shown(message.text).replace("•", "x") for message in messages]
    asked = [
        Outgoing(f"price-{message.id}", message.phone, text)
        for message, text in zip(messages, texts, strict=True)
    ]
    with watched(account, "quote", asked) as watch:
        quote = provider(account.provider).quote(credentials(account, watch), asked, PATIENCE)
    return (quote.price / quote.parts).quantize(FOUR_PLACES, ROUND_UP)


def _set_price(broadcast: Broadcast, account: Account, price: Decimal) -> None:
    statement = update(Message).where(
        Message.broadcast_id == broadcast.id,
        Message.account_id == account.id,
        Message.state == State.QUEUED,
    )
    values = {"price": price * Message.parts, "currency": account.currency}
    # It is not complete before this ends: what is complete was added up by the prices that it has.
    is_forming = (
        update(Broadcast)
        .where(Broadcast.id == broadcast.id, Broadcast.state == BroadcastState.PREPARING)
        .values(state=BroadcastState.PREPARING)
    )

    def set_price(session: Session) -> None:
        if changed(session, is_forming):
            session.execute(statement.values(values))

    write(set_price)
