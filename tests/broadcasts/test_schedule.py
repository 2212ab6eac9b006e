"""Broadcasts with a time: started at it, once, and held where something is not as confirmed."""

import threading

import pytest
from sqlalchemy import update

from smsadmin import accounts
from smsadmin.broadcasts import drafts, lifecycle, schedule
from smsadmin.broadcasts.account_change import remove_account
from smsadmin.broadcasts.confirm_anew import confirm_anew
from smsadmin.broadcasts.global_switch import switch_off, switch_on
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.broadcasts.schedule import start_due
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import Broadcast
from smsadmin.reasons import Reason
from smsadmin.sending.sweeper import sweep
from smsadmin.states import BroadcastState
from tests.broadcasts.scheduling import HOUR, copies, expected, form, scheduled, the_time_comes
from tests.hostapp.models import db
from tests.plugin import Shop


def test_these_people_wait_for_their_time_and_then_go(shop: Shop) -> None:
    shop.connect()
    shop.customers(3)
    broadcast_id = scheduled(shop, HOUR)
    shop.customer("Пришёл позже")

    sweep("w")
    shop.work()
    assert shop.states(broadcast_id) == {"queued": 3}

    the_time_comes(broadcast_id)
    sweep("w")
    shop.work()
    assert shop.states(broadcast_id) == {"accepted": 3}
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_a_list_with_a_time_cannot_be_sent_at_once_by_the_other_button(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed(send_at=utc_now() + HOUR)

    with pytest.raises(NotAllowed):
        lifecycle.send(broadcast_id, "Мария")


def test_a_list_that_was_formed_anew_meanwhile_is_not_scheduled_unseen(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed(send_at=utc_now() + HOUR)

    with pytest.raises(NotAllowed):
        schedule.schedule(broadcast_id, "Мария", shop.row(broadcast_id).form - 1)


def test_it_can_be_cancelled_until_it_leaves(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = scheduled(shop, HOUR)

    lifecycle.cancel(broadcast_id)
    the_time_comes(broadcast_id)
    sweep("w")
    shop.work()

    assert shop.states(broadcast_id) == {"cancelled": 1}


def test_a_time_at_which_no_worker_lived_is_made_up_for_once(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    broadcast_id = scheduled(shop, HOUR)
    long_ago = update(Broadcast).where(Broadcast.id == broadcast_id).values(send_at=utc_now() - 5 * HOUR)
    write(lambda session: session.execute(long_ago))

    sweep("w")
    shop.work()
    sweep("w")
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 2}
    assert copies(shop, broadcast_id) == [1, 1]


def test_two_workers_at_the_same_second_start_it_once(shop: Shop) -> None:
    shop.connect()
    shop.customers(20)
    broadcast_id = scheduled(shop, HOUR)
    the_time_comes(broadcast_id)
    together = threading.Barrier(2)

    def worker() -> None:
        with shop.app.app_context():
            together.wait()
            start_due()
            shop.work()
            db.session.remove()

    workers = [threading.Thread(target=worker) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert shop.states(broadcast_id) == {"accepted": 20}
    assert set(copies(shop, broadcast_id)) == {1}


def test_sms_that_are_off_at_the_hour_hold_it_and_it_does_not_go_by_itself(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = scheduled(shop, HOUR)
    switch_off()
    the_time_comes(broadcast_id)
    sweep("w")
    switch_on()
    sweep("w")
    shop.work()

    held = shop.row(broadcast_id)
    assert (held.state, held.pause_reason) == (BroadcastState.PAUSED, Reason.SMS_OFF)
    assert shop.states(broadcast_id) == {"queued": 1}


@pytest.mark.parametrize("kind", ["these people", "whoever"])
def test_an_account_that_is_gone_at_the_hour_holds_it(shop: Shop, kind: str) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = scheduled(shop, HOUR) if kind == "these people" else expected(shop, HOUR)
    accounts.remove("smsc")

    the_time_comes(broadcast_id)
    sweep("w")

    held = shop.row(broadcast_id)
    assert (held.state, held.pause_reason) == (BroadcastState.PAUSED, Reason.NOT_CONNECTED)


def test_back_to_the_text_throws_the_scheduled_list_away(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = scheduled(shop, HOUR)

    lifecycle.edit(broadcast_id)

    assert shop.row(broadcast_id).state == BroadcastState.DRAFT
    assert shop.row(broadcast_id).formed_at is None
    assert shop.states(broadcast_id) == {}
    drafts.form_list(broadcast_id, "Новый текст")
    form(broadcast_id)
    assert shop.states(broadcast_id) == {"queued": 1}


def test_a_text_that_is_taken_back_is_confirmed_by_nobody(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = scheduled(shop, HOUR)

    lifecycle.edit(broadcast_id)

    draft = shop.row(broadcast_id)
    assert (draft.confirmed_by, draft.confirmed_at, draft.confirmed_recipients) == (None, None, None)


def test_a_scheduled_broadcast_is_held_as_soon_as_its_account_goes_and_confirmed_anew(shop: Shop) -> None:
    account = shop.connect(price_of_part=2)
    shop.customers(2)
    broadcast_id = scheduled(shop, HOUR)
    remove_account(account)
    assert shop.row(broadcast_id).pause_reason == Reason.NOT_CONNECTED
    dearer = shop.connect("twilio", price_of_part=5, currency="USD")

    confirm_anew(broadcast_id, "Ольга", dearer)

    waiting = shop.row(broadcast_id)
    assert waiting.state == BroadcastState.SCHEDULED
    assert waiting.confirmed_price == 10
