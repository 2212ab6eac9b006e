"""Whom a link does not sign in: he reads so on the shop's sign-in page, and gets to the target from there."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from smsadmin import links, revoke_links
from smsadmin.database import read
from smsadmin.models import Broadcast
from smsadmin.standalone.models import Customer, db
from tests.in_browser.conftest import NewContext
from tests.in_browser.served import Link, ServedShop
from tests.in_browser.visiting import (
    fill_in_sign_in,
    session_of,
    sign_in_as_customer,
    sign_in_as_staff,
)
from tests.plugin import fresh_phone
from tests.standalone.shop import add_customer

SAID = "По этой ссылке из SMS войти нельзя. Войдите здесь, и нужная страница откроется."


def becomes_staff(shop: ServedShop, link: Link) -> None:
    shop.staff(customer_id=link.customer)


def becomes_staff_by_phone(shop: ServedShop, link: Link) -> None:
    shop.staff(phone=link.phone)


def blocked(shop: ServedShop, link: Link) -> None:
    shop.change(link.customer, blocked=True)


def deleted(shop: ServedShop, link: Link) -> None:
    # SQLite would give the number of the last one to the next customer.
    add_customer(shop.app, "Последний", fresh_phone())
    with shop.app.app_context():
        db.session.delete(db.session.get_one(Customer, link.customer))
        db.session.commit()


def another_phone(shop: ServedShop, link: Link) -> None:
    shop.change(link.customer, phone=fresh_phone())


def no_longer_confirmed(shop: ServedShop, link: Link) -> None:
    shop.change(link.customer, phone_verified=False)


def confirmed_by_another_too(shop: ServedShop, link: Link) -> None:
    add_customer(shop.app, "Другой", link.phone)


def his_links_revoked(shop: ServedShop, link: Link) -> None:
    with shop.app.app_context():
        revoke_links(str(link.customer), by="Мария")


def broadcast_revoked(shop: ServedShop, link: Link) -> None:
    with shop.app.app_context():
        broadcast = read(lambda session: session.get_one(Broadcast, link.broadcast))
        links.revoke_broadcast_links(broadcast, by="Мария")


REFUSED: dict[Callable[[ServedShop, Link], None], str] = {
    becomes_staff: "staff",
    becomes_staff_by_phone: "staff",
    blocked: "blocked",
    deleted: "blocked",
    another_phone: "phone_changed",
    no_longer_confirmed: "phone_changed",
    confirmed_by_another_too: "shared_phone",
    his_links_revoked: "revoked",
    broadcast_revoked: "revoked",
}


@pytest.mark.parametrize("happens", REFUSED, ids=lambda happens: str(happens.__name__))
def test_a_refused_link_says_so_on_the_sign_in_page(page: Page, shop: ServedShop, happens: Any) -> None:
    link = shop.link("/sale")
    happens(shop, link)

    page.goto(link.address)

    page.wait_for_url(f"{shop.site}/sign-in?next=**")
    expect(page.get_by_role("alert")).to_have_text(SAID)
    assert "_user_id" not in session_of(page.context, shop)
    assert shop.outcomes(link) == [("refused", REFUSED[happens])]


@pytest.mark.parametrize("happens", [becomes_staff, becomes_staff_by_phone, his_links_revoked])
def test_the_password_then_leads_to_the_target(page: Page, shop: ServedShop, happens: Any) -> None:
    link = shop.link("/sale")
    happens(shop, link)
    page.goto(link.address)
    page.wait_for_url(f"{shop.site}/sign-in?next=**")

    fill_in_sign_in(page, link.phone)

    page.wait_for_url(f"{shop.site}/sale")
    expect(page.get_by_text(SAID)).to_have_count(0)
    assert session_of(page.context, shop)["_user_id"] == f"customer:{link.customer}"


def test_the_sentence_is_in_the_shops_language(page: Page, shop: ServedShop) -> None:
    link = shop.link("/sale")
    blocked(shop, link)
    page.goto(f"{shop.site}/?lang=en")

    page.goto(link.address)

    said = "This link from the SMS does not sign you in. Sign in here, and the page opens."
    expect(page.get_by_role("alert")).to_have_text(said)


@pytest.mark.parametrize("happens", [becomes_staff, another_phone, broadcast_revoked])
def test_a_refused_link_leads_on_whoever_is_signed_in(page: Page, shop: ServedShop, happens: Any) -> None:
    link = shop.link("/sale")
    sign_in_as_staff(page, shop, shop.staff())
    before = session_of(page.context, shop)["_user_id"]
    happens(shop, link)

    page.goto(link.address)

    page.wait_for_url(f"{shop.site}/sale")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert session_of(page.context, shop)["_user_id"] == before


def test_another_customer_stays_and_sees_the_target_as_he_is(page: Page, shop: ServedShop) -> None:
    his, other = shop.link(), shop.link()
    sign_in_as_customer(page, shop, other.phone)

    page.goto(his.address)

    page.wait_for_url(f"{shop.site}/cabinet")
    expect(page.get_by_text(other.name)).to_be_visible()
    expect(page.get_by_text(his.name)).to_have_count(0)
    assert shop.outcomes(his) == [("someone_else", "")]


def test_nobody_is_signed_in_by_a_code_with_a_changed_character(
    new_context: NewContext, shop: ServedShop
) -> None:
    link = shop.link()
    other = "A" if link.address[-1] != "A" else "B"
    page = new_context().new_page()

    for address in (link.address[:-1] + other, f"{shop.site}/sms/in/{link.code[:-1]}{other}"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404
        expect(page.get_by_role("heading", name="Такой ссылки нет")).to_be_visible()
    assert shop.outcomes(link) == []
