"""What the loop learns of its calls: before it claims again where that matters, beside it where it does not."""

import threading
import time
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from smsadmin import database
from smsadmin.broadcasts import lifecycle
from smsadmin.database import read
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome, Outgoing
from smsadmin.providers.smsc import SMSC
from smsadmin.reasons import Reason
from smsadmin.sending import claim as claims
from smsadmin.sending.halving import Halves
from smsadmin.sending.record import record
from tests.hostapp.models import db
from tests.plugin import Shop

REFUSED = Answer(Outcome.BATCH_REFUSED, Reason.NUMBER_REFUSED)


def refuse(guilty: set[str], asked: list[list[str]]) -> Callable[..., list[Answer]]:
    """Return a `send` that refuses whole requests for these phones, and notes the phones of each request."""

    def send(_self: SMSC, _way: object, _id: str, messages: Sequence[Outgoing], _end: float) -> list[Answer]:
        time.sleep(0.02)
        phones = [message.phone for message in messages]
        asked.append(phones)
        if not guilty.intersection(phones):
            return [Answer(Outcome.ACCEPTED)] * len(phones)
        return [Answer(Outcome.REJECTED, Reason.NUMBER_REFUSED) if len(phones) == 1 else REFUSED] * len(
            phones
        )

    return send


@pytest.mark.parametrize("rate", [30.0, 100_000.0])
def test_what_was_refused_as_a_whole_never_goes_again_whole(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, rate: float
) -> None:
    shop.connect()
    shop.set(rate=rate, batch_size=30)
    shop.customers(100)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    guilty = shop.messages(broadcast_id)[45].phone
    asked: list[list[str]] = []
    monkeypatch.setattr(SMSC, "send", refuse({guilty}, asked))

    shop.work(120)

    sizes = [len(phones) for phones in asked if guilty in phones]
    assert sizes == sorted(set(sizes), reverse=True), (
        "each request with the guilty one is smaller than the one before"
    )
    assert shop.states(broadcast_id) == {"accepted": 99, "rejected": 1}


@pytest.mark.parametrize("bad", [2, 3, 4])
def test_some_bad_numbers_side_by_side_do_not_stop_the_account(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, bad: int
) -> None:
    account = shop.connect()
    shop.set(rate=100_000.0, batch_size=128)
    shop.customers(300)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    whole = shop.messages(broadcast_id)
    # The second request: while the first one is under way the loop does not claim ahead yet.
    start = 128
    guilty = {message.phone for message in whole[start : start + bad]}
    monkeypatch.setattr(SMSC, "send", refuse(guilty, []))

    shop.work(120)

    assert read(lambda session: session.get_one(Account, account.id)).stopped_reason is None
    assert shop.states(broadcast_id) == {"accepted": 300 - bad, "rejected": bad}


def test_one_bad_number_in_each_request_under_way_does_not_stop_the_account() -> None:
    """Each is found by halving its own; together they would be more than ten in a row."""
    halves, size = Halves(), 500
    guilty = [0, size, 2 * size]

    def answer(ids: Sequence[int]) -> Reason | None:
        is_bad = any(one in ids for one in guilty)
        refused = Outcome.BATCH_REFUSED if ids[1:] else Outcome.REJECTED
        told = Answer(refused if is_bad else Outcome.ACCEPTED)
        return halves.learn([(SimpleNamespace(id=one), told) for one in ids])  # type: ignore[misc]

    for _ in guilty:
        halves.next(size)
    assert [answer(range(first, first + size)) for first in guilty] == [None, None, None]
    while half := halves.next(size):
        assert answer(half) is None


def test_a_claim_that_cancels_and_a_record_that_puts_back_never_wait_for_each_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both change counters of one broadcast; a deadlock would cost a second, in which no pause holds."""
    account = shop.connect()
    customers = shop.customers(6)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    first = claims.claim(account, provider("smsc"), broadcast_id, 2)
    for customer in customers[2:4]:
        db.session.delete(customer)
    db.session.commit()
    repeated: Tally[str] = Tally()
    may_be_repeated = database._may_be_repeated

    def note(error: Any) -> bool:
        repeated[type(error.orig).__name__] += 1
        return may_be_repeated(error)

    monkeypatch.setattr(database, "_may_be_repeated", note)
    begun, write_asked = threading.Event(), claims._write_asked

    def wait(*of: Any) -> None:
        begun.set()
        time.sleep(0.5)
        write_asked(*of)

    monkeypatch.setattr(claims, "_write_asked", wait)

    def claim() -> None:
        with shop.app.app_context():
            claims.claim(account, provider("smsc"), broadcast_id, 3)

    claiming = threading.Thread(target=claim)
    claiming.start()
    begun.wait(60)
    record(account.id, [(message, Answer(Outcome.TRY_LATER)) for message in first.messages])
    claiming.join()

    assert repeated["DeadlockDetected"] == 0
    assert shop.states(broadcast_id) == {"queued": 3, "cancelled": 2, "sending": 1}
