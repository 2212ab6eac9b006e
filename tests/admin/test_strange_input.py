"""Addresses and forms that nobody gets by clicking: answered, on both databases, and never by an error of ours."""

import pytest

from tests.admin.browser import Browser, tokens
from tests.plugin import Shop

HUGE = (2**31, 2**63, 10**30)
LISTS = (
    "/figures/{id}/messages/considered",
    "/figures/{id}/clicks/clicks",
    "/figures/{id}/clicks/unique",
    "/figures/{id}/clicks/logins",
)


@pytest.mark.parametrize("number", HUGE)
def test_a_broadcast_of_a_huge_number_is_not_there(boss: Browser, number: int) -> None:
    for page in (
        f"/broadcasts/{number}",
        f"/broadcasts/{number}/edit",
        *(one.format(id=number) for one in LISTS),
    ):
        assert boss.open(page).status_code == 404
    send = boss.post(f"/broadcasts/{number}/do/send", **tokens(boss.read("/events/")))
    assert send.status_code == 404


@pytest.mark.parametrize("number", [-1, *HUGE])
def test_a_list_that_goes_on_after_a_strange_number_is_shown(shop: Shop, boss: Browser, number: int) -> None:
    broadcast_id = shop.broadcast()
    for page in (one.format(id=broadcast_id) for one in LISTS):
        boss.read(f"{page}?after={number}&before={number}")


@pytest.mark.parametrize("number", [-1, *HUGE])
def test_a_page_of_a_strange_number_is_shown(boss: Browser, number: int) -> None:
    boss.read(f"/broadcasts/?page={number}")
    boss.read(f"/customers/?page={number}")


@pytest.mark.parametrize("reason", ["nonsense", "%00", "0"])
def test_a_list_of_a_reason_that_does_not_exist_is_not_there(shop: Shop, boss: Browser, reason: str) -> None:
    page = f"/figures/{shop.broadcast()}/messages/considered?reason={reason}"
    assert boss.open(page).status_code == 404


def test_a_nul_is_taken_out_of_what_was_entered(boss: Browser) -> None:
    saved = boss.press("/broadcasts/new", "/broadcasts/new", name="Ак\x00ция", text="При\x00вет")
    assert saved.status_code == 200
    assert "Акция" in saved.text
    assert "Привет" in saved.text


@pytest.mark.parametrize("price", ["NaN", "sNaN", "Infinity", "1e400"])
def test_a_price_that_is_no_amount_is_refused_at_the_field(boss: Browser, price: str) -> None:
    page = boss.press(
        "/integration/smsc",
        "/integration/smsc",
        login="demo",
        secret="demo-password",
        price_of_part=price,
        currency="RUB",
    )
    assert "invalid-feedback" in page.text


def test_who_only_reads_gets_no_form_to_write_in(shop: Shop, guest: Browser) -> None:
    assert guest.open("/broadcasts/new").status_code == 403
    assert guest.open(f"/broadcasts/{shop.broadcast()}/edit").status_code == 403


def test_what_is_no_draft_any_more_cannot_be_opened_for_changing(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customer()
    page = operator.open(f"/broadcasts/{shop.formed()}/edit")
    assert page.status_code == 302
    assert "not a draft any more" in operator.read("/broadcasts/")


def test_the_address_of_a_refused_name_leads_back_to_the_integration(boss: Browser) -> None:
    answer = boss.open("/integration/text")
    assert (answer.status_code, answer.location) == (303, "/office/sms/integration/")
