"""Staff end login links, of one customer or of one broadcast, and see every login by them."""

import re
from html import unescape

import pytest

from shortlinks.gate import Outcome
from smsadmin import links
from smsadmin.admin.login_words import OUTCOMES
from smsadmin.broadcasts import lifecycle
from tests.admin.browser import Browser, tokens
from tests.admin.conftest import SignedIn
from tests.links.visiting import TARGET, TEXT, Visitor, address_of, figures, sent_to
from tests.plugin import Shop


def broadcast_page(broadcast_id: int) -> str:
    return f"/broadcasts/{broadcast_id}"


def is_signed_in_by(shop: Shop, address: str) -> bool:
    visitor = Visitor(shop)
    visitor.opens(address)
    return visitor.signed_in_as() is not None


def test_a_manager_revokes_the_links_of_a_customer_after_being_told_what_it_does(
    shop: Shop, operator: Browser
) -> None:
    _, client = sent_to(shop)
    address, page = address_of(shop, client), f"/customers/{client.uid}"
    assert f"/customers/links/{client.uid}" not in operator.read(page)

    asking = operator.read(f"{page}?ask=revoke")
    answer = operator.press(f"{page}?ask=revoke", f"/customers/links/{client.uid}").text

    assert "will still lead to their pages, but sign nobody in" in asking
    assert "This cannot be undone." in asking
    assert "up to now sign nobody in any more." in unescape(answer)
    assert re.search(r"Links revoked by operator-\d+, ", answer)
    assert not is_signed_in_by(shop, address)


def test_a_manager_revokes_the_links_of_a_broadcast_after_being_told_what_it_does(
    shop: Shop, operator: Browser
) -> None:
    broadcast_id, client = sent_to(shop)
    address, page = address_of(shop, client), broadcast_page(broadcast_id)
    assert f"{page}/do/revoke" not in operator.read(page)

    asking = operator.read(f"{page}?ask=revoke")
    answer = operator.press(f"{page}?ask=revoke", f"{page}/do/revoke").text

    assert "will still lead to their pages, but sign nobody in" in asking
    assert "Whoever comes under the rule later" not in asking
    assert re.search(r"Links revoked by operator-\d+, [^<]*: they lead to their pages", answer)
    assert "Revoke all links" not in answer
    assert not is_signed_in_by(shop, address)


def test_the_buttons_and_their_warnings_are_in_russian_too(shop: Shop, signed_in: SignedIn) -> None:
    broadcast_id, client = sent_to(shop)
    operator = signed_in("operator", "ru")

    of_customer = operator.read(f"/customers/{client.uid}?ask=revoke")
    of_broadcast = operator.read(f"{broadcast_page(broadcast_id)}?ask=revoke")

    assert "Отозвать ссылки этого клиента" in of_customer
    assert "Отозвать все ссылки этой рассылки" in of_broadcast
    for page in (of_customer, of_broadcast):
        assert "никого не авторизуют. " in page
        assert "Отменить это нельзя." in page


def test_a_viewer_is_offered_neither_and_can_do_neither(shop: Shop, guest: Browser) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)

    for page in (f"/customers/{client.uid}?ask=revoke", f"{broadcast_page(broadcast_id)}?ask=revoke"):
        assert "Revoke" not in guest.read(page)
    his = tokens(guest.open(f"/customers/{client.uid}").text)
    for action in (f"/customers/links/{client.uid}", f"{broadcast_page(broadcast_id)}/do/revoke"):
        assert guest.post(action, **his).status_code == 403

    assert is_signed_in_by(shop, address)


@pytest.mark.parametrize("of", ["customer", "broadcast"])
def test_a_button_of_another_site_revokes_nothing(shop: Shop, operator: Browser, of: str) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)
    action = (
        f"/customers/links/{client.uid}" if of == "customer" else f"{broadcast_page(broadcast_id)}/do/revoke"
    )

    assert operator.post(action).status_code == 400

    assert is_signed_in_by(shop, address)


def test_nobody_unknown_is_revoked(shop: Shop, operator: Browser) -> None:
    page = f"/customers/{shop.customer().uid}"
    his = tokens(operator.open(page).text)

    for key in ("00000000-0000-0000-0000-000000000000", "no/such", "%00"):
        assert operator.post(f"/customers/links/{key}", **his).status_code == 404


def test_where_no_link_signs_in_there_is_nothing_to_revoke(shop: Shop, operator: Browser) -> None:
    shop.connect()
    client = shop.customer()
    key = client.uid
    broadcast_id = shop.sent(TEXT, wrap_clicks=True)

    assert "Revoke" not in operator.read(f"/customers/{key}")
    assert "Revoke" not in operator.read(broadcast_page(broadcast_id))


def test_a_list_that_nobody_has_confirmed_keeps_its_links(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed(TEXT, wrap_clicks=True, wrap_login=True)
    page = broadcast_page(broadcast_id)
    html = operator.open(page).text
    assert "Revoke" not in html

    answer = operator.post(f"{page}/do/revoke", **tokens(html))

    assert "Nothing is done" in answer.text
    assert links.login_links(shop.row(broadcast_id)).working
    lifecycle.send(broadcast_id, "Мария")
    assert "Revoke all links of this broadcast" in operator.read(page)


def test_every_login_is_on_the_pages_of_its_customer_and_its_broadcast(shop: Shop, guest: Browser) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)
    assert is_signed_in_by(shop, address)
    links.revoke_broadcast_links(shop.row(broadcast_id), by="Мария")
    assert not is_signed_in_by(shop, address)
    figures(shop, broadcast_id)
    code = address.rpartition("/")[2]
    number = next(iter(shop.app.extensions["shortlinks"].codes.readings(code))).number

    profile = guest.read(f"/customers/{client.uid}")
    signed_in = guest.read(f"/figures/{broadcast_id}/clicks/logins")
    refused = guest.read(f"/figures/{broadcast_id}/clicks/refused")

    assert profile.count(f"link no. {number}") == 2
    assert profile.index("not signed in. The links were revoked.") < profile.index(">signed in<")
    for page in (signed_in, refused):
        assert page.count(f"link no. {number}") == 1
    assert "The links were revoked." in refused
    for page in (profile, signed_in, refused):
        assert TARGET in page
        assert code not in page


def test_many_logins_come_in_pages(shop: Shop, guest: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsadmin.admin.customers.ON_A_PAGE", 2)
    broadcast_id, client = sent_to(shop)
    for _ in range(3):
        is_signed_in_by(shop, address_of(shop, client))
    figures(shop, broadcast_id)

    first = guest.read(f"/customers/{client.uid}")
    (following,) = re.findall(r"[?&]logins_before=\d+", first)
    second = guest.read(f"/customers/{client.uid}?{following[1:]}")

    assert [page.count("link no. ") for page in (first, second)] == [2, 1]
    assert "logins_before" not in second


def test_a_customer_without_any_login_link_has_no_word_about_them(shop: Shop, guest: Browser) -> None:
    assert "Sign-ins by links" not in guest.read(f"/customers/{shop.customer().uid}")


def test_of_a_rule_it_is_said_that_later_links_sign_in(shop: Shop, operator: Browser) -> None:
    from tests.broadcasts.test_matching import active, look

    shop.connect()
    shop.customer(points=100)
    broadcast_id = active(shop, TEXT, wrap_clicks=True, wrap_login=True)
    look(broadcast_id)

    page = operator.read(f"{broadcast_page(broadcast_id)}?ask=revoke")

    assert "Whoever comes under the rule later gets links that sign in." in page


def test_whatever_becomes_of_a_form_has_a_word() -> None:
    assert set(OUTCOMES) == {outcome.value for outcome in Outcome}
