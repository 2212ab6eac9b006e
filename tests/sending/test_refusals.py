"""Refusals in a row pause a broadcast, and a text that is refused to everybody pauses the broadcast it stands in."""

from collections.abc import Iterator

import pytest
import requests

from smsadmin import accounts, emit
from smsadmin.broadcasts import lifecycle
from smsadmin.database import read
from smsadmin.events import switches
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.claim import claim
from smsadmin.sending.record import record
from smsadmin.states import BroadcastState
from tests.hostapp.models import db
from tests.plugin import Shop, fresh_phone

BAD, FORBIDDEN = "9901", "9920"


def refused(shop: Shop, number: int, ending: str = BAD) -> None:
    """Add customers whom the simulator refuses."""
    for _ in range(number):
        shop.customer(phone=fresh_phone(ending))


@pytest.fixture
def forbidden(shop: Shop) -> Iterator[None]:
    """The simulator forbids the text of every request."""
    shop.simulator.order(provider="smsc", faults=["forbidden-text"], times=500)
    yield
    requests.delete(f"{shop.simulator.url}/control/faults", timeout=10)


def as_it_is(account: Account) -> Account:
    return read(lambda session: session.get_one(Account, account.id))


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_refusals_in_a_row_pause_the_broadcast(shop: Shop, name: str) -> None:
    shop.connect(name)
    shop.set(refusals_to_pause=5, batch_size=3, threads=1)
    refused(shop, 5 if name == "smsc" else 6)
    shop.customers(4)

    broadcast_id = shop.sent()

    row = shop.row(broadcast_id)
    assert (row.state, row.pause_reason) == (BroadcastState.PAUSED, Reason.MANY_REFUSALS)
    # The claim in which the fifth was refused ended as it ended.
    assert shop.states(broadcast_id) == (
        {"rejected": 5, "accepted": 1, "queued": 3} if name == "smsc" else {"rejected": 6, "queued": 4}
    )


def test_a_message_that_is_accepted_begins_the_count_anew(shop: Shop) -> None:
    shop.connect()
    shop.set(refusals_to_pause=5, batch_size=3)
    refused(shop, 4)
    shop.customer()
    refused(shop, 4)

    broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"rejected": 8, "accepted": 1}
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_who_resumes_gets_as_many_refusals_again(shop: Shop) -> None:
    shop.connect()
    shop.set(refusals_to_pause=2, batch_size=2)
    refused(shop, 3)
    shop.customers(1)
    broadcast_id = shop.sent()
    assert shop.states(broadcast_id) == {"rejected": 2, "queued": 2}

    lifecycle.resume(broadcast_id)
    shop.work()

    assert shop.states(broadcast_id) == {"rejected": 3, "accepted": 1}
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_what_was_under_way_when_it_was_paused_ends_as_it_ends(shop: Shop) -> None:
    account = shop.connect()
    shop.set(refusals_to_pause=2)
    shop.customers(5)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    good, bad = (claim(account, provider("smsc"), broadcast_id, 2) for _ in range(2))
    record(account.id, [(one, Answer(Outcome.REJECTED, Reason.NUMBER_REFUSED)) for one in bad.messages])

    record(account.id, [(one, Answer(Outcome.ACCEPTED)) for one in good.messages])
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 2, "rejected": 2, "queued": 1}
    assert shop.row(broadcast_id).pause_reason == Reason.MANY_REFUSALS


def test_refusals_between_two_that_were_accepted_in_one_claim_count_too(shop: Shop) -> None:
    account = shop.connect()
    shop.set(refusals_to_pause=3)
    shop.customers(6)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    one = claim(account, provider("smsc"), broadcast_id, 5)
    told = [Outcome.ACCEPTED, *[Outcome.REJECTED] * 3, Outcome.ACCEPTED]

    record(account.id, [(m, Answer(outcome)) for m, outcome in zip(one.messages, told, strict=True)])

    assert shop.row(broadcast_id).pause_reason == Reason.MANY_REFUSALS


def test_what_waits_again_or_is_in_doubt_is_no_refusal(shop: Shop) -> None:
    account = shop.connect()
    shop.set(refusals_to_pause=1)
    shop.customers(4)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    for outcome in (Outcome.TRY_LATER, Outcome.BATCH_REFUSED, Outcome.UNKNOWN):
        one = claim(account, provider("smsc"), broadcast_id, 1)
        record(account.id, [(message, Answer(outcome)) for message in one.messages])

    assert shop.row(broadcast_id).state == BroadcastState.SENDING
    assert shop.row(broadcast_id).refused_in_a_row == 0


def test_a_text_that_is_forbidden_to_everybody_pauses_its_broadcast_and_not_the_account(
    shop: Shop, forbidden: None
) -> None:
    account = shop.connect()
    shop.customers(60)

    broadcast_id = shop.sent()

    row = shop.row(broadcast_id)
    assert (row.state, row.pause_reason) == (BroadcastState.PAUSED, Reason.TEXT_FORBIDDEN)
    assert as_it_is(account).stopped_reason is None
    assert shop.states(broadcast_id)["queued"] > 50


def test_ten_halvings_in_a_row_are_counted_over_claims_of_any_size(shop: Shop, forbidden: None) -> None:
    shop.connect()
    shop.set(batch_size=4)
    shop.customers(40)

    broadcast_id = shop.sent()

    assert shop.row(broadcast_id).pause_reason == Reason.TEXT_FORBIDDEN
    assert shop.states(broadcast_id)["queued"] > 20


def test_one_forbidden_text_is_refused_alone_and_the_rest_goes(shop: Shop) -> None:
    account = shop.connect()
    shop.customers(10)
    refused(shop, 1, FORBIDDEN)
    shop.customers(10)

    broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"accepted": 20, "rejected": 1}
    assert shop.reasons(broadcast_id) == {Reason.TEXT_FORBIDDEN: 1}
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED
    assert as_it_is(account).stopped_reason is None


def test_notifications_have_no_broadcast_to_pause_so_the_account_stops(shop: Shop, forbidden: None) -> None:
    account = shop.connect()
    switches.turn("welcome", True, "Мария")
    for client in shop.customers(30):
        emit("welcome", customer_key=str(client.uid), fact="1", values={"balance": "0"})
    db.session.commit()

    shop.work()

    assert as_it_is(account).stopped_reason == Reason.TEXT_FORBIDDEN
    assert accounts.stopped(as_it_is(account)) is Reason.TEXT_FORBIDDEN
