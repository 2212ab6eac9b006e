"""Lists of whoever matches at a time: formed ahead of it, and seen by a person where they came out otherwise."""

import pytest
from sqlalchemy import update

from smsadmin.broadcasts import drafts, lifecycle, schedule
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import Broadcast
from smsadmin.reasons import Reason
from smsadmin.sending.sweeper import sweep
from smsadmin.states import BroadcastState, Trigger
from tests.broadcasts.scheduling import HOUR, estimate, expected, form, the_time_comes
from tests.plugin import Shop


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


def test_a_text_that_was_changed_after_a_list_was_formed_is_the_one_that_is_shown(shop: Shop) -> None:
    account = shop.connect()
    shop.customer("Анна")
    broadcast_id = shop.formed("Скидка 10 %, {name}")
    lifecycle.edit(broadcast_id)
    in_two_days = {"trigger": Trigger.RULE, "send_at": utc_now() + 48 * HOUR, "zone": "Europe/Moscow"}
    assert drafts.change(broadcast_id, text="Скидка 20 %, {name}", **in_two_days)

    schedule.expect(shop.row(broadcast_id), "Мария", account.id, estimate(shop, broadcast_id))

    assert shop.row(broadcast_id).state == BroadcastState.SCHEDULED
    assert drafts.example_of(shop.row(broadcast_id)).text == "Скидка 20 %, Анна"
    assert drafts.arriving(shop.row(broadcast_id)) == "Скидка 20 %, {name}"


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
