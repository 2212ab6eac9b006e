"""When to send, in the form: a moment by the clock of a place, never one that does not come or has passed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.admin.browser import Browser
from tests.admin.composing import (
    NEW,
    at,
    chosen,
    clock_change,
    entered,
    error_at,
    in_hours,
    rewrite,
    write,
)
from tests.plugin import Shop

BERLIN = "Europe/Berlin"


def test_a_broadcast_goes_at_once_to_everyone_unless_something_else_is_chosen(
    shop: Shop, operator: Browser
) -> None:
    write(operator)

    row = shop.row(1)
    assert (row.trigger, row.rule, row.send_at, row.not_after, row.zone) == (
        "at_once",
        "{}",
        None,
        None,
        None,
    )


@pytest.mark.parametrize("trigger", ["at_once", "rule"])
def test_a_time_is_kept_with_the_zone_in_which_it_was_entered(
    shop: Shop, operator: Browser, trigger: str
) -> None:
    moment, last = in_hours(30), in_hours(34)

    zone = "Asia/Yekaterinburg"
    write(operator, trigger=trigger, **(at(moment, zone) | at(last, zone, "not_after")))

    row = shop.row(1)
    assert (row.trigger, row.send_at, row.not_after, row.zone) == (trigger, moment, last, zone)


def test_what_was_entered_comes_back_when_the_draft_is_changed(shop: Shop, operator: Browser) -> None:
    moment = in_hours(30)
    typed = at(moment, "Asia/Tokyo") | at(in_hours(40), "Asia/Tokyo", "not_after")
    write(operator, trigger="rule", **typed)

    page = operator.read("/broadcasts/1/edit")

    for name in ("send_day", "send_time", "not_after_day", "not_after_time"):
        assert entered(page, name) == typed[name]
    assert (chosen(page, "trigger"), chosen(page, "zone")) == ("rule", "Asia/Tokyo")
    rewrite(operator, 1, **{**typed, "trigger": "rule"})
    assert shop.row(1).send_at == moment


def test_a_time_that_is_taken_out_again_is_gone(shop: Shop, operator: Browser) -> None:
    write(operator, **at(in_hours(30)))

    rewrite(operator, 1)

    assert (shop.row(1).send_at, shop.row(1).zone) == (None, None)


def test_the_shops_own_zone_comes_first_and_is_chosen(operator: Browser) -> None:
    page = operator.open(NEW).text

    assert chosen(page, "zone") == "Europe/Moscow"
    assert page.index('value="Europe/Moscow"') < page.index('value="Asia/Yekaterinburg"')
    assert page.index('value="Asia/Yekaterinburg"') < page.index('value="Europe/Berlin"')


def test_zones_have_the_names_of_places_in_the_readers_language(shop: Shop) -> None:
    manager = Browser(shop.app, "ru")
    manager.sign_in(shop.employee("operator").get_id())

    assert "Россия (Екатеринбург)" in manager.read(NEW)


def test_a_time_over_which_the_clock_is_put_forward_is_refused(shop: Shop, operator: Browser) -> None:
    day = clock_change(3).isoformat()

    page = write(operator, timed="y", send_day=day, send_time="02:30", zone=BERLIN).text

    assert "this time never comes" in error_at(page, "send_time")
    assert (entered(page, "send_day"), entered(page, "send_time")) == (day, "02:30")
    assert chosen(page, "zone") == BERLIN
    assert operator.open("/broadcasts/1").status_code == 404


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_of_a_time_that_comes_twice_it_is_asked_which_one(
    shop: Shop, operator: Browser, which: str, hour: int
) -> None:
    day = clock_change(10)
    typed = {"timed": "y", "send_day": day.isoformat(), "send_time": "02:30", "zone": BERLIN}

    asked = write(operator, **typed).text
    assert "comes twice" in error_at(asked, "send_twice")
    assert "02:30 (GMT+02:00), before the clock is put back" in asked
    assert "02:30 (GMT+01:00), after the clock is put back" in asked
    write(operator, **typed, send_twice=which)

    assert shop.row(1).send_at == datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
    assert chosen(operator.read("/broadcasts/1/edit"), "send_twice") == which


def test_a_time_that_comes_twice_is_asked_about_in_not_later_than_too(operator: Browser) -> None:
    day = clock_change(10).isoformat()

    page = write(operator, not_after_day=day, not_after_time="02:30", zone=BERLIN).text

    assert "comes twice" in error_at(page, "not_after_twice")


@pytest.mark.parametrize("field", ["send", "not_after"])
def test_a_moment_that_has_passed_is_refused(operator: Browser, field: str) -> None:
    page = write(operator, **at(in_hours(-1), field=field)).text

    assert "has passed" in error_at(page, f"{field}_time")
    assert operator.open("/broadcasts/1").status_code == 404


def test_the_moment_counts_by_the_clock_of_the_place_that_was_chosen(shop: Shop, operator: Browser) -> None:
    # In Los Angeles it is earlier in the day: what has passed on the shop's clock lies ahead there.
    here = datetime.now(ZoneInfo("Europe/Moscow")) - timedelta(hours=2)
    typed = {"timed": "y", "send_day": here.date().isoformat(), "send_time": f"{here:%H:%M}"}

    assert "has passed" in error_at(write(operator, **typed).text, "send_time")
    write(operator, **typed, zone="America/Los_Angeles")

    assert shop.row(1).send_at is not None


def test_not_later_than_lies_behind_the_time_of_sending(operator: Browser) -> None:
    page = write(operator, **(at(in_hours(30)) | at(in_hours(30), field="not_after"))).text

    assert "later than the time of sending" in error_at(page, "not_after_time")


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"timed": "y"}, "send_day", "Enter the date"),
        ({"timed": "y", "send_day": "2030-01-01"}, "send_time", "Enter the time"),
        ({"timed": "y", "send_time": "10:00"}, "send_day", "Enter the date"),
        ({"timed": "y", "send_day": "завтра", "send_time": "10:00"}, "send_day", "This is no date"),
        ({"timed": "y", "send_day": "2030-01-01", "send_time": "25:00"}, "send_time", "This is no time"),
        ({"timed": "y", "send_day": "0001-01-01", "send_time": "00:00"}, "send_day", "Check the date"),
        ({"send_day": "2030-01-01", "send_time": "10:00"}, "timed", "tick this too"),
        ({"not_after_time": "10:00"}, "not_after_day", "Enter the date"),
        ({"zone": "Mars/Olympus"}, "zone", "There is no such choice"),
        ({"zone": "../../etc/passwd"}, "zone", "There is no such choice"),
        ({"trigger": "sometimes"}, "trigger", "There is no such choice"),
    ],
)
def test_what_is_wrong_stands_at_the_field_and_all_that_was_typed_is_kept(
    operator: Browser, typed: dict[str, str], field: str, says: str
) -> None:
    page = write(operator, name="Моя акция", rule_points="1 500", **typed).text

    assert says in error_at(page, field)
    kept = {"name": "Моя акция", "rule_points": "1 500"} | typed
    for name in set(kept) & {"name", "rule_points", "send_day", "send_time", "not_after_time"}:
        assert entered(page, name) == kept[name]
    assert operator.open("/broadcasts/1").status_code == 404


def test_every_field_is_there_without_scripts_and_no_script_stands_in_the_page(operator: Browser) -> None:
    page = operator.open(NEW).text

    for name in ("trigger", "timed", "send_day", "send_time", "not_after_day", "not_after_time", "zone"):
        assert f'name="{name}"' in page
    form = page[page.index('<form method="post" class="sms-narrow">') : page.index("sms_when.js")]
    assert "hidden" not in form.replace('type="hidden"', "")
    assert " onchange=" not in form
    assert " onclick=" not in form
