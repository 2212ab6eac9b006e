"""To whom: the host's filters as fields of the form, and a rule that nobody can read any more."""

import pytest
from sqlalchemy import update

from smsadmin.broadcasts.rules import rule_of
from smsadmin.database import write as write_rows
from smsadmin.models import Broadcast
from tests.admin.browser import Browser
from tests.admin.composing import NEW, at, chosen, entered, error_at, in_hours, rewrite, take, write
from tests.admin.conftest import SignedIn
from tests.plugin import Shop


def set_rule(broadcast_id: int, rule: str) -> None:
    """Store a rule, as a host left it that had other filters."""
    statement = update(Broadcast).where(Broadcast.id == broadcast_id).values(rule=rule)
    write_rows(lambda session: session.execute(statement))


def test_each_filter_of_the_host_is_a_field_of_its_kind(shop: Shop, operator: Browser) -> None:
    shop.customer(language="ru")
    shop.customer(language="de")

    page = operator.read(NEW)

    assert '<option value="de">de</option>' in page
    assert '<option value="">any</option>' in page
    assert 'inputmode="decimal"' in page
    assert entered(page, "rule_joined") == ""
    assert 'type="date"' in page


def test_what_is_filled_in_is_the_rule_and_what_is_empty_is_not(shop: Shop, operator: Browser) -> None:
    shop.customer(language="ru")

    write(operator, rule_language="ru", rule_points=" 1 500,50 ")
    assert rule_of(shop.row(1)) == {"language": "ru", "points": "1500.50"}
    rewrite(operator, 1, rule_joined="2026-02-01")

    assert rule_of(shop.row(1)) == {"joined": "2026-02-01"}


def test_a_stored_rule_stands_in_the_form_and_on_the_page(shop: Shop, operator: Browser) -> None:
    shop.customer(language="ru")
    write(operator, rule_language="ru", rule_points="1500", rule_joined="2026-02-01")

    form = operator.read("/broadcasts/1/edit")

    assert chosen(form, "rule_language") == "ru"
    assert (entered(form, "rule_points"), entered(form, "rule_joined")) == ("1500", "2026-02-01")
    page = operator.read("/broadcasts/1")
    assert "Баллы, не меньше: <b>1500</b>" in page
    assert "Пришёл не раньше: <b>1 Feb 2026</b>" in page


@pytest.mark.parametrize(("language", "shown"), [("en", "500.50"), ("ru", "500,50")])
def test_a_number_is_shown_as_the_reader_writes_it(signed_in: SignedIn, language: str, shown: str) -> None:
    browser = signed_in("operator", language)

    write(browser, rule_points="500,50")

    assert f"Баллы, не меньше: <b>{shown}</b>" in browser.read("/broadcasts/1")
    assert entered(browser.read("/broadcasts/1/edit"), "rule_points") == shown


def test_a_choice_that_no_customer_has_any_more_is_kept(shop: Shop, operator: Browser) -> None:
    client = shop.customer(language="ru")
    write(operator, rule_language="ru")
    client.language = "de"
    from tests.hostapp.models import db

    db.session.commit()

    assert chosen(operator.read("/broadcasts/1/edit"), "rule_language") == "ru"
    rewrite(operator, 1, rule_language="ru", name="Другое имя")
    assert rule_of(shop.row(1)) == {"language": "ru"}


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("rule_points", "много", "This is no number"),
        ("rule_points", "NaN", "This is no number"),
        ("rule_points", "1e99999999", "This is no number"),
        ("rule_points", "99999999999999999999", "at most 16 digits"),
        ("rule_joined", "вчера", "This is no date"),
        ("rule_joined", "0001-01-01", "This is no date"),
        ("rule_language", "xx", "There is no such choice"),
    ],
)
def test_what_cannot_be_compared_is_refused_at_the_field(
    operator: Browser, field: str, value: str, says: str
) -> None:
    page = write(operator, **{field: value, "name": "Моя акция"}).text

    assert says in error_at(page, field)
    assert entered(page, "name") == "Моя акция"
    if field != "rule_language":
        assert entered(page, field) == value
    assert operator.open("/broadcasts/1").status_code == 404


def test_the_list_has_only_those_under_the_rule(shop: Shop, operator: Browser) -> None:
    from tests.admin.test_broadcasts import form_all

    shop.connect()
    shop.customer(points=10)
    rich = shop.customer(points=2000)
    write(operator, rule_points="1500")

    take(operator, 1, "prepare")
    form_all(shop, 1)

    assert [message.customer_key for message in shop.messages(1)] == [str(rich.uid)]


@pytest.mark.parametrize(
    ("typed", "step"),
    [
        ({}, "prepare"),
        ({"trigger": "rule"}, "activate"),
        ({"trigger": "rule", **at(in_hours(30))}, "expect"),
    ],
)
def test_by_a_filter_that_the_host_has_dropped_nothing_is_sent_and_the_page_names_it(
    shop: Shop, operator: Browser, typed: dict[str, str], step: str
) -> None:
    shop.connect()
    shop.customer()
    write(operator, **typed)
    set_rule(1, '{"shoe_size": "43"}')

    assert "any more: shoe_size" in operator.read("/broadcasts/1")
    assert (
        "any more: shoe_size" in operator.press("/broadcasts/1", f"/broadcasts/1/do/{step}", seen="1.x").text
    )

    assert shop.row(1).state == "draft"
    form = operator.read("/broadcasts/1/edit")
    assert "any more: shoe_size" in form
    rewrite(operator, 1, **typed)
    assert rule_of(shop.row(1)) == {}
