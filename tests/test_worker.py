"""A real worker process: rung for, robbed of its Redis, asked to stop, killed in the middle of a call."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from rq.worker import Worker, WorkerStatus
from sqlalchemy import select

from smsadmin.broadcasts import lifecycle
from smsadmin.database import read
from smsadmin.models import Account, WorkerPulse
from smsadmin.reasons import Reason
from smsadmin.sending import doorbell
from smsadmin.states import BroadcastState, State
from tests.plugin import Shop, fresh_phone
from tests.simulator.running import wait_until


@contextmanager
def worker(shop: Shop, **settings: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a worker for this host; at the block's end it has to stop in good order. Times are scaled down."""
    config = shop.app.config
    quick = {
        "SMSADMIN_BASE_URLS": config["SMSADMIN_BASE_URLS"],
        "SMSADMIN_RATE": 100_000,
        # On a busy machine a simulated provider may take its time.
        "SMSADMIN_CALL_DEADLINE": 4,
        "SMSADMIN_LEASE": 6,
        "SMSADMIN_SWEEP_EVERY": 0.1,
        "SMSADMIN_RECEIPTS_EVERY": 0.1,
    }
    told = {
        "database_url": config["SQLALCHEMY_DATABASE_URI"],
        "redis_url": config["SMSADMIN_REDIS_URL"],
        # The test's own: a process that is killed cannot remove one of its own.
        "SHORTLINKS_SPOOL": config["SHORTLINKS_SPOOL"],
        **quick,
        **settings,
    }
    command = [sys.executable, "-m", "tests.worker_starter"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(told))
            process.stdin.close()
            yield process
            if process.returncode is None:
                process.terminate()
                assert process.wait(timeout=60) == 0
        finally:
            process.kill()


DOUBTS_SETTLE_SOON = {"SMSADMIN_DOUBT_SETTLES_AFTER": 0.5, "SMSADMIN_PROVIDER_MINUTE": 0.5}
"""The minutes that pass before "not found" is believed, scaled down."""


def killed_in_a_call(shop: Shop) -> tuple[int, str]:
    """Kill a worker after the provider has taken its one SMS and before the answer; return broadcast and phone."""
    shop.connect()
    phone = fresh_phone("9910")
    shop.customer(phone=phone)
    broadcast_id = confirmed(shop)
    with worker(shop) as process:
        wait_until(lambda: arrived(shop, phone) == [phone])
        process.kill()
        process.wait()
    return broadcast_id, phone


def pulses() -> list[str]:
    return list(read(lambda session: session.scalars(select(WorkerPulse.name)).all()))


def confirmed(shop: Shop, **fields: Any) -> int:
    """Form a list and let it go; nobody has been rung for yet."""
    broadcast_id = shop.formed(**fields)
    lifecycle.send(broadcast_id, "Мария")
    return broadcast_id


def is_ready(client: redis.Redis) -> bool:
    """Say whether a worker waits at the doorbell; before that a signal simply ends it."""
    return any(one.get_state() == WorkerStatus.IDLE for one in Worker.all(client))


def is_finished(shop: Shop, broadcast_id: int) -> bool:
    return shop.row(broadcast_id).state == BroadcastState.FINISHED


def arrived(shop: Shop, *phones: str) -> list[str]:
    """The phones on which an SMS arrived, once for each SMS."""
    after = 0
    found: list[str] = []
    while page := shop.simulator.get("/control/messages", after=after).json():
        if page["last"] == after:
            return [phone for phone in found if phone in phones]
        found += [message["phone"] for message in page["messages"]]
        after = page["last"]
    return found


def test_a_worker_that_is_rung_for_sends_the_broadcast(shop: Shop, redis_url: str) -> None:
    account = shop.connect()
    phones = [client.mobile or "" for client in shop.customers(5)]

    with worker(shop, SMSADMIN_SWEEP_EVERY=1000), redis.Redis.from_url(redis_url) as client:
        # It sweeps once, at its start: after that only the doorbell can wake it.
        wait_until(lambda: bool(pulses()) and is_ready(client))
        broadcast_id = confirmed(shop)
        doorbell.ring_send(account.id)
        wait_until(lambda: is_finished(shop, broadcast_id))

    assert shop.states(broadcast_id) == {"accepted": 5}
    assert sorted(arrived(shop, *phones)) == sorted(phones)


def test_a_broadcast_goes_on_however_often_redis_is_emptied(shop: Shop, redis_url: str) -> None:
    shop.connect()
    phones = [client.mobile or "" for client in shop.customers(15)]
    broadcast_id = confirmed(shop)
    # Many short jobs, so that the doorbell is lost on the way from one to the next.
    slowly = {"SMSADMIN_BATCH_SIZE": 1, "SMSADMIN_JOB_LENGTH": 0.05, "SMSADMIN_SWEEP_EVERY": 0.1}

    with worker(shop, **slowly), redis.Redis.from_url(redis_url) as client:
        wait_until(lambda: client.flushall() and is_finished(shop, broadcast_id))

    assert shop.states(broadcast_id) == {"accepted": 15}
    assert sorted(arrived(shop, *phones)) == sorted(phones)


def test_a_worker_asked_to_stop_in_the_middle_of_a_broadcast_leaves_nothing_behind(shop: Shop) -> None:
    shop.connect()
    phones = [client.mobile or "" for client in shop.customers(90)]
    broadcast_id = confirmed(shop)

    with worker(shop, SMSADMIN_RATE=10, SMSADMIN_JOB_LENGTH=0.5):
        wait_until(lambda: len(arrived(shop, *phones)) >= 10)

    assert pulses() == []
    assert set(shop.states(broadcast_id)) == {"accepted", "queued"}
    assert len(arrived(shop, *phones)) == shop.states(broadcast_id)["accepted"]


def test_a_worker_asked_to_stop_does_not_wait_for_the_end_of_its_job(shop: Shop) -> None:
    shop.connect()
    phones = [client.mobile or "" for client in shop.customers(90)]
    broadcast_id = confirmed(shop)

    with worker(shop, SMSADMIN_RATE=5, SMSADMIN_JOB_LENGTH=300) as process:
        wait_until(lambda: len(arrived(shop, *phones)) >= 5)
        process.terminate()
        assert process.wait(timeout=60) == 0

    assert set(shop.states(broadcast_id)) == {"accepted", "queued"}
    assert len(arrived(shop, *phones)) == shop.states(broadcast_id)["accepted"]


def test_a_worker_killed_in_the_middle_of_a_call_leaves_its_messages_unknown(shop: Shop) -> None:
    broadcast_id, phone = killed_in_a_call(shop)
    assert shop.states(broadcast_id) == {"sending": 1}

    with worker(shop):
        wait_until(lambda: shop.messages(broadcast_id)[0].state == State.UNKNOWN)
        time.sleep(0.5)

    assert shop.states(broadcast_id) == {"unknown": 1}
    assert shop.reasons(broadcast_id) == {Reason.WORKER_STOPPED: 1}
    assert arrived(shop, phone) == [phone]


def test_what_a_killed_worker_had_handed_over_is_found_by_asking_and_not_sent_again(shop: Shop) -> None:
    broadcast_id, phone = killed_in_a_call(shop)

    with worker(shop, **DOUBTS_SETTLE_SOON):
        wait_until(lambda: is_finished(shop, broadcast_id))

    assert set(shop.states(broadcast_id)) <= {"accepted", "delivered"}
    assert arrived(shop, phone) == [phone]


def test_what_a_killed_worker_had_not_handed_over_is_sent_after_asking_twice(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    shop.customer(phone=phone)
    broadcast_id = confirmed(shop)
    shop.simulator.order(provider="smsc", faults=["hang-before"])
    with worker(shop) as process:
        wait_until(lambda: shop.messages(broadcast_id)[0].state == State.SENDING)
        time.sleep(0.3)
        process.kill()
        process.wait()
    assert arrived(shop, phone) == []

    with worker(shop, **DOUBTS_SETTLE_SOON):
        wait_until(lambda: is_finished(shop, broadcast_id))

    assert shop.states(broadcast_id) == {"accepted": 1}
    assert arrived(shop, phone) == [phone]


def test_a_worker_asks_by_itself_what_became_of_sms_without_a_receipt(shop: Shop) -> None:
    """The simulated SMSC of this test calls nobody back; its operator delivers within two seconds."""
    shop.connect()
    shop.customers(3)
    shop.customer(phone=fresh_phone("9904"))
    broadcast_id = confirmed(shop)

    with worker(shop, SMSADMIN_RECEIPTS_LATE_AFTER=2):
        ends = ["delivered"] * 3 + ["undelivered"]
        wait_until(lambda: sorted(message.state for message in shop.messages(broadcast_id)) == ends)

    account = read(lambda session: session.scalars(select(Account)).one())
    assert account.last_receipt_at is None
    assert account.last_found_at is not None
    assert account.balance_at is not None
