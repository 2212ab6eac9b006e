"""One that is slow, broken or late holds up nobody else: not the sweeper, not the account, not a notification."""

import time
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from smsadmin.broadcasts import lifecycle, schedule
from smsadmin.clock import utc_now
from smsadmin.database import db_now, write
from smsadmin.models import Broadcast, Message
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Credentials, Outcome, Outgoing
from smsadmin.reasons import Reason
from smsadmin.sending import account_loop, sweeper
from smsadmin.sending.account_loop import send_for
from smsadmin.sending.claim import BEGINS_WITHIN, claim
from smsadmin.sending.submit import requests_of as really
from smsadmin.states import BroadcastState, Trigger
from smsadmin.statistics.counters import count
from tests.plugin import Shop


def test_one_rule_that_cannot_be_compared_any_more_stops_no_other_broadcast(shop: Shop) -> None:
    """The host's filter was a choice once, and is a number since its last release."""
    account = shop.connect()
    shop.customers(2)
    soon = utc_now() + timedelta(minutes=5)
    bad = shop.row(shop.broadcast(trigger=Trigger.RULE, rule='{"points": "100"}', send_at=soon))
    schedule.expect(bad, "Мария", account.id, schedule.estimate(bad, 1))
    good = shop.formed(send_at=soon)
    schedule.schedule(good, "Мария", shop.row(good).form)
    of = update(Broadcast)
    write(
        lambda session: session.execute(of.where(Broadcast.id == bad.id).values(rule='{"points": "много"}'))
    )
    write(lambda session: session.execute(of.where(Broadcast.id == good).values(send_at=db_now(-1))))

    sweeper.sweep("w")

    assert shop.row(good).state == BroadcastState.SENDING
    assert shop.row(bad.id).pause_reason == Reason.RULE_UNKNOWN


def test_a_step_of_the_sweeper_that_fails_keeps_no_other_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    lifecycle.cancel(broadcast_id)
    back = update(Message).values(state="queued", rank=0, reason="")
    write(lambda session: session.execute(back))

    def fails() -> None:
        raise RuntimeError

    monkeypatch.setattr(sweeper, "end_leases", fails)
    sweeper.sweep("w")

    assert shop.messages(broadcast_id)[0].state == "cancelled"
    assert "step fails ended in RuntimeError" in caplog.text


def test_the_sweeper_sweeps_while_receipts_keep_coming(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.set(sweep_every=0.2, receipts_every=0.1)
    sweeps: list[float] = []
    monkeypatch.setattr(sweeper, "sweep", lambda name: sweeps.append(time.monotonic()))
    end = time.monotonic() + 60

    def always_another_one() -> int:
        time.sleep(0.01)
        return int(time.monotonic() < end)

    monkeypatch.setattr(sweeper, "apply_receipts", always_another_one)
    thread = sweeper.Sweeper(shop.app, "w")
    thread.start()
    while len(sweeps) < 3 and time.monotonic() < end:
        time.sleep(0.05)
    thread.stopped.set()
    thread.join(60)

    assert len([at for at in sweeps if at < end]) >= 3


def test_thousands_of_late_messages_end_in_one_round(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed(not_after=utc_now() + timedelta(hours=1))
    lifecycle.send(broadcast_id, "Мария")
    message = shop.messages(broadcast_id)[0]
    same = {column.name: getattr(message, column.name) for column in Message.__table__.columns}
    del same["id"]

    def many(session: Session) -> None:
        others = [{"customer_key": f"k{i}", "phone": f"+7900{i:07d}", "position": None} for i in range(2500)]
        session.execute(insert(Message), [same | other for other in others])
        count(session, Tally({(broadcast_id, "queued", ""): 2500}))
        session.execute(update(Message).values(not_after=db_now(-1)))

    write(many)
    sweeper.sweep("w")

    assert shop.states(broadcast_id) == {"expired": 2501}


def a_notification(shop: Shop, account_id: int) -> None:
    """Let a notification wait, as `emit` would."""
    person = shop.customer("Событие")
    row = {"customer_key": str(person.uid), "phone": person.mobile, "event_kind": "x", "event_key": "x:1"}
    usual = {"text": "Бонус", "parts": 1, "state": "queued", "rank": 0, "account_id": account_id}
    write(lambda session: session.add(Message(**row, **usual, created_at=utc_now())))


def test_a_notification_goes_before_what_is_still_halved_when_the_job_is_over(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = shop.connect()
    shop.set(lease=120, call_deadline=1)
    shop.customers(16)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    calls: list[str] = []

    def slow(
        credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> list[Answer]:
        # The first one lasts longer than the job.
        time.sleep(0.05 if calls else 2.5)
        calls.append("broadcast" if "Привет" in messages[0].text else "notification")
        if len(calls) == 2:
            with shop.app.app_context():
                a_notification(shop, account.id)
        if len(messages) > 1:
            return [Answer(Outcome.BATCH_REFUSED, Reason.BAD_REQUEST)] * len(messages)
        return [Answer(Outcome.ACCEPTED)] * len(messages)

    monkeypatch.setattr(provider("smsc"), "send", slow, raising=False)
    send_for(account.id, time.monotonic() + 2)

    assert "notification" in calls[:5]


def test_one_broadcast_whose_texts_cannot_be_made_is_paused_and_the_others_go(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = shop.connect()
    shop.set(batch_size=2)
    shop.customers(10)
    bad, good = shop.formed("https://shop.example/a", wrap_clicks=True), shop.formed("Хорошая")
    for one in (bad, good):
        lifecycle.send(one, "Мария")

    def requests_of(claimed: Any, chosen: Any) -> Any:
        if claimed.messages[0].broadcast_id == bad:
            raise KeyError("key of the links")
        return really(claimed, chosen)

    monkeypatch.setattr(account_loop, "requests_of", requests_of)
    send_for(account.id, time.monotonic() + 60)

    assert shop.states(good) == {"accepted": 10}
    assert shop.states(bad) == {"queued": 10}
    assert shop.row(bad).pause_reason == Reason.TEXTS_NOT_MADE


def test_redis_that_dies_between_claim_and_call_puts_nothing_in_doubt(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect()
    shop.customers(3)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    def away(*_: Any) -> None:
        raise RedisAway

    monkeypatch.setattr(account_loop, "had_less", away)
    with pytest.raises(RedisAway):
        shop.work()

    assert shop.states(broadcast_id) == {"accepted": 3}


def test_a_call_that_would_begin_long_after_its_claim_does_not(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or what is claimed would leave after a pause, one by one, at a provider that is slow."""
    monkeypatch.setattr("smsadmin.sending.claim.BEGINS_WITHIN", BEGINS_WITHIN)
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    claimed = claim(account, provider("smsc"), broadcast_id, 1)
    now = time.monotonic()
    new, old = replace(claimed, made=now), replace(claimed, made=now - BEGINS_WITHIN)

    assert new.may_start(3)
    assert not old.may_start(3)


def test_nothing_begins_to_leave_two_seconds_after_a_pause_at_a_slow_provider(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smsadmin.sending.claim.BEGINS_WITHIN", BEGINS_WITHIN)
    shop.connect("twilio")
    shop.set(threads=2, lease=60, call_deadline=3)
    shop.customers(12)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    began: list[float] = []

    def slow(
        credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> list[Answer]:
        began.append(time.monotonic())
        time.sleep(6)
        return [Answer(Outcome.ACCEPTED, provider_id=f"SM{len(began)}")] * len(messages)

    def work() -> None:
        with shop.app.app_context():
            shop.work()

    monkeypatch.setattr(provider("twilio"), "send", slow, raising=False)
    worker = Thread(target=work)
    worker.start()
    while not began:
        time.sleep(0.02)
    lifecycle.pause(broadcast_id)
    paused = time.monotonic()
    worker.join(60)

    # What was claimed with the first calls would begin after six seconds, when these have come back.
    assert [round(at - paused, 1) for at in began if at - paused > 4] == []
    assert set(shop.states(broadcast_id)) == {"accepted", "queued"}
