"""Broadcasts of one account share it by messages, and a notification leaves before their next claim."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import pytest
from sqlalchemy import select

from smsadmin import emit
from smsadmin.broadcasts import lifecycle
from smsadmin.database import read
from smsadmin.events import switches
from smsadmin.models import Account, Asked, Message
from smsadmin.sending.account_loop import send_for
from tests.hostapp.models import db
from tests.plugin import Shop, fresh_phone

WINDOW = 240
"""Messages of a window: thirty claims of eight. A claim takes at most what leaves in a second, so 30 s have as many or
more: what holds over it holds over them."""


@contextmanager
def workers(shop: Shop, account: Account, number: int, job: float) -> Iterator[None]:
    """So many workers that do jobs of `job` seconds, one after the other, until the block ends."""
    over = threading.Event()
    failures: list[Exception] = []

    def work() -> None:
        with shop.app.app_context():
            while not over.is_set():
                try:
                    if not send_for(account.id, time.monotonic() + job):
                        over.wait(0.01)
                except Exception as error:
                    failures.append(error)
                    return

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
        assert failures == []


def attempts(shop: Shop) -> list[int]:
    """Return the broadcast of each attempt (0: a notification), in the order in which they were claimed."""
    statement = select(Asked.request_id, Message.broadcast_id).join(Message, Message.id == Asked.message_id)
    rows = read(lambda session: session.execute(statement.order_by(Asked.at, Asked.message_id)).all())
    return [broadcast_id or 0 for _, broadcast_id in rows]


def while_all_wait(order: Sequence[int], recipients: int) -> Sequence[int]:
    """Cut the order where the first broadcast has sent all it had."""
    seen: Counter[int] = Counter()
    for place, one in enumerate(order):
        seen[one] += 1
        if seen[one] == recipients:
            return order[:place]
    return order


def windows(order: Sequence[int]) -> list[Counter[int]]:
    return [Counter(order[start : start + WINDOW]) for start in range(0, len(order) - WINDOW, 10)]


def until_attempts(shop: Shop, number: int, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while len(attempts(shop)) < number and time.monotonic() < end:
        time.sleep(0.1)


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_two_equal_broadcasts_get_the_same_in_every_window(shop: Shop, name: str) -> None:
    account = shop.connect(name)
    shop.set(rate=200.0, batch_size=8, threads=1)
    shop.customers(220)
    broadcasts = [shop.formed(), shop.formed()]
    for one in broadcasts:
        lifecycle.send(one, "Мария")

    with workers(shop, account, number=2, job=0.3):
        until_attempts(shop, 400)

    order = while_all_wait(attempts(shop), 220)
    assert len(windows(order)) > 5
    for window in windows(order):
        few, many = sorted(window[one] for one in broadcasts)
        assert many - few <= 0.2 * many


def test_jobs_that_end_early_do_not_favour_the_oldest_broadcasts(shop: Shop) -> None:
    """Each job sends to fewer broadcasts than there are; the next one goes on where it ended."""
    account = shop.connect()
    shop.set(rate=200.0, batch_size=5)
    shop.customers(30)
    broadcasts = [shop.formed() for _ in range(8)]
    for one in broadcasts:
        lifecycle.send(one, "Мария")

    with workers(shop, account, number=1, job=0.07):
        until_attempts(shop, 200)

    told = Counter(while_all_wait(attempts(shop), 30))
    assert max(told[one] for one in broadcasts) - min(told[one] for one in broadcasts) <= 5


def test_a_broadcast_whose_batches_are_halved_takes_nothing_from_the_other(shop: Shop) -> None:
    account = shop.connect()
    shop.set(rate=200.0, batch_size=10)
    shop.customers(60)
    good = shop.formed()
    for _ in range(8):
        shop.customer(phone=fresh_phone("9920"))
        shop.customers(10)
    halved = shop.formed()
    for one in (good, halved):
        lifecycle.send(one, "Мария")

    with workers(shop, account, number=1, job=5):
        until_attempts(shop, 130)

    order = while_all_wait(attempts(shop), 60)
    told = Counter(order)
    assert abs(told[good] - told[halved]) <= 15


def test_a_notification_leaves_before_the_next_claim_of_any_broadcast(shop: Shop) -> None:
    account = shop.connect()
    shop.set(rate=100.0, batch_size=5)
    switches.turn("welcome", True, "Мария")
    shop.customers(10)
    for _ in range(20):
        lifecycle.send(shop.formed(), "Мария")
    client = shop.customer()

    with workers(shop, account, number=1, job=5):
        until_attempts(shop, 30)
        emit("welcome", customer_key=str(client.uid), fact="1", values={"balance": "0"})
        db.session.commit()
        before = len(attempts(shop))
        until_attempts(shop, before + 40)

    # The claim under way, and one that was decided on as it was emitted.
    assert attempts(shop).index(0) <= before + 2 * 5


def test_notifications_of_one_moment_leave_together_and_the_broadcast_goes_on(shop: Shop) -> None:
    shop.connect()
    shop.set(batch_size=5)
    switches.turn("welcome", True, "Мария")
    clients = shop.customers(12)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    for client in clients:
        emit("welcome", customer_key=str(client.uid), fact="1", values={"balance": "0"})
    db.session.commit()

    shop.work()

    order = attempts(shop)
    assert order == [0] * 12 + [broadcast_id] * 12
    assert sum(one != other for one, other in pairwise(order)) == 1
