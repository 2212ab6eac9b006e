"""One attempt and the next: leases, late answers, and claims that never share a message."""

import time

from smsadmin.broadcasts import lifecycle
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.claim import claim
from smsadmin.sending.record import record
from smsadmin.sending.sweeper import end_leases
from tests.plugin import Shop


def released(shop: Shop, customers: int) -> tuple[Account, int]:
    """Return the account and a broadcast to so many customers that may leave."""
    account = shop.connect()
    shop.customers(customers)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    return account, broadcast_id


def test_a_worker_that_never_came_back_leaves_unknown_and_nothing_is_sent_again(shop: Shop) -> None:
    account, broadcast_id = released(shop, 2)
    claim(account, provider("smsc"), broadcast_id, 1)

    end_leases()
    assert shop.states(broadcast_id) == {"queued": 1, "sending": 1}
    shop.end_leases_now()
    end_leases()
    shop.work()

    assert shop.states(broadcast_id) == {"unknown": 1, "accepted": 1}
    assert shop.reasons(broadcast_id) == {"worker_stopped": 1}


def test_a_success_that_comes_after_the_lease_still_counts(shop: Shop) -> None:
    account, broadcast_id = released(shop, 1)
    late = claim(account, provider("smsc"), broadcast_id, 1)
    shop.end_leases_now()
    end_leases()

    record(account.id, [(late.messages[0], Answer(Outcome.ACCEPTED, provider_id="1"))])

    assert shop.states(broadcast_id) == {"accepted": 1}


def test_a_refusal_of_an_earlier_attempt_changes_nothing(shop: Shop) -> None:
    account, broadcast_id = released(shop, 1)
    first = claim(account, provider("smsc"), broadcast_id, 1)
    record(account.id, [(first.messages[0], Answer(Outcome.TRY_LATER))])
    second = claim(account, provider("smsc"), broadcast_id, 1)

    record(account.id, [(first.messages[0], Answer(Outcome.REJECTED, Reason.NUMBER_REFUSED))])

    assert len(second.messages) == 1
    assert shop.states(broadcast_id) == {"sending": 1}


def test_no_call_starts_when_the_lease_would_end_during_it(shop: Shop) -> None:
    account, broadcast_id = released(shop, 1)

    claimed = claim(account, provider("smsc"), broadcast_id, 1)

    assert claimed.may_start(3)
    assert not claimed.may_start(60)
    assert claimed.ends < time.monotonic() + 25.5


def test_two_claims_at_once_never_share_a_message(shop: Shop) -> None:
    account, broadcast_id = released(shop, 4)

    first = claim(account, provider("smsc"), broadcast_id, 3)
    second = claim(account, provider("smsc"), broadcast_id, 3)

    ids = [message.id for one in (first, second) for message in one.messages]
    assert len(ids) == len(set(ids)) == 4
    assert first.request_id != second.request_id
