"""The page of a broadcast with a time: what will happen when, and how to take it back."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from smsadmin.broadcasts import global_switch, lifecycle, schedule
from smsadmin.broadcasts.account_change import remove_account
from smsadmin.database import write as write_rows
from smsadmin.models import Message
from smsadmin.reasons import Reason
from smsadmin.sending.sweeper import expire_late
from tests.admin.browser import Browser
from tests.admin.composing import at, in_hours, seen_at, take, write
from tests.admin.scheduling import PAGE, connected, expected, formed, move, shown
from tests.admin.test_broadcasts import form_all
from tests.alerts.trouble import worker_seen
from tests.plugin import Shop

YEKATERINBURG = "Asia/Yekaterinburg"


# These people.


def test_these_people_wait_for_their_time_and_then_go(shop: Shop, operator: Browser) -> None:
    connected(shop)
    shop.customers(3)
    moment = in_hours(30)
    formed(shop, operator, **at(moment))

    ready = operator.read(PAGE)
    assert "this list is kept as it is and leaves" in ready
    assert f"Schedule for {shown(moment)}" in ready
    take(operator, 1, "schedule")
    waiting = operator.read(PAGE)

    assert shop.row(1).state == "scheduled"
    assert f"It leaves {shown(moment)}." in waiting
    assert "The list is formed: 3 recipients." in waiting
    assert "Until it leaves it can be cancelled." in waiting
    assert shop.row(1).confirmed_by is not None
    move(send_at=in_hours(-0.1))
    schedule.start_due()
    assert shop.row(1).state == "sending"


def test_who_comes_after_the_confirmation_is_not_one_of_these_people(shop: Shop, operator: Browser) -> None:
    connected(shop)
    shop.customers(2)
    formed(shop, operator, **at(in_hours(30)))
    take(operator, 1, "schedule")
    shop.customer()

    move(send_at=in_hours(-0.1))
    schedule.start_due()

    assert len(shop.messages(1)) == 2


def test_a_list_whose_time_passed_before_it_was_confirmed_says_that_it_leaves_now(
    shop: Shop, operator: Browser
) -> None:
    connected(shop)
    shop.customers(2)
    formed(shop, operator, **at(in_hours(30)))
    move(send_at=in_hours(-1))

    page = operator.read(PAGE)

    assert "has passed: it leaves as soon as you confirm" in page
    assert "Send to 2 recipients" in page
    take(operator, 1, "schedule")
    schedule.start_due()
    assert shop.row(1).state == "sending"


def test_a_list_formed_anew_is_not_scheduled_from_the_page_of_the_old_one(
    shop: Shop, operator: Browser
) -> None:
    connected(shop)
    shop.customers(2)
    formed(shop, operator, **at(in_hours(30)))
    old = operator.open(PAGE).text
    take(operator, 1, "edit")
    take(operator, 1, "prepare")
    form_all(shop, 1)

    answer = operator.press(PAGE, f"{PAGE}/do/schedule", seen=seen_at(old, 1, "schedule"))

    assert "not possible any more" in answer.text
    assert shop.row(1).state == "ready"


# Until it leaves.


def test_a_scheduled_broadcast_goes_back_to_its_text_and_is_nobodys_confirmation_any_more(
    shop: Shop, operator: Browser
) -> None:
    connected(shop)
    shop.customers(2)
    expected(operator, in_hours(30))

    take(operator, 1, "edit")

    page = operator.read(PAGE)
    assert shop.row(1).state == "draft"
    assert "Confirmed by" not in page
    assert "Schedule for" in page


def test_a_scheduled_broadcast_can_be_cancelled(shop: Shop, operator: Browser) -> None:
    connected(shop)
    shop.customers(2)
    formed(shop, operator, **at(in_hours(30)))
    take(operator, 1, "schedule")

    operator.press(f"{PAGE}?ask=cancel", f"{PAGE}/do/cancel")

    assert shop.states(1) == {"cancelled": 2}


def test_times_are_shown_by_the_clock_of_their_zone_and_by_the_shops(shop: Shop, operator: Browser) -> None:
    connected(shop)
    shop.customers(2)
    # At noon there it is the same day here.
    moment = in_hours(30).replace(hour=7)
    expected(operator, moment, YEKATERINBURG)

    page, listed = operator.read(PAGE), operator.read("/broadcasts/")

    there, here = (f"{moment.astimezone(ZoneInfo(zone)):%H:%M}" for zone in (YEKATERINBURG, "Europe/Moscow"))
    both = f", {there} (Yekaterinburg; by the shop's clock {here})"
    assert both in page
    assert both in listed
    assert f", {there} (Yekaterinburg)." in page


def test_a_scheduled_broadcast_whose_provider_is_gone_says_that_it_will_not_leave(
    shop: Shop, operator: Browser
) -> None:
    account = connected(shop)
    shop.customers(2)
    expected(operator, in_hours(1))
    remove_account(account)
    # As if the account had gone while its list was being formed.
    move(state="scheduled", pause_reason=None)

    assert "it will not leave" in operator.read(PAGE)


def test_a_scheduled_broadcast_whose_provider_was_removed_goes_on_through_the_next_one(
    shop: Shop, operator: Browser
) -> None:
    account = connected(shop)
    shop.customers(2)
    expected(operator, in_hours(1))
    remove_account(account)
    assert (shop.row(1).state, shop.row(1).pause_reason) == ("paused", "not_connected")
    assert "Connect a provider; then it can be confirmed anew." in operator.read(PAGE)
    twilio = shop.connect("twilio", price_of_part=Decimal("0.05"), currency="USD")

    page = operator.read(PAGE)
    assert "It can go through Twilio; a part costs there: $0.05." in page
    take(operator, 1, "confirm")

    assert (shop.row(1).state, shop.row(1).account_id) == ("scheduled", twilio.id)
    schedule.form_due()
    form_all(shop, 1)
    assert {message.account_id for message in shop.messages(1)} == {twilio.id}


def test_a_broadcast_whose_hour_came_while_sms_was_off_waits_for_a_person(
    shop: Shop, operator: Browser
) -> None:
    connected(shop)
    shop.customers(2)
    formed(shop, operator, **at(in_hours(30)))
    take(operator, 1, "schedule")
    global_switch.switch_off()
    move(send_at=in_hours(-0.1))
    schedule.start_due()
    global_switch.switch_on()

    page = operator.read(PAGE)

    assert "It is on again, and the broadcast can go on." in page
    assert "When it goes on, 2 SMS leave at once." in page
    take(operator, 1, "resume")
    assert shop.row(1).state == "sending"


# Not later than.


def test_not_later_than_stands_on_the_page(shop: Shop, operator: Browser) -> None:
    last = in_hours(40)
    write(operator, **at(last, field="not_after"))

    page = operator.read(PAGE)

    assert "<dt>Not later than</dt>" in page
    assert shown(last) in page


@pytest.mark.parametrize(
    ("typed", "step"),
    [({}, "send"), (at(in_hours(30)), "schedule"), ({"trigger": "rule"} | at(in_hours(30)), "expect")],
)
def test_what_may_not_leave_any_more_is_not_confirmed_and_the_page_says_why(
    shop: Shop, operator: Browser, typed: dict[str, str], step: str
) -> None:
    connected(shop)
    shop.customers(1)
    write(operator, **(at(in_hours(40), field="not_after") | typed))
    if step != "expect":
        take(operator, 1, "prepare")
        form_all(shop, 1)
    before = shop.row(1).state
    seen = seen_at(operator.open(PAGE).text, 1, step)
    move(not_after=in_hours(-1))

    assert "“Not later than” has passed: nothing of it can be sent." in operator.read(PAGE)
    answer = operator.press(PAGE, f"{PAGE}/do/{step}", seen=seen).text

    assert "has passed" in answer
    assert shop.row(1).state == before


def test_a_paused_broadcast_that_came_too_late_says_that_going_on_sends_nothing(
    shop: Shop, operator: Browser
) -> None:
    connected(shop)
    shop.customers(1)
    formed(shop, operator, **at(in_hours(40), field="not_after"))
    lifecycle.send(1, "Мария")
    lifecycle.pause(1, Reason.NO_MONEY)
    move(not_after=in_hours(-1))
    late = update(Message).values(not_after=in_hours(-1))
    write_rows(lambda session: session.execute(late))

    assert "what goes on now does not leave any more" in operator.read(PAGE)
    lifecycle.resume(1)
    expire_late()
    assert shop.states(1) == {"expired": 1}


def test_with_no_worker_what_is_due_is_not_said_to_leave(shop: Shop, operator: Browser) -> None:
    connected(shop)
    shop.customers(1)
    formed(shop, operator, **at(in_hours(30)))
    take(operator, 1, "schedule")
    move(send_at=in_hours(-1))
    assert "It is due, but something is in the way, see above." in operator.read(PAGE)

    worker_seen()

    assert "It leaves now." in operator.read(PAGE)


# Who may.


def test_a_viewer_sees_when_it_goes_and_has_no_buttons(shop: Shop, operator: Browser, guest: Browser) -> None:
    connected(shop)
    shop.customers(2)
    moment = in_hours(30)
    write(operator, trigger="rule", **at(moment))

    page = guest.read(PAGE)

    assert shown(moment) in page
    assert "/do/" not in page
    for step in ("expect", "activate", "schedule", "close"):
        assert guest.post(f"{PAGE}/do/{step}").status_code in (400, 403)
    assert shop.row(1).state == "draft"
