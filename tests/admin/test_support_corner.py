"""The support on every page of ours: how it is reached, when it answers, and that it never disturbs a page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import SupportRequest
from tests.admin.asking import EVENTS, SUPPORT, TEXT, ask, corner_of, kept
from tests.admin.browser import OFFICE, Browser, tokens
from tests.admin.conftest import MY_PHONE, SignedIn
from tests.plugin import Shop

WAYS = {
    "SMSADMIN_SUPPORT_EMAIL": "help@shop.example",
    "SMSADMIN_SUPPORT_PHONE": "+74951234567",
    "SMSADMIN_SUPPORT_TELEGRAM": "shop_help",
}
ALWAYS = {"SMSADMIN_SUPPORT_HOURS": "Mon-Sun 00:00-24:00"}


def closed_now() -> dict[str, str]:
    """Return hours that are over: one minute, in the middle of the week's other half."""
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[(datetime.now(UTC).weekday() + 3) % 7]
    return {"SMSADMIN_SUPPORT_HOURS": f"{day} 12:00-12:01", "SMSADMIN_SUPPORT_TIMEZONE": "UTC"}


def pages_of_ours(shop: Shop) -> list[str]:
    """Return an address below every GET rule of our screens: pages, and some that lead on or are refused."""
    account = shop.connect()
    customer = shop.customer()
    broadcast_id = shop.sent()
    values = {
        "broadcast_id": broadcast_id,
        "key": customer.uid,
        "provider_name": account.provider,
        "group": "considered",
        "which": "clicks",
    }
    rules = [rule for rule in shop.app.url_map.iter_rules() if rule.endpoint.startswith("sms_")]
    adapter = shop.app.url_map.bind("localhost")
    return [
        adapter.build(rule.endpoint, {name: values.get(name, 1) for name in rule.arguments}).removeprefix(
            OFFICE
        )
        for rule in rules
        if "GET" in (rule.methods or ())
    ]


@pytest.mark.parametrize("level", ["boss", "guest"])
def test_every_page_of_ours_has_the_support(shop: Shop, signed_in: SignedIn, level: str) -> None:
    pages = pages_of_ours(shop)
    browser = signed_in(level)

    answers = [browser.open(page) for page in pages]
    shown = [one for one in answers if one.mimetype == "text/html" and one.status_code // 100 != 3]

    assert len([one for one in shown if one.status_code == 200]) >= 8
    assert {one.status_code for one in shown} <= {200, 403, 404}
    for one in shown:
        assert f'action="{OFFICE}{SUPPORT}"' in corner_of(one.text) or "?help=open" in corner_of(one.text)


def test_a_refusal_is_a_page_of_ours_with_the_support(shop: Shop, guest: Browser) -> None:
    refused = guest.open("/broadcasts/new")
    missing = guest.open("/broadcasts/123456")
    without_token = guest.post("/broadcasts/1/do/cancel")

    assert (refused.status_code, missing.status_code, without_token.status_code) == (403, 404, 400)
    assert "Your role lets you read, not change." in refused.text
    assert "There is no such page." in missing.text
    assert "The page was open for too long." in without_token.text
    for one in (refused, missing, without_token):
        assert "Register the request" in corner_of(one.text)


def test_the_corner_says_how_the_support_is_reached(boss_elsewhere: SignedIn) -> None:
    corner = corner_of(boss_elsewhere(**WAYS).read(EVENTS))

    assert 'href="tel:+74951234567">+7 495 123-45-67<' in corner
    assert 'href="mailto:help@shop.example"' in corner
    assert 'href="https://t.me/shop_help"' in corner


def test_what_is_not_set_is_not_there_and_the_form_is(boss: Browser) -> None:
    corner = corner_of(boss.read(EVENTS))

    for word in ("tel:", "mailto:", "t.me", "open now", "closed"):
        assert word not in corner
    assert "Register the request" in corner


def test_the_hours_say_open_now(boss_elsewhere: SignedIn) -> None:
    corner = corner_of(boss_elsewhere(**ALWAYS).read(EVENTS))

    assert "around the clock (Moscow, UTC+3)" in corner
    assert ">open now<" in corner


def test_the_hours_say_closed_and_when_it_opens(boss_elsewhere: SignedIn) -> None:
    corner = corner_of(boss_elsewhere(**closed_now()).read(EVENTS))

    assert re.search(r">closed, opens (Mon|Tue|Wed|Thu|Fri|Sat|Sun) 12:00<", corner)
    assert "(UTC)" in corner


def test_the_hours_are_in_russian_for_who_reads_russian(shop: Shop, boss_elsewhere: SignedIn) -> None:
    browser = boss_elsewhere(SMSADMIN_SUPPORT_HOURS="Mon-Sun 09:00-21:00")
    browser.language = "ru"

    assert "Пн–Вс 9:00–21:00 (Москва, UTC+3)" in corner_of(browser.read(EVENTS))


def test_without_any_way_to_the_support_the_form_is_not_offered_instead_of_one(
    boss: Browser, boss_elsewhere: SignedIn
) -> None:
    alone, beside = corner_of(boss.read(EVENTS)), corner_of(boss_elsewhere(**WAYS).read(EVENTS))

    assert "sms-support-ways" not in alone
    assert "Or write here" not in alone
    assert "Write here: a request" in alone
    assert "Or write here" in beside


def test_the_owner_is_led_to_the_requests_of_all_and_told_how_many_there_are(
    boss: Browser, operator: Browser
) -> None:
    ask(operator)
    week = utc_now() - timedelta(days=7, minutes=1)
    ask(operator, text="Another request of last week")
    write(
        lambda session: session.execute(update(SupportRequest).where(SupportRequest.id == 2).values(at=week))
    )

    assert ">Requests: 1 in 7 days<" in corner_of(boss.read(EVENTS))
    assert ">My requests<" in corner_of(operator.read(EVENTS))


def test_the_phone_of_who_asks_is_filled_in(boss: Browser) -> None:
    assert f'value="{MY_PHONE}"' in corner_of(boss.read(EVENTS))


def test_while_it_is_open_the_answer_says_so(boss_elsewhere: SignedIn) -> None:
    assert "The support is open now" in ask(boss_elsewhere(**ALWAYS)).text


def test_while_it_is_closed_a_request_is_registered_and_an_answer_promised(boss_elsewhere: SignedIn) -> None:
    answer = ask(boss_elsewhere(**closed_now())).text

    assert f"Request No. {kept()[0].id} is registered." in answer
    assert re.search(r"closed now\. Expect an answer not before \w{3} 12:00 \(UTC\)\.", answer)


def test_the_list_is_reached_from_the_corner_and_not_from_the_menu(boss: Browser) -> None:
    page = boss.read(EVENTS)

    assert page.count(f'href="{OFFICE}{SUPPORT}"') == 1
    assert f'href="{OFFICE}{SUPPORT}"' in corner_of(page)


def test_a_page_that_renews_itself_stands_still_while_one_writes(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customer()
    page = f"/broadcasts/{shop.sent()}"

    assert 'http-equiv="refresh"' in operator.read(page)
    assert 'href="?help=open"' in corner_of(operator.read(page))
    opened = operator.read(f"{page}?help=open")
    assert 'http-equiv="refresh"' not in opened
    assert "<details open>" in corner_of(opened)


def test_a_page_that_renews_itself_stands_still_to_show_the_number(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customer()
    page = f"/broadcasts/{shop.sent()}"
    answer = operator.post(
        SUPPORT, **tokens(operator.read(f"{page}?help=open")), text=TEXT, contact="@maria", page=OFFICE + page
    )

    assert "Request No. " in answer.text
    assert 'http-equiv="refresh"' not in answer.text
    assert "Let it renew itself" in corner_of(answer.text)


def test_a_request_from_a_broadcast_half_written_opens_elsewhere(operator: Browser) -> None:
    assert 'target="_blank"' in corner_of(operator.read("/broadcasts/new"))
    assert 'target="_blank"' not in corner_of(operator.read("/broadcasts/"))
