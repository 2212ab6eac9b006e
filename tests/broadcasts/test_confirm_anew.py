"""A provider goes while a broadcast is paused: the rest can go through another one, never what may have left."""

from decimal import Decimal

import pytest

from smsadmin.broadcasts import lifecycle
from smsadmin.broadcasts.account_change import account_of, remove_account
from smsadmin.broadcasts.confirm_anew import confirm_anew, rest_without_account
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.providers import provider
from smsadmin.sending.claim import claim
from smsadmin.sending.sweeper import end_leases
from tests.plugin import Shop


def half_sent(shop: Shop) -> int:
    """Return a broadcast to three: one in doubt at SMSC, two that wait, and SMSC removed."""
    account = shop.connect(price_of_part=Decimal("3.50"))
    shop.customers(3)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    claim(account, provider("smsc"), broadcast_id, 1)
    shop.end_leases_now()
    end_leases()
    remove_account(account_of("smsc") or account)
    return broadcast_id


def test_the_rest_goes_through_the_new_account_at_its_price_and_the_doubtful_one_does_not(shop: Shop) -> None:
    broadcast_id = half_sent(shop)
    twilio = shop.connect("twilio", price_of_part=Decimal("0.05"), currency="USD")
    rest = rest_without_account(shop.row(broadcast_id))
    assert rest is not None
    assert (rest.messages, rest.parts, rest.price(twilio)) == (2, 2, Decimal("0.10"))

    confirm_anew(broadcast_id, "Ольга", twilio)
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 2, "unknown": 1}
    by_state = {message.state: message for message in shop.messages(broadcast_id)}
    assert (by_state["accepted"].account_id, by_state["accepted"].currency) == (twilio.id, "USD")
    assert by_state["unknown"].account_id != twilio.id
    assert shop.row(broadcast_id).confirmed_by == "Ольга"


def test_a_paused_broadcast_whose_account_is_gone_does_not_simply_go_on(shop: Shop) -> None:
    broadcast_id = half_sent(shop)

    with pytest.raises(NotAllowed):
        lifecycle.resume(broadcast_id)


def test_a_broadcast_keeps_the_account_it_has(shop: Shop) -> None:
    account = shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    lifecycle.pause(broadcast_id)
    twilio = shop.connect("twilio")

    assert rest_without_account(shop.row(broadcast_id)) is None
    with pytest.raises(NotAllowed):
        confirm_anew(broadcast_id, "Ольга", twilio)
    assert {message.account_id for message in shop.messages(broadcast_id)} == {account.id}
