"""The page with the state of all SMS: green where all is well, else what is in the way and the next step."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from smsadmin.alerts.watch import check
from smsadmin.broadcasts import lifecycle
from smsadmin.clock import utc_now
from smsadmin.database import engine
from smsadmin.host import Role, StaffMember
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending import decisions, in_doubt
from smsadmin.sending.claim import claim
from smsadmin.sending.record import record
from smsadmin.states import BroadcastState
from tests.admin.browser import Browser
from tests.admin.conftest import SignedIn
from tests.alerts.trouble import (
    low_balance,
    paused,
    set_account,
    set_broadcast,
    set_settings,
    well,
    worker_seen,
)
from tests.plugin import Shop

STATE = "/state/"
WELL = "All is well: SMS that are due leave"


@pytest.mark.parametrize("level", ["boss", "lead", "operator", "guest"])
def test_everybody_who_works_here_sees_that_all_is_well(shop: Shop, signed_in: SignedIn, level: str) -> None:
    well(shop)
    page = signed_in(level).read(STATE)

    assert WELL in page
    assert "in the way" not in page
    assert "None: nothing waits to be sent." in page


def test_a_stranger_is_sent_to_sign_in(shop: Shop) -> None:
    answer = Browser(shop.app).open(STATE)

    assert answer.status_code == 302
    assert "/door" in answer.location


def test_what_is_in_the_way_stands_on_top_with_the_next_step(shop: Shop, boss: Browser) -> None:
    well(shop)
    broadcast_id = paused(shop, Reason.MANY_REFUSALS)
    low_balance()
    worker_seen(500)
    page = boss.read(STATE)

    assert WELL not in page
    assert "No worker runs: no SMS leaves" in page
    assert "Start the worker on the server" in page
    assert "The broadcast “Акция” is paused. The provider refused many SMS in a row." in page
    assert f'href="/office/sms/broadcasts/{broadcast_id}"' in page
    assert "below the limit of" in page
    assert 'href="/office/sms/integration/">Open the integration settings</a>' in page
    assert ">silent</span>" in page


def test_who_cannot_open_the_settings_gets_no_link_to_them(shop: Shop, guest: Browser) -> None:
    well(shop)
    low_balance()

    assert "Open the integration settings" not in guest.read(STATE)


def test_what_people_have_chosen_leaves_the_page_green(shop: Shop, boss: Browser) -> None:
    well(shop)
    set_settings(shop, alert_webhook="")
    page = boss.read(STATE)

    assert WELL in page
    assert "Nobody is told of trouble by e-mail or webhook." in page
    assert "Whoever runs the server can change that: set SMSADMIN_ALERT_EMAIL" in page


def test_each_broadcast_under_way_says_what_it_waits_for(shop: Shop, boss: Browser) -> None:
    well(shop)
    shop.customers(2)
    lifecycle.send(shop.formed(name="Уходит"), "Мария")
    soon = shop.broadcast(name="Ждёт часа")
    when = {"send_at": utc_now() + timedelta(hours=1), "formed_at": utc_now()}
    set_broadcast(soon, state=BroadcastState.SCHEDULED, **when)
    set_broadcast(shop.broadcast(name="По правилу"), state=BroadcastState.ACTIVE)
    paused(shop, None, "На паузе")
    shop.broadcast(name="Черновик")
    page = boss.read(STATE)

    for said in (
        "2 SMS wait to leave.",
        "It begins at ",
        "It waits for customers who come under its rule.",
        "A person has paused it.",
    ):
        assert said in page
    assert "Черновик" not in page
    assert "Something is in the way" not in page


def test_a_broadcast_whose_account_is_stopped_says_so(shop: Shop, boss: Browser) -> None:
    well(shop)
    shop.customer()
    lifecycle.send(shop.formed(), "Мария")
    set_account(stopped_reason=Reason.NO_MONEY.value)
    page = boss.read(STATE)

    assert "1 SMS waits to leave. Something is in the way, see above." in page
    assert "There is no money on the account." in page


def test_what_was_told_is_listed_and_is_over_when_it_is_over(shop: Shop, boss: Browser) -> None:
    well(shop)
    set_settings(shop, alert_webhook="")
    low_balance()
    check()
    assert ">still so</span>" in boss.read(STATE)

    low_balance("900")
    check()
    page = boss.read(STATE)

    assert "The balance is low" in page
    assert ">still so</span>" not in page


def test_what_nobody_was_told_is_not_said_to_be_told(shop: Shop, boss: Browser) -> None:
    well(shop)
    set_settings(shop, alert_webhook="")
    low_balance()
    check()

    assert "nobody: no way is set" in boss.read(STATE)


def test_of_sms_in_doubt_it_says_how_many_were_left_as_they_are(shop: Shop, boss: Browser) -> None:
    account = well(shop)
    shop.customers(2)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    taken = claim(account, provider(account.provider), broadcast_id, 2).messages
    record(account.id, [(message, Answer(Outcome.UNKNOWN, Reason.NO_ANSWER)) for message in taken])
    doubts = in_doubt.page(broadcast_id, False, None, 1)
    decisions.leave({doubt.message.id: doubt.mark for doubt in doubts}, StaffMember("1", "Мария", Role.OWNER))

    page = boss.read(STATE)

    assert "The outcome of some SMS is still unknown: 2. Of them left as they are: 1." in page


def test_a_broadcast_whose_time_has_passed_is_due_and_does_not_begin(shop: Shop, boss: Browser) -> None:
    well(shop)
    then = {"send_at": utc_now() - timedelta(minutes=1), "formed_at": utc_now()}
    set_broadcast(shop.broadcast(), state=BroadcastState.SCHEDULED, **then)
    page = boss.read(STATE)

    assert "It is due since " in page
    assert "It begins at " not in page


def test_a_worker_has_its_last_sign_of_life(shop: Shop, boss: Browser) -> None:
    well(shop)

    assert "last sign of life: " in boss.read(STATE)


def test_redis_that_is_away_does_not_break_the_page(shop: Shop, boss: Browser) -> None:
    well(shop)
    set_settings(shop, redis_url="redis://127.0.0.1:1/0")

    assert ">does not answer</span>" in boss.read(STATE)


def test_tables_that_are_not_up_to_date_do_not_break_the_page(shop: Shop, boss: Browser) -> None:
    with engine().begin() as connection:
        connection.execute(text("UPDATE sms_alembic_version SET version_num = '0003'"))

    assert "The tables sms_* are not up to date." in boss.read(STATE)
