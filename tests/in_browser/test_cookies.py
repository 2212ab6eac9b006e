"""The short domain is another site than the shop, and the link lies on a third: session cookies of every kind hold.

SameSite works over plain http as over https. Over https the cookie is Secure as well, and the host's CSRF protection
looks at the referrer.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.in_browser.conftest import COOKIES, NewContext, Shops, open_context
from tests.in_browser.other_site import OtherSite
from tests.in_browser.served import ServedShop
from tests.in_browser.visiting import (
    expect_cabinet,
    session_cookie,
    session_of,
    sign_in_as_customer,
    sign_in_as_staff,
    tap,
)

LAX_AND_POST = 121
"""Seconds after which Chromium no longer sends a cookie without SameSite along with another site's form."""


@dataclass
class Early:
    """Somebody who visited the shop with the default cookie before all other tests of this file."""

    page: Page
    since: float


@pytest.fixture(scope="module", autouse=True)
def early(browser: Browser, shops: Shops) -> Iterator[Early]:
    """The cookie of this visitor grows old while the other tests run."""
    context = open_context(browser)
    page = context.new_page()
    page.goto(f"{shops['default'].site}/sign-in")
    yield Early(page, time.monotonic())
    context.close()


@pytest.fixture(params=COOKIES)
def shop(request: pytest.FixtureRequest, shops: Shops) -> ServedShop:
    """The shop with each kind of session cookie."""
    return shops[request.param]


def test_the_cookie_is_of_this_kind(page: Page, shop: ServedShop, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["shop"]
    with page.expect_response(f"{shop.site}/sign-in") as answer:
        page.goto(f"{shop.site}/sign-in")
    cookie = answer.value.header_value("Set-Cookie") or ""
    assert ("SameSite=Lax" in cookie, "SameSite=Strict" in cookie, "Secure" in cookie) == {
        "Lax": (True, False, False),
        "Strict": (False, True, False),
        "default": (False, False, False),
        "https": (True, False, True),
        "Strict, https": (False, True, True),
    }[kind]
    assert session_cookie(page.context, shop)


def test_typed_or_opened_from_the_sms(page: Page, shop: ServedShop) -> None:
    link = shop.link()
    page.goto(link.address)
    expect_cabinet(page, shop, link)
    assert session_cookie(page.context, shop)["httpOnly"] is True


def test_tapped_on_another_sites_page(page: Page, shop: ServedShop, mail: OtherSite) -> None:
    link = shop.link()
    tap(page, mail, link.address)
    expect_cabinet(page, shop, link)
    assert shop.outcomes(link) == [("signed_in", "")]


def test_tapped_on_another_sites_page_without_scripts(
    new_context: NewContext, shop: ServedShop, mail: OtherSite
) -> None:
    link = shop.link()
    page = new_context(java_script_enabled=False).new_page()
    tap(page, mail, link.address)
    page.get_by_role("button", name="Войти").click()
    expect_cabinet(page, shop, link)


def test_staff_who_tap_it_on_another_sites_page_stay_who_they_are(
    page: Page, shop: ServedShop, mail: OtherSite
) -> None:
    link = shop.link("/sale")
    sign_in_as_staff(page, shop, shop.staff())
    before = session_of(page.context, shop)["_user_id"]

    tap(page, mail, link.address)

    page.wait_for_url(f"{shop.site}/sale")
    assert session_of(page.context, shop)["_user_id"] == before
    assert shop.outcomes(link) == [("someone_else", "")]


def test_the_same_customer_who_taps_it_on_another_sites_page_has_nothing_to_do(
    page: Page, shop: ServedShop, mail: OtherSite
) -> None:
    link = shop.link()
    sign_in_as_customer(page, shop, link.phone)

    tap(page, mail, link.address)

    expect_cabinet(page, shop, link)
    assert session_of(page.context, shop)["_fresh"] is True
    assert shop.outcomes(link) == [("already", "")]


def test_a_visitor_who_was_there_before_is_signed_in(page: Page, shop: ServedShop, mail: OtherSite) -> None:
    link = shop.link()
    page.goto(f"{shop.site}/sign-in")

    tap(page, mail, link.address)

    expect_cabinet(page, shop, link)


def test_another_site_cannot_have_the_page_taken_for_one_that_came_again(
    page: Page, shops: Shops, mail: OtherSite
) -> None:
    shop = shops["Strict, https"]
    link = shop.link("/sale")
    sign_in_as_staff(page, shop, shop.staff())
    before = session_of(page.context, shop)["_user_id"]

    tap(page, mail, f"{shop.site}/sms/in/{link.code}?here")

    page.wait_for_url(f"{shop.site}/sale")
    assert session_of(page.context, shop)["_user_id"] == before


def test_a_cookie_older_than_two_minutes_does_as_well(
    page: Page, early: Early, shops: Shops, mail: OtherSite
) -> None:
    shop = shops["default"]
    link = shop.link()
    page.goto(f"{shop.site}/sign-in")
    young = posts_from_another_site(page, shop, mail)
    before = session_cookie(early.page.context, shop)["value"]
    time.sleep(max(0.0, early.since + LAX_AND_POST - time.monotonic()))
    old = posts_from_another_site(early.page, shop, mail)
    # The browser itself shows that the two minutes are over.
    assert (young != "", old) == (True, "")

    tap(early.page, mail, link.address)

    expect_cabinet(early.page, shop, link)
    assert session_cookie(early.page.context, shop)["value"] != before
    assert shop.outcomes(link) == [("signed_in", "")]


def posts_from_another_site(page: Page, shop: ServedShop, mail: OtherSite) -> str:
    """Post another site's form to the shop; return the cookie that came with it."""
    page.goto(mail.page("post", f"{shop.site}/"))
    page.get_by_role("button", name="post").click()
    page.wait_for_url(f"{shop.site}/")
    return [visit.cookie for visit in shop.visits() if (visit.method, visit.path) == ("POST", "/")][-1]
