"""The page of a broadcast that goes to each customer as he comes under its rule, until it is closed."""

import time
from decimal import Decimal

from sqlalchemy import update

from smsadmin.broadcasts import global_switch, lifecycle
from smsadmin.broadcasts.account_change import remove_account
from smsadmin.broadcasts.matching import match
from smsadmin.clock import utc_now
from smsadmin.database import write as write_rows
from smsadmin.models import Broadcast
from tests.admin.browser import Browser
from tests.admin.composing import at, in_hours, seen_at, take, write
from tests.plugin import Shop

PAGE = "/broadcasts/1"


def look_through(shop: Shop) -> None:
    """Look who has come under the rule by now."""
    now = update(Broadcast).where(Broadcast.id == 1).values(next_match_at=None)
    write_rows(lambda session: session.execute(now))
    assert match(1, time.monotonic() + 60) is False


def in_force(shop: Shop, operator: Browser, **typed: str) -> None:
    """Put a rule in force."""
    write(operator, trigger="rule", **typed)
    take(operator, 1, "activate")


def test_before_a_rule_is_in_force_the_page_says_who_gets_it_and_that_it_goes_on(
    shop: Shop, operator: Browser
) -> None:
    shop.connect(price_of_part=Decimal(2))
    shop.customers(3, points=2000)
    shop.customer(points=1)
    write(operator, trigger="rule", rule_points="1000", text="Привет!")

    page = operator.read(PAGE)
    assert "Price of one SMS, about: <b>RUB2.00</b>" in page

    assert "As soon as you confirm, 3 customers are looked at; whoever of them can get SMS gets it" in page
    assert "Whoever is left out at the moment gets it as soon as the reason is gone." in page
    assert "every customer gets it once, when he comes under the rule" in page
    assert "It goes on until you close the rule." in page
    assert "Put the rule in force" in page


def test_each_customer_gets_it_once_from_the_moment_he_matches(shop: Shop, operator: Browser) -> None:
    shop.connect(price_of_part=Decimal(2))
    shop.customers(2, points=2000)
    late = shop.customer(points=1)
    in_force(shop, operator, rule_points="1000")
    look_through(shop)
    assert "So far 2 customers have come under it." in operator.read(PAGE)

    late.points = 5000
    from tests.hostapp.models import db

    db.session.commit()
    look_through(shop)

    page = operator.read(PAGE)
    assert "So far 3 customers have come under it." in page
    assert "The rule is in force since" in page
    assert len({message.customer_key for message in shop.messages(1)}) == len(shop.messages(1)) == 3
    assert "since " in operator.read("/broadcasts/")


def test_closing_asks_first_and_then_nobody_comes_under_it_while_what_waits_still_goes(
    shop: Shop, operator: Browser
) -> None:
    shop.connect()
    shop.customers(2)
    in_force(shop, operator)
    look_through(shop)

    assert "/do/close" not in operator.read(PAGE)
    asked = operator.read(f"{PAGE}?ask=close")
    assert "the rule cannot be opened again" in asked
    operator.press(f"{PAGE}?ask=close", f"{PAGE}/do/close")

    assert shop.row(1).state == "sending"
    assert shop.states(1) == {"queued": 2}
    assert "<dt>The rule was closed</dt>" in operator.read(PAGE)


def test_a_paused_rule_is_in_force_again_when_it_goes_on(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customers(2)
    in_force(shop, operator)
    take(operator, 1, "pause")

    assert "the rule is in force again" in operator.read(PAGE)
    take(operator, 1, "resume")

    assert shop.row(1).state == "active"


def test_a_rule_that_was_closed_and_paused_sends_only_the_rest(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customers(2)
    in_force(shop, operator)
    look_through(shop)
    operator.press(f"{PAGE}?ask=close", f"{PAGE}/do/close")
    take(operator, 1, "pause")

    assert "When it goes on, 2 SMS leave at once." in operator.read(PAGE)
    take(operator, 1, "resume")

    assert shop.row(1).state == "sending"


def test_who_is_left_out_gets_it_when_the_reason_is_gone_and_the_page_says_so(
    shop: Shop, operator: Browser
) -> None:
    shop.connect()
    client = shop.customer(mobile_ok_at=None)
    in_force(shop, operator)
    look_through(shop)
    assert "Whoever is left out at the moment (no confirmed number," in operator.read(PAGE)
    assert shop.messages(1) == []

    client.mobile_ok_at = utc_now()
    from tests.hostapp.models import db

    db.session.commit()
    look_through(shop)

    assert shop.states(1) == {"queued": 1}


def test_before_a_rule_is_cancelled_the_page_says_that_it_is_closed_too(
    shop: Shop, operator: Browser
) -> None:
    shop.connect()
    in_force(shop, operator)

    assert "The rule is closed: no further customer gets this SMS." in operator.read(f"{PAGE}?ask=cancel")


def test_a_rule_can_be_cancelled(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customers(2)
    in_force(shop, operator)
    look_through(shop)

    operator.press(f"{PAGE}?ask=cancel", f"{PAGE}/do/cancel")

    assert shop.states(1) == {"cancelled": 2}


def test_a_rule_that_met_nobody_yet_goes_on_through_the_next_provider(shop: Shop, operator: Browser) -> None:
    account = shop.connect()
    in_force(shop, operator)
    remove_account(account)
    assert shop.row(1).state == "paused"
    twilio = shop.connect("twilio")

    assert "It can go through Twilio" in operator.read(PAGE)
    take(operator, 1, "confirm")

    assert (shop.row(1).state, shop.row(1).account_id) == ("active", twilio.id)


def test_a_broadcast_of_which_nothing_waits_ends_though_its_provider_is_gone(
    shop: Shop, operator: Browser
) -> None:
    account = shop.connect()
    in_force(shop, operator)
    operator.press(f"{PAGE}?ask=close", f"{PAGE}/do/close")
    remove_account(account)
    shop.connect("twilio")

    assert "Nothing of it waits any more; confirm it and it ends." in operator.read(PAGE)
    take(operator, 1, "confirm")
    lifecycle.finish(1)

    assert shop.row(1).state == "finished"


def test_switched_off_a_rule_is_paused_and_says_why(shop: Shop, operator: Browser) -> None:
    shop.connect()
    in_force(shop, operator)
    global_switch.switch_off()

    assert "SMS was switched off." in operator.read(PAGE)
    assert shop.row(1).state == "paused"


def test_with_no_provider_a_rule_cannot_be_put_in_force(shop: Shop, operator: Browser) -> None:
    shop.customer()
    write(operator, trigger="rule")
    seen = seen_at(operator.open(PAGE).text, 1, "activate")

    answer = operator.press(PAGE, f"{PAGE}/do/activate", seen=seen)

    assert "Connect a provider first" in answer.text
    assert shop.row(1).state == "draft"


def test_a_rule_with_a_last_moment_says_that_it_ends_then(shop: Shop, operator: Browser) -> None:
    shop.connect()
    write(operator, trigger="rule", **at(in_hours(40), field="not_after"))

    assert "until you close the rule or “not later than” has passed" in operator.read(PAGE)
