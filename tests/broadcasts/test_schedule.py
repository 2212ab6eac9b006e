"""Broadcasts with a time: formed ahead of it, started at it, once, and held where something is not as confirmed."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from smsadmin import accounts
from smsadmin.broadcasts import drafts, lifecycle, schedule
from smsadmin.broadcasts.account_change import remove_account
from smsadmin.broadcasts.confirm_anew import confirm_anew
from smsadmin.broadcasts.global_switch import switch_off, switch_on
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.broadcasts.prepare import form_list
from smsadmin.broadcasts.schedule import Estimate, start_due
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import Broadcast
from smsadmin.providers import provider
from smsadmin.reasons import Reason
from smsadmin.sending.claim import outgoing
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.sweeper import expire_late, sweep
from smsadmin.states import BroadcastState, Trigger
from tests.hostapp.models import db
from tests.plugin import Shop

HOUR = timedelta(hours=1)


def estimate(shop: Shop, broadcast_id: int) -> Estimate:
    return schedule.estimate(shop.row(broadcast_id), parts=1)


def expected(shop: Shop, send_in: timedelta, **fields: Any) -> int:
    """Confirm a broadcast to whoever matches at its time."""
    fields |= {"trigger": Trigger.RULE, "send_at": utc_now() + send_in, "zone": "Europe/Moscow"}
    broadcast_id = shop.broadcast(**fields)
    account = accounts.sending_account()
    assert account is not None
    schedule.expect(shop.row(broadcast_id), "Мария", account.id, estimate(shop, broadcast_id))
    return broadcast_id


def scheduled(shop: Shop, send_in: timedelta, **fields: Any) -> int:
    """Form, confirm and schedule a list of these people."""
    fields |= {"send_at": utc_now() + send_in, "zone": "Europe/Moscow"}
    broadcast_id = shop.formed(**fields)
    schedule.schedule(broadcast_id, "Мария", shop.row(broadcast_id).form)
    return broadcast_id


def the_time_comes(broadcast_id: int) -> None:
    """Let the time for which it was scheduled be now."""
    due = update(Broadcast).where(Broadcast.id == broadcast_id).values(send_at=utc_now())
    write(lambda session: session.execute(due))


def copies(shop: Shop, broadcast_id: int) -> list[int]:
    """Return how often each of its phones got an SMS."""
    return [len(shop.simulator.arrived(message.phone[1:])) for message in shop.messages(broadcast_id)]


def form(broadcast_id: int) -> None:
    assert form_list(broadcast_id, time.monotonic() + 30) is False


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


def test_whoever_matches_is_listed_three_hours_ahead_and_not_before(shop: Shop) -> None:
    shop.connect()
    shop.customers(2, language="ru")
    broadcast_id = expected(shop, 4 * HOUR, rule='{"language": "ru"}')
    sweep("w")
    assert shop.row(broadcast_id).state == BroadcastState.SCHEDULED
    assert shop.states(broadcast_id) == {}
    sends_at = shop.row(broadcast_id).send_at
    assert sends_at is not None
    assert schedule.forms_at(shop.row(broadcast_id)) == sends_at - 3 * HOUR

    soon = update(Broadcast).where(Broadcast.id == broadcast_id).values(send_at=utc_now() + 2.9 * HOUR)
    write(lambda session: session.execute(soon))
    shop.customer("Bob", language="en")
    sweep("w")
    form(broadcast_id)

    assert shop.row(broadcast_id).state == BroadcastState.SCHEDULED
    assert shop.states(broadcast_id) == {"queued": 2}
    the_time_comes(broadcast_id)
    sweep("w")
    shop.work()
    assert shop.states(broadcast_id) == {"accepted": 2}


def test_a_list_started_later_than_three_hours_before_is_formed_at_once(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = expected(shop, HOUR)

    sweep("w")
    form(broadcast_id)

    assert shop.states(broadcast_id) == {"queued": 1}
    assert shop.row(broadcast_id).state == BroadcastState.SCHEDULED


def test_a_list_that_grew_by_more_than_a_tenth_waits_for_a_person(shop: Shop) -> None:
    shop.connect()
    shop.customers(10)
    broadcast_id = expected(shop, HOUR)
    shop.customers(2)

    sweep("w")
    form(broadcast_id)
    the_time_comes(broadcast_id)
    sweep("w")
    shop.work()

    held = shop.row(broadcast_id)
    assert (held.state, held.pause_reason) == (BroadcastState.PAUSED, Reason.GREW)
    assert shop.states(broadcast_id) == {"queued": 12}
    lifecycle.resume(broadcast_id)
    shop.work()
    assert shop.states(broadcast_id) == {"accepted": 12}


def test_a_list_that_grew_by_a_tenth_goes(shop: Shop) -> None:
    shop.connect()
    shop.customers(10)
    broadcast_id = expected(shop, HOUR)
    shop.customer()

    sweep("w")
    form(broadcast_id)

    assert shop.row(broadcast_id).state == BroadcastState.SCHEDULED


def test_a_list_that_became_dearer_waits_for_a_person(shop: Shop) -> None:
    shop.connect(price_of_part=2)
    shop.customers(2)
    broadcast_id = expected(shop, HOUR, text="Привет, {name}! " + "о" * 60)

    sweep("w")
    form(broadcast_id)

    assert shop.row(broadcast_id).pause_reason == Reason.GREW


def test_a_paused_list_goes_on_waiting_where_its_time_is_still_to_come(shop: Shop) -> None:
    shop.connect()
    shop.customers(10)
    broadcast_id = expected(shop, HOUR)
    shop.customers(5)
    sweep("w")
    form(broadcast_id)

    lifecycle.resume(broadcast_id)

    assert shop.row(broadcast_id).state == BroadcastState.SCHEDULED
    shop.work()
    assert shop.states(broadcast_id) == {"queued": 15}


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


def test_what_has_not_left_by_the_last_moment_never_leaves(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed(not_after=utc_now() + timedelta(seconds=3))
    lifecycle.send(broadcast_id, "Мария")
    time.sleep(3.1)

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


def test_a_rule_that_the_host_does_not_know_any_more_is_held_and_the_others_go(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    lost, fine = expected(shop, HOUR), expected(shop, HOUR)
    unknown = update(Broadcast).where(Broadcast.id == lost).values(rule='{"shoe_size": "42"}')
    write(lambda session: session.execute(unknown))

    sweep("w")
    form(fine)

    assert shop.row(fine).state == BroadcastState.SCHEDULED
    held = shop.row(lost)
    assert (held.state, held.pause_reason) == (BroadcastState.PAUSED, Reason.RULE_UNKNOWN)


def test_a_draft_that_was_changed_since_it_was_read_is_not_confirmed(shop: Shop) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.broadcast(trigger=Trigger.RULE, send_at=utc_now() + HOUR)
    read_before = shop.row(broadcast_id)
    drafts.change(broadcast_id, text="Другой текст")

    with pytest.raises(NotAllowed):
        schedule.expect(read_before, "Мария", account.id, estimate(shop, broadcast_id))


def test_the_list_of_a_rule_is_not_formed_by_the_button_of_another_kind(shop: Shop) -> None:
    shop.connect()
    broadcast_id = shop.broadcast(trigger=Trigger.RULE, send_at=utc_now() + HOUR)

    with pytest.raises(NotAllowed):
        drafts.form_list(broadcast_id, "Текст")


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
