"""What is later than a broadcast allows never leaves, and the provider is told how long it may deliver."""

import time
from datetime import timedelta

import pytest

from smsadmin.broadcasts import lifecycle
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.clock import utc_now
from smsadmin.providers import provider
from smsadmin.sending.claim import outgoing
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.sweeper import expire_late
from tests.broadcasts.scheduling import HOUR
from tests.plugin import Shop


def test_what_has_not_left_by_the_last_moment_never_leaves(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed(not_after=utc_now() + timedelta(seconds=6))
    lifecycle.send(broadcast_id, "Мария")
    time.sleep(6.1)

    shop.work()
    expire_late()
    shop.work()

    assert shop.states(broadcast_id) == {"expired": 2}
    assert shop.reasons(broadcast_id) == {"too_late": 2}


def test_a_list_whose_last_moment_has_passed_is_not_confirmed(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed(not_after=utc_now() - HOUR)

    with pytest.raises(NotAllowed):
        lifecycle.send(broadcast_id, "Мария")


def test_the_last_moment_goes_to_the_provider_as_its_validity(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed(not_after=utc_now() + 2 * HOUR + timedelta(minutes=10))
    (message,) = shop.messages(broadcast_id)

    handed_over = outgoing(provider("smsc"), Claimed.of(message), "")

    assert handed_over.valid_for is not None
    assert timedelta(minutes=129) < handed_over.valid_for <= timedelta(minutes=130)
