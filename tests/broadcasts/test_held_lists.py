"""Lists that were held, begun by a clock that is off, or written over a change: nothing goes that nobody confirmed."""

import contextlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from smsadmin.broadcasts import drafts, lifecycle, matching, schedule
from smsadmin.broadcasts.confirm_anew import confirm_anew
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.broadcasts.listing import not_listed as really
from smsadmin.broadcasts.matching import match
from smsadmin.broadcasts.prepare import form_list
from smsadmin.clock import utc_now
from smsadmin.current import host
from smsadmin.database import write
from smsadmin.host import Customer, Rule, UnknownFilter
from smsadmin.models import Broadcast
from smsadmin.reasons import Reason
from smsadmin.sending import sweeper
from smsadmin.states import BroadcastState
from tests.broadcasts.test_matching import active
from tests.hostapp.models import Client, db
from tests.plugin import Shop


def test_a_half_formed_list_whose_rule_is_lost_goes_back_to_its_draft(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect()
    shop.set(prepare_batch=1)
    shop.customers(3, points=100)
    broadcast_id = shop.broadcast(rule='{"points": "100"}')
    drafts.form_list(broadcast_id, shop.row(broadcast_id).text)
    customers = host().customers
    asked: list[str | None] = []
    really = customers.batch

    def batch(verified: bool, after: str | None, limit: int, rule: Rule) -> Sequence[Customer]:
        asked.append(after)
        if len(asked) == 2:
            raise UnknownFilter("points")
        return really(verified, after, limit, rule)

    monkeypatch.setattr(customers, "batch", batch, raising=False)
    form_list(broadcast_id, time.monotonic() + 60)

    assert shop.row(broadcast_id).state == BroadcastState.DRAFT
    assert shop.messages(broadcast_id) == []


def test_what_nobody_has_confirmed_does_not_go_on(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    lifecycle.pause(broadcast_id)
    write(lambda session: session.execute(update(Broadcast).values(confirmed_by=None)))

    with pytest.raises(NotAllowed):
        lifecycle.resume(broadcast_id)


def test_a_customer_who_is_deleted_while_the_list_is_formed_does_not_stop_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect()
    shop.set(prepare_batch=1)
    first = shop.customer("Первый")
    shop.customer("Второй", phone=first.mobile)
    key = first.uid
    broadcast_id = shop.broadcast("https://shop.example/a", wrap_login=True)
    drafts.form_list(broadcast_id, shop.row(broadcast_id).text)
    customers = host().customers
    really = customers.batch

    def batch(verified: bool, after: str | None, limit: int, rule: Rule) -> Sequence[Customer]:
        found = really(verified, after, limit, rule)
        if after == str(key):
            db.session.execute(delete(Client).where(Client.uid == key))
            db.session.commit()
        return found

    monkeypatch.setattr(customers, "batch", batch, raising=False)
    form_list(broadcast_id, time.monotonic() + 60)

    assert shop.row(broadcast_id).state == BroadcastState.READY


def test_a_worker_that_slept_over_a_new_account_writes_nothing_for_the_old_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect()
    shop.customers(2, points=100)
    broadcast_id = active(shop)

    def slow(broadcast: Broadcast, batch: Sequence[Customer]) -> list[Customer]:
        listed = really(broadcast, batch)
        monkeypatch.setattr(matching, "not_listed", really)
        account = shop.connect(login="other")
        lifecycle.pause(broadcast_id, Reason.NOT_CONNECTED)
        confirm_anew(broadcast_id, "Мария", account)
        return listed

    monkeypatch.setattr(matching, "not_listed", slow)
    match(broadcast_id, time.monotonic() + 60)
    sweeper.sweep("w")

    assert shop.states(broadcast_id) == {"queued": 2}


def clock_off(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    off = timedelta(minutes=minutes)
    monkeypatch.setattr(lifecycle, "utc_now", lambda: datetime.now(UTC) + off)


def test_a_web_server_whose_clock_is_ahead_lets_nothing_begin_early(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed(send_at=utc_now() + timedelta(minutes=4))
    schedule.schedule(broadcast_id, "Мария", shop.row(broadcast_id).form)
    lifecycle.hold(broadcast_id, Reason.SMS_OFF)
    clock_off(monkeypatch, 5)

    lifecycle.resume(broadcast_id)

    assert shop.row(broadcast_id).state == BroadcastState.SCHEDULED


def test_a_web_server_whose_clock_is_behind_cannot_throw_away_what_was_sent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect(price_of_part=1)
    shop.set(rate=1.0)
    shop.customers(2)
    broadcast_id = shop.formed(send_at=utc_now() + timedelta(seconds=3))
    schedule.schedule(broadcast_id, "Мария", shop.row(broadcast_id).form)
    time.sleep(3.1)
    schedule.start_due()
    shop.work(0.5)
    lifecycle.pause(broadcast_id)
    clock_off(monkeypatch, -5)

    lifecycle.resume(broadcast_id)
    with contextlib.suppress(NotAllowed):
        lifecycle.edit(broadcast_id)

    assert shop.row(broadcast_id).state == BroadcastState.SENDING
    assert len(shop.messages(broadcast_id)) == 2
