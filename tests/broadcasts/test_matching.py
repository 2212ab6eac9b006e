"""Broadcasts of a rule: each customer gets it once, from the moment he matches, until staff close it."""

import threading
import time
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from smsadmin import accounts, links
from smsadmin.broadcasts import lifecycle, schedule
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.broadcasts.matching import match
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import Broadcast
from smsadmin.reasons import Reason
from smsadmin.sending.sweeper import sweep
from smsadmin.states import BroadcastState, Trigger
from smsadmin.suppression import suppress
from tests.hostapp.models import Client, db
from tests.plugin import Shop

RICH = '{"points": "100"}'


def active(shop: Shop, text: str = "Вам {name} подарок", **fields: Any) -> int:
    fields = {"trigger": Trigger.RULE, "rule": RICH} | fields
    broadcast_id = shop.broadcast(text, **fields)
    account = accounts.sending_account()
    assert account is not None
    row = shop.row(broadcast_id)
    schedule.activate(row, "Мария", account.id, schedule.estimate(row, 1))
    return broadcast_id


def look(broadcast_id: int) -> None:
    """Look once through the customers, whenever the last look was."""
    now = update(Broadcast).where(Broadcast.id == broadcast_id).values(next_match_at=None)
    write(lambda session: session.execute(now))
    assert match(broadcast_id, time.monotonic() + 60) is False


def change(customer: UUID, **fields: Any) -> None:
    """Change a customer as the host would."""
    db.session.execute(update(Client).where(Client.uid == customer).values(**fields))
    db.session.commit()


def names(shop: Shop, broadcast_id: int) -> list[str]:
    return sorted(message.name for message in shop.messages(broadcast_id))


def test_who_matches_already_gets_it_and_who_comes_later_too(shop: Shop) -> None:
    shop.connect()
    shop.customer("Богатый", points=100)
    poor = shop.customer("Бедный", points=99).uid
    broadcast_id = active(shop)

    look(broadcast_id)
    shop.work()
    assert names(shop, broadcast_id) == ["Богатый"]
    assert shop.states(broadcast_id) == {"accepted": 1}

    change(poor, points=500)
    look(broadcast_id)
    shop.work()
    assert names(shop, broadcast_id) == ["Бедный", "Богатый"]
    assert shop.states(broadcast_id) == {"accepted": 2}
    assert shop.row(broadcast_id).state == BroadcastState.ACTIVE


def test_each_customer_gets_it_once_however_often_he_matches(shop: Shop) -> None:
    shop.connect()
    customer = shop.customer("Анна", points=100).uid
    broadcast_id = active(shop)
    look(broadcast_id)
    shop.work()

    for points in (0, 200, 0, 300):
        change(customer, points=points)
        look(broadcast_id)
        shop.work()

    assert shop.states(broadcast_id) == {"accepted": 1}
    assert len(shop.simulator.arrived(shop.messages(broadcast_id)[0].phone[1:])) == 1


def test_a_reason_that_passes_leaves_no_row(shop: Shop) -> None:
    shop.connect()
    customer = shop.customer("Анна", points=100, mobile_ok_at=None).uid
    broadcast_id = active(shop)
    look(broadcast_id)
    assert shop.messages(broadcast_id) == []

    change(customer, mobile_ok_at=utc_now().replace(tzinfo=None))
    look(broadcast_id)

    assert names(shop, broadcast_id) == ["Анна"]


def test_who_gets_no_sms_and_who_has_no_number_has_no_row(shop: Shop) -> None:
    shop.connect()
    suppress(str(shop.customer(points=100).uid), by="Мария")
    shop.customer(points=100, phone="нет")
    broadcast_id = active(shop)

    look(broadcast_id)

    assert shop.messages(broadcast_id) == []


def test_two_customers_on_one_phone_get_one_sms(shop: Shop) -> None:
    shop.connect()
    first = shop.customer("Первый", points=100)
    shop.customer("Второй", phone=first.mobile, points=100)
    broadcast_id = active(shop)

    look(broadcast_id)
    look(broadcast_id)

    assert names(shop, broadcast_id) == ["Первый"]


def test_unverified_numbers_get_it_where_staff_said_so(shop: Shop) -> None:
    shop.connect()
    shop.customer("Анна", points=100, mobile_ok_at=None)
    broadcast_id = active(shop, verified_only=False)

    look(broadcast_id)

    assert names(shop, broadcast_id) == ["Анна"]


def test_a_closed_rule_takes_nobody_and_ends_with_what_waited(shop: Shop) -> None:
    shop.connect()
    shop.customer("Анна", points=100)
    broadcast_id = active(shop)
    look(broadcast_id)
    schedule.close(broadcast_id)
    shop.customer("Поздний", points=100)

    look(broadcast_id)
    shop.work()

    assert names(shop, broadcast_id) == ["Анна"]
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_a_rule_that_was_paused_goes_on_as_a_rule(shop: Shop) -> None:
    shop.connect()
    shop.customer("Анна", points=100)
    broadcast_id = active(shop)
    look(broadcast_id)
    lifecycle.pause(broadcast_id)
    shop.customer("Вера", points=100)
    look(broadcast_id)
    shop.work()
    assert shop.states(broadcast_id) == {"queued": 1}

    lifecycle.resume(broadcast_id)
    look(broadcast_id)
    shop.work()

    assert shop.row(broadcast_id).state == BroadcastState.ACTIVE
    assert shop.states(broadcast_id) == {"accepted": 2}


def test_a_closed_rule_that_was_paused_does_not_open_again(shop: Shop) -> None:
    shop.connect()
    shop.customer("Анна", points=100)
    broadcast_id = active(shop)
    look(broadcast_id)
    schedule.close(broadcast_id)
    lifecycle.pause(broadcast_id)

    lifecycle.resume(broadcast_id)

    assert shop.row(broadcast_id).state == BroadcastState.SENDING


def test_a_rule_closes_by_itself_at_its_last_moment(shop: Shop) -> None:
    shop.connect()
    broadcast_id = active(shop, not_after=utc_now() + timedelta(seconds=3))
    time.sleep(3.1)

    sweep("w")

    assert shop.row(broadcast_id).closed_at is not None
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_a_cancelled_rule_takes_nobody(shop: Shop) -> None:
    shop.connect()
    shop.customer("Анна", points=100)
    broadcast_id = active(shop)
    lifecycle.cancel(broadcast_id)

    look(broadcast_id)

    assert shop.messages(broadcast_id) == []


def test_only_a_rule_without_a_time_is_activated(shop: Shop) -> None:
    account = shop.connect()
    broadcast_id = shop.broadcast(trigger=Trigger.RULE, send_at=utc_now() + timedelta(hours=1))
    row = shop.row(broadcast_id)

    with pytest.raises(NotAllowed):
        schedule.activate(row, "Мария", account.id, schedule.estimate(row, 1))


def test_workers_that_look_at_the_same_time_write_each_customer_once(shop: Shop) -> None:
    shop.connect()
    shop.customers(60, points=100)
    broadcast_id = active(shop)
    together = threading.Barrier(3)

    def worker() -> None:
        with shop.app.app_context():
            together.wait()
            match(broadcast_id, time.monotonic() + 60)
            db.session.remove()

    workers = [threading.Thread(target=worker) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert shop.states(broadcast_id) == {"queued": 60}


def test_links_go_on_in_a_new_block_when_one_is_used_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("smsadmin.links.texts"), "RUN", 3)
    shop.connect()
    broadcast_id = active(
        shop, "Смотрите https://shop.example/sale сегодня", wrap_clicks=True, wrap_login=True
    )
    for number in range(7):
        shop.customer(f"Клиент {number}", points=100)
        look(broadcast_id)

    messages = shop.messages(broadcast_id)
    sent = links.texts(messages)

    assert [message.position for message in messages] == list(range(7))
    assert len(set(sent)) == 7
    shop.work()
    assert shop.states(broadcast_id) == {"accepted": 7}


def test_a_customer_who_was_deleted_meanwhile_is_cancelled_and_nobody_else(shop: Shop) -> None:
    shop.connect()
    gone = shop.customer("Анна", points=100).uid
    shop.customer("Вера", points=100)
    broadcast_id = active(shop)
    look(broadcast_id)
    db.session.delete(db.session.get_one(Client, gone))
    db.session.commit()

    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 1, "cancelled": 1}


def test_a_rule_that_the_host_does_not_know_any_more_is_paused(shop: Shop) -> None:
    shop.connect()
    broadcast_id = active(shop)
    unknown = update(Broadcast).where(Broadcast.id == broadcast_id).values(rule='{"shoe_size": "42"}')
    write(lambda session: session.execute(unknown))

    look(broadcast_id)

    paused = shop.row(broadcast_id)
    assert (paused.state, paused.pause_reason) == (BroadcastState.PAUSED, Reason.RULE_UNKNOWN)
