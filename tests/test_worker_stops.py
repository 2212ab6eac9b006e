"""Pause, go on and cancel while a real worker sends: what leaves afterwards, and what the counts say."""

import time

import pytest

from smsadmin.broadcasts import lifecycle
from smsadmin.sending import doorbell
from smsadmin.states import BroadcastState
from tests.plugin import Shop
from tests.simulator.running import wait_until
from tests.test_worker import arrived, confirmed, is_finished, worker

RECIPIENTS, RATE = 150, 10
AT_LATEST = 2.0 + 4.0
"""Seconds after which nothing more leaves: two, and the longest call that may be under way."""

both_ways = pytest.mark.parametrize("provider", ["smsc", "twilio"])
"""Several messages in a request, and one."""


def sending(shop: Shop, provider: str) -> tuple[int, list[str]]:
    """Confirm a broadcast to many, and ring; return it and the phones."""
    account = shop.connect(provider)
    phones = [client.mobile or "" for client in shop.customers(RECIPIENTS)]
    broadcast_id = confirmed(shop)
    doorbell.ring_send(account.id)
    return broadcast_id, phones


def some_have_left(shop: Shop, phones: list[str]) -> None:
    wait_until(lambda: len(arrived(shop, *phones)) >= 5)


def what_left(shop: Shop, phones: list[str]) -> int:
    """Return how many have left some seconds after now, and see that it stays so."""
    time.sleep(AT_LATEST)
    left = len(arrived(shop, *phones))
    time.sleep(2)
    assert len(arrived(shop, *phones)) == left
    return left


@both_ways
def test_a_pause_holds_within_two_seconds_and_the_rest_goes_once_when_it_goes_on(
    shop: Shop, provider: str
) -> None:
    broadcast_id, phones = sending(shop, provider)
    with worker(shop, SMSADMIN_RATE=RATE):
        some_have_left(shop, phones)
        lifecycle.pause(broadcast_id)
        left = what_left(shop, phones)

        assert 0 < left < RECIPIENTS
        assert shop.states(broadcast_id) == {"accepted": left, "queued": RECIPIENTS - left}

        lifecycle.resume(broadcast_id)
        wait_until(lambda: len(arrived(shop, *phones)) > left)
    with worker(shop):
        wait_until(lambda: is_finished(shop, broadcast_id))

    assert shop.states(broadcast_id) == {"accepted": RECIPIENTS}
    assert sorted(arrived(shop, *phones)) == sorted(phones)


@both_ways
def test_a_cancelled_broadcast_ends_within_two_seconds_and_its_counts_are_exact(
    shop: Shop, provider: str
) -> None:
    broadcast_id, phones = sending(shop, provider)
    with worker(shop, SMSADMIN_RATE=RATE):
        some_have_left(shop, phones)
        lifecycle.cancel(broadcast_id)
        left = what_left(shop, phones)

    assert shop.states(broadcast_id) == {"accepted": left, "cancelled": RECIPIENTS - left}
    assert shop.row(broadcast_id).state == BroadcastState.CANCELLED
    assert len(set(arrived(shop, *phones))) == left
