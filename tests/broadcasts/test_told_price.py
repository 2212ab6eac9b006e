"""The list is priced by what the provider says a part costs, where it says so, and is formed whatever it says."""

import logging
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from smsadmin.broadcasts import drafts
from smsadmin.broadcasts.listing import write_batch
from smsadmin.broadcasts.prepare import form_list
from smsadmin.broadcasts.told_price import ask_price
from smsadmin.database import write
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import CheckFailed, Quote
from smsadmin.reasons import Reason
from smsadmin.states import BroadcastState, Trigger
from smsadmin.statistics.listed import cost
from tests.plugin import Shop

TOLD = Decimal("3.50")
"""What the simulated SMSC takes for a part."""

LONG = "я" * 100
"""Two parts."""


def prices(shop: Shop, broadcast_id: int) -> list[Decimal | None]:
    return [message.price for message in shop.messages(broadcast_id)]


def test_a_list_is_priced_by_the_provider_and_nothing_is_sent(shop: Shop) -> None:
    shop.connect(price_of_part=Decimal(1))
    shop.customers(3)
    before = shop.simulator.counts("smsc")["received"]

    broadcast_id = shop.formed(LONG)

    assert prices(shop, broadcast_id) == [2 * TOLD] * 3
    told = cost(shop.row(broadcast_id))
    assert (told.price, told.currency) == (6 * TOLD, "RUB")
    assert shop.simulator.counts("smsc")["received"] == before


def test_it_is_asked_once_and_later_batches_are_priced_like_the_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect(price_of_part=None)
    wired = shop.app.extensions["smsadmin"]
    wired.settings = replace(wired.settings, prepare_batch=2)
    shop.customers(7)
    asked: list[int] = []

    def quote(_: Any, messages: Any, deadline: float) -> Quote:
        asked.append(len(messages))
        return Quote(Decimal(5), 3)

    monkeypatch.setattr(provider("smsc"), "quote", quote, raising=False)
    broadcast_id = shop.formed(LONG)

    assert asked == [2]
    assert prices(shop, broadcast_id) == [2 * Decimal("1.6667")] * 7


def test_no_code_of_a_link_is_in_the_question(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.connect()
    shop.customer()
    texts: list[str] = []

    def quote(_: Any, messages: Any, deadline: float) -> Quote:
        texts.extend(message.text for message in messages)
        return Quote(TOLD, 1)

    monkeypatch.setattr(provider("smsc"), "quote", quote, raising=False)
    shop.formed("Сюда: http://localhost/sale", wrap_clicks=True)

    assert len(texts) == 1
    assert texts[0].endswith("x")
    assert not any("\ue000" <= letter <= "\uf8ff" for letter in texts[0])


@pytest.mark.parametrize(
    "failure", [CheckFailed(Reason.NO_ANSWER), ZeroDivisionError("+79260000001"), Quote(Decimal(0), 1)]
)
def test_where_no_price_is_told_the_one_of_the_settings_stays(
    shop: Shop, failure: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shop.connect(price_of_part=Decimal(2))
    shop.customers(2)

    def quote(*_: Any) -> Quote:
        if isinstance(failure, Exception):
            raise failure
        assert isinstance(failure, Quote)
        return failure

    monkeypatch.setattr(provider("smsc"), "quote", quote, raising=False)
    with caplog.at_level(logging.WARNING):
        broadcast_id = shop.formed()

    assert shop.row(broadcast_id).state == BroadcastState.READY
    assert prices(shop, broadcast_id) == [Decimal(2)] * 2
    assert "+79260000001" not in caplog.text


def test_a_provider_out_of_reach_does_not_hold_the_list_up(shop: Shop) -> None:
    shop.connect(price_of_part=Decimal(2), base_url="http://192.0.2.1:9")
    shop.customers(2)
    broadcast_id = shop.broadcast()
    drafts.form_list(broadcast_id, shop.row(broadcast_id).text)
    began = time.monotonic()

    form_list(broadcast_id, began + 120)

    assert time.monotonic() - began < 60
    assert shop.row(broadcast_id).state == BroadcastState.READY
    assert prices(shop, broadcast_id) == [Decimal(2)] * 2


def test_a_provider_that_tells_no_prices_is_not_asked(shop: Shop) -> None:
    shop.connect("twilio", price_of_part=Decimal(2), currency="USD")
    shop.customer()

    broadcast_id = shop.formed()

    assert prices(shop, broadcast_id) == [Decimal(2)]


def test_a_list_that_was_confirmed_on_an_estimate_keeps_its_price(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect(price_of_part=Decimal(2))
    shop.customer()
    broadcast_id = shop.formed()
    monkeypatch.setattr(provider("smsc"), "quote", lambda *_: Quote(Decimal(9), 1), raising=False)
    row = shop.row(broadcast_id)
    row.trigger = Trigger.RULE

    ask_price(row)

    assert prices(shop, broadcast_id) == [TOLD]


def test_a_price_in_the_currency_of_before_is_none_in_the_accounts(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff change the account's currency while a list is being formed."""
    shop.set(prepare_batch=2)
    account = shop.connect("twilio", price_of_part=Decimal("2.5"), currency="RUB")
    shop.customers(4)
    broadcast_id = shop.broadcast()
    drafts.form_list(broadcast_id, shop.row(broadcast_id).text)
    in_dollars = update(Account).where(Account.id == account.id)
    in_dollars = in_dollars.values(price_of_part=Decimal("0.03"), currency="USD")

    def write_and_change(*batch: Any) -> None:
        write_batch(*batch)
        write(lambda session: session.execute(in_dollars))

    monkeypatch.setattr("smsadmin.broadcasts.prepare.write_batch", write_and_change)
    form_list(broadcast_id, time.monotonic() + 30)

    assert [(message.price, message.currency) for message in shop.messages(broadcast_id)] == [
        (Decimal("2.5"), "RUB"),
        (Decimal("2.5"), "RUB"),
        (Decimal("0.03"), "USD"),
        (Decimal("0.03"), "USD"),
    ]
