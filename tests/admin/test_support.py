"""Asking the support: everybody who works here gets a number, nothing typed is lost, strangers get nowhere."""

import re
from html import escape

import pytest

from smsadmin.support import PER_HOUR
from tests.admin.asking import EVENTS, SUPPORT, TEXT, ask, corner_of, kept
from tests.admin.browser import OFFICE, Browser, tokens
from tests.admin.conftest import SignedIn
from tests.plugin import Shop


@pytest.mark.parametrize("level", ["boss", "lead", "operator", "guest"])
def test_every_role_gets_a_number_on_the_page_it_came_from(
    shop: Shop, signed_in: SignedIn, level: str
) -> None:
    answer = ask(signed_in(level))

    assert answer.request.path == f"{OFFICE}{EVENTS}"
    assert f"Request No. {kept()[0].id} is registered." in answer.text
    assert (kept()[0].text, kept()[0].contact, kept()[0].page) == (TEXT, "@maria", OFFICE + EVENTS)
    assert kept()[0].by_name.startswith(level)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": "Помогите"}, "Write 10 to 4000 characters."),
        ({"text": "  Помогите  \r\n "}, "Write 10 to 4000 characters."),
        ({"text": "я" * 4001}, "Write 10 to 4000 characters."),
        ({"text": "я" * 20_000}, "Write 10 to 4000 characters."),
        ({"contact": " "}, "Write a phone, an e-mail or a Telegram name."),
        ({"contact": "я" * 201}, "Write a phone, an e-mail or a Telegram name."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    guest: Browser, fields: dict[str, str], says: str
) -> None:
    page = ask(guest, **fields)
    corner = corner_of(page.text)

    assert kept() == []
    assert page.status_code == 200
    assert "<details open>" in corner
    assert re.search(
        rf'is-invalid.*?<div class="invalid-feedback d-block">{re.escape(says)}<', corner, re.DOTALL
    )
    assert escape(fields.get("text", TEXT).strip()) in corner
    assert f'value="{fields.get("contact", "@maria").strip()}"' in corner
    assert f'value="{OFFICE}{EVENTS}"' in corner


def test_four_thousand_characters_in_many_lines_are_taken(guest: Browser) -> None:
    ask(guest, text="строка\r\n" * 571 + "три")

    assert len(kept()[0].text) == 4000


def test_a_text_of_a_megabyte_is_refused(guest: Browser) -> None:
    answer = ask(guest, text="x" * 1_000_000)

    assert answer.status_code == 413
    assert "This is too long." in answer.text
    assert "Register the request" in corner_of(answer.text)
    assert kept() == []


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "//evil.example/office/sms/events/",
        f"/{OFFICE}{EVENTS}",
        f"{OFFICE}{EVENTS}?token=secret",
        "/door",
        "/nowhere",
        "javascript:alert(1)",
        OFFICE + "/customers/" + "x" * 300,
    ],
)
def test_a_page_that_is_not_ours_is_refused_and_forgotten(guest: Browser, page: str) -> None:
    answer = ask(guest, page=page)
    corner = corner_of(answer.text)

    assert kept() == []
    assert "not one of ours" in corner
    assert TEXT in corner
    assert f'value="{page}"' not in corner
    assert 'name="page" type="hidden" value=""' in corner


def test_a_form_without_our_token_registers_nothing_and_keeps_the_text(boss: Browser) -> None:
    hosts_only = {"csrf_token": tokens(boss.read(EVENTS))["csrf_token"]}
    answer = boss.post(SUPPORT, **hosts_only, text=TEXT, contact="@maria", page=OFFICE + EVENTS)

    assert answer.status_code == 400
    assert "The page was open for too long." in corner_of(answer.text)
    assert TEXT in corner_of(answer.text)
    assert kept() == []


def test_a_form_without_the_hosts_token_keeps_the_text_too(boss: Browser) -> None:
    answer = boss.post(SUPPORT, text=TEXT, contact="@maria", page=OFFICE + EVENTS)

    assert answer.status_code == 400
    assert TEXT in corner_of(answer.text)
    assert kept() == []


def test_a_stranger_registers_nothing(shop: Shop) -> None:
    stranger = Browser(shop.app)
    answer = stranger.client.post(OFFICE + SUPPORT, data={"text": TEXT, "contact": "@x", "page": ""})

    assert (answer.status_code, kept()) == (302, [])
    assert "/door" in answer.location


def test_a_customer_registers_nothing(shop: Shop) -> None:
    customer = Browser(shop.app)
    customer.sign_in(shop.customer().get_id())
    answer = customer.client.post(OFFICE + SUPPORT, data={"text": TEXT, "contact": "@x", "page": ""})

    assert (answer.status_code, kept()) == (302, [])
    assert "/door" in answer.location


def test_too_many_requests_are_refused_in_a_sentence(shop: Shop, guest: Browser) -> None:
    for number in range(PER_HOUR):
        ask(guest, text=f"{TEXT} {number}")

    page = ask(guest, text="И ещё один вопрос")

    assert "you have sent 20 requests within an hour" in corner_of(page.text)
    assert "И ещё один вопрос" in corner_of(page.text)
    assert len(kept()) == PER_HOUR


def test_what_was_written_is_shown_as_text(boss: Browser) -> None:
    ask(boss, text="<script>alert(1)</script>", contact='"><img src=x>')

    page = boss.open(SUPPORT).text

    assert "<script>alert(1)" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_error_shows_what_was_written_as_text(boss: Browser) -> None:
    page = ask(boss, text="<b>", contact='"><img src=x>').text

    assert "&lt;b&gt;" in corner_of(page)
    assert "<b>" not in corner_of(page)
    assert "<img" not in page


def test_the_list_has_ones_own_and_the_owner_sees_all(shop: Shop, signed_in: SignedIn) -> None:
    boss, lead, operator, guest = (signed_in(level) for level in ("boss", "lead", "operator", "guest"))
    ask(operator, text="Вопрос менеджера")
    ask(guest, text="Вопрос наблюдателя")

    assert "Вопрос наблюдателя" in guest.read(SUPPORT)
    assert "Вопрос менеджера" not in guest.read(SUPPORT)
    assert "Вопрос" not in lead.read(SUPPORT)
    assert "Вопрос менеджера" in boss.read(SUPPORT)
    assert "Вопрос наблюдателя" in boss.read(SUPPORT)
    assert "operator-" in boss.read(SUPPORT)


def test_a_request_in_the_list_leads_to_its_page(guest: Browser) -> None:
    ask(guest)

    assert f'<a href="{OFFICE}{EVENTS}">{OFFICE}{EVENTS}</a>' in guest.read(SUPPORT)


def test_where_no_page_is_known_the_number_is_shown_above_the_list(guest: Browser) -> None:
    answer = guest.press(EVENTS, SUPPORT, text=TEXT, contact="@maria", page="")

    assert answer.request.path == OFFICE + SUPPORT
    assert "Request No. " in answer.text
