"""A host's filters: who is under a rule, on both databases."""

from datetime import UTC, datetime

import pytest

from smsadmin.broadcasts.rules import BadValue, as_json, checked
from smsadmin.current import host
from smsadmin.customer_filters import ModelFilter, conditions
from smsadmin.host import FilterKind, Rule
from smsadmin.models import Broadcast
from tests.plugin import Shop


def under(rule: Rule) -> set[str]:
    customers = host().customers
    found = [*customers.batch(True, None, 100, rule), *customers.batch(False, None, 100, rule)]
    assert customers.count(rule) == len(found)
    return {customer.name for customer in found}


def test_a_choice_takes_those_who_have_exactly_this(shop: Shop) -> None:
    shop.customer("Анна", language="ru")
    shop.customer("Bob", language="en")
    shop.customer("Никто", language=None)

    assert under({"language": "en"}) == {"Bob"}
    assert host().customers.choices("language") == ["en", "ru"]


def test_at_least_takes_the_number_itself_too(shop: Shop) -> None:
    shop.customer("99", points=99)
    shop.customer("100", points=100)
    shop.customer("101", points=101)

    assert under({"points": "100"}) == {"100", "101"}


def test_a_day_begins_in_the_shops_zone(shop: Shop) -> None:
    # Midnight of 2 March in Moscow is 21:00 UTC on the day before; the host's times have no zone.
    shop.customer("раньше", joined=datetime(2026, 3, 1, 20, 59))  # noqa: DTZ001
    shop.customer("в этот день", joined=datetime(2026, 3, 1, 21, 0))  # noqa: DTZ001

    assert under({"joined": "2026-03-02"}) == {"в этот день"}


def test_a_day_begins_with_its_zone_where_the_host_has_a_type_of_its_own_for_times() -> None:
    filters = {"since": ModelFilter("created_at", "С", FilterKind.SINCE)}

    [condition] = conditions(Broadcast, filters, {"since": "2026-03-02"}, "Europe/Moscow")

    assert condition.compile().params == {"created_at_1": datetime(2026, 3, 1, 21, tzinfo=UTC)}


def test_all_filters_of_a_rule_have_to_be_passed(shop: Shop) -> None:
    shop.customer("Анна", language="ru", points=10)
    shop.customer("Bob", language="en", points=10)

    assert under({"language": "ru", "points": "10"}) == {"Анна"}
    assert under({"language": "ru", "points": "11"}) == set()
    assert under({}) == {"Анна", "Bob"}


def test_a_filter_that_the_host_does_not_have_chooses_nobody(shop: Shop) -> None:
    shop.customer("Анна")

    with pytest.raises(KeyError):
        host().customers.count({"shoe_size": "42"})


def test_what_people_type_becomes_the_stored_rule(shop: Shop) -> None:
    typed = {"language": " ru ", "points": "1 000,50", "joined": ""}

    rule = checked(typed)

    assert rule == {"language": "ru", "points": "1000.50"}
    assert as_json(rule) == '{"language": "ru", "points": "1000.50"}'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("points", "много"),
        ("points", "NaN"),
        ("points", "-inf"),
        ("joined", "вчера"),
        ("joined", "2026-02-30"),
    ],
)
def test_a_value_that_cannot_be_compared_is_refused_by_name(shop: Shop, name: str, value: str) -> None:
    with pytest.raises(BadValue) as refused:
        checked({name: value})

    assert (refused.value.name, refused.value.value) == (name, value)
