"""The page of a broadcast to whoever matches then: an estimate is confirmed, and only what was seen."""

from decimal import Decimal

import pytest
from sqlalchemy import update

from smsadmin.broadcasts import schedule
from smsadmin.database import write as write_rows
from smsadmin.models import Account
from tests.admin.browser import Browser, tokens
from tests.admin.composing import at, in_hours, rewrite, seen_at, take, write
from tests.admin.scheduling import CHANGED, PAGE, connected, expected, shown
from tests.admin.test_broadcasts import form_all
from tests.alerts.trouble import worker_seen
from tests.plugin import Shop


def test_whoever_matches_then_is_confirmed_on_an_estimate_that_says_so(shop: Shop, operator: Browser) -> None:
    connected(shop)
    shop.customers(4, points=2000)
    shop.customer(points=1)
    moment = in_hours(30)
    write(operator, trigger="rule", rule_points="1000", text="Привет!", **at(moment))

    page = operator.read(PAGE)

    assert "You confirm an estimate." in page
    assert "<b>4 customers</b>" in page
    assert "Price for all of them, about: <b>RUB10.00</b>" in page
    assert f"The list is formed {shown(in_hours(27))} from whoever is under the rule then" in page
    assert "more than 10 % larger or dearer" in page
    take(operator, 1, "expect")

    row = shop.row(1)
    assert (row.state, row.confirmed_recipients, row.confirmed_price) == ("scheduled", 4, Decimal(10))
    waiting = operator.read(PAGE)
    assert f"The list is formed {shown(in_hours(27))}, from whoever is under the rule then." in waiting
    assert "4 customers were confirmed by the estimate" in waiting


def test_later_than_three_hours_before_the_list_is_formed_at_once_and_the_page_says_so(
    shop: Shop, operator: Browser
) -> None:
    connected(shop)
    shop.customers(2)
    write(operator, trigger="rule", **at(in_hours(1)))

    assert "The list is formed as soon as you confirm" in operator.read(PAGE)
    take(operator, 1, "expect")
    assert "The list is not formed yet." in operator.read(PAGE)
    worker_seen()
    assert "The list is being formed now." in operator.read(PAGE)
    schedule.form_due()
    assert "and leaves" in operator.read(PAGE)
    form_all(shop, 1)

    assert shop.row(1).state == "scheduled"
    assert "The list is formed: 2 recipients." in operator.read(PAGE)


def test_an_estimate_that_was_seen_may_grow_by_a_tenth_and_not_by_more(shop: Shop, operator: Browser) -> None:
    connected(shop)
    shop.customers(10)
    write(operator, trigger="rule", **at(in_hours(30)))
    seen = seen_at(operator.open(PAGE).text, 1, "expect")

    shop.customers(2)
    assert CHANGED in operator.press(PAGE, f"{PAGE}/do/expect", seen=seen).text
    assert shop.row(1).state == "draft"
    seen = seen_at(operator.open(PAGE).text, 1, "expect")
    shop.customer()
    operator.press(PAGE, f"{PAGE}/do/expect", seen=seen)

    # What was confirmed is what was seen.
    assert (shop.row(1).state, shop.row(1).confirmed_recipients) == ("scheduled", 12)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Другой текст"},
        {"rule_points": "0"},
        {"verified_only": ""},
        at(in_hours(40)),
        at(in_hours(50), field="not_after"),
    ],
)
def test_a_draft_that_somebody_changed_meanwhile_is_not_confirmed_unseen(
    shop: Shop, operator: Browser, change: dict[str, str]
) -> None:
    connected(shop)
    shop.customers(2)
    usual = {"trigger": "rule"} | at(in_hours(30))
    write(operator, **usual)
    seen = seen_at(operator.open(PAGE).text, 1, "expect")

    rewrite(operator, 1, **(usual | change))

    assert CHANGED in operator.press(PAGE, f"{PAGE}/do/expect", seen=seen).text
    assert shop.row(1).state == "draft"


def test_a_price_that_was_changed_meanwhile_is_seen_first(shop: Shop, operator: Browser) -> None:
    account = connected(shop)
    shop.customers(2)
    write(operator, trigger="rule", **at(in_hours(30)))
    seen = seen_at(operator.open(PAGE).text, 1, "expect")
    dearer = update(Account).where(Account.id == account.id).values(price_of_part=Decimal(9))
    write_rows(lambda session: session.execute(dearer))

    assert CHANGED in operator.press(PAGE, f"{PAGE}/do/expect", seen=seen).text


@pytest.mark.parametrize("seen", ["", "2", "2.", "x.y", "-1.0", "9" * 30])
def test_a_button_without_what_was_seen_confirms_nothing(shop: Shop, operator: Browser, seen: str) -> None:
    connected(shop)
    shop.customers(2)
    write(operator, trigger="rule", **at(in_hours(30)))

    assert CHANGED in operator.press(PAGE, f"{PAGE}/do/expect", seen=seen).text
    assert shop.row(1).state == "draft"


def test_a_broadcast_of_a_rule_forms_no_list_from_a_page_that_did_not_know(
    shop: Shop, operator: Browser
) -> None:
    connected(shop)
    shop.customers(2)
    write(operator)
    rewrite(operator, 1, trigger="rule", **at(in_hours(30)))

    answer = operator.post(f"{PAGE}/do/prepare", **tokens(operator.open(PAGE).text))

    assert "not possible any more" in answer.text
    assert shop.row(1).state == "draft"


def test_a_list_that_grew_stops_and_shows_both_figures(shop: Shop, operator: Browser) -> None:
    connected(shop)
    shop.customers(2)
    expected(operator, in_hours(1), text="Привет!")
    shop.customers(3)
    schedule.form_due()
    form_all(shop, 1)

    page = operator.read(PAGE)

    assert shop.row(1).pause_reason == "grew"
    assert "<dd>2 customers, price about: RUB5.00.</dd>" in page
    assert "<dd><b>5 recipients</b>, price about: RUB12.50.</dd>" in page
    assert "waits for its time and leaves" in page
    take(operator, 1, "resume")
    assert shop.row(1).state == "scheduled"


def test_where_nobody_was_under_the_rule_the_page_says_that_anybody_stops_it(
    shop: Shop, operator: Browser
) -> None:
    connected(shop)
    write(operator, trigger="rule", **at(in_hours(30)))

    assert "since you have confirmed nobody" in operator.read(PAGE)
