"""What people do in a browser, and what their session then holds."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.in_browser.other_site import OtherSite
from tests.in_browser.served import Link, ServedShop
from tests.standalone.shop import PASSWORD

SIGN_IN_BY_LINK = "Вход по ссылке из SMS"


def tap(page: Page, mail: OtherSite, address: str) -> None:
    """Open a page of the third site and tap the link on it."""
    page.goto(mail.page("link", address))
    page.get_by_role("link", name="the link").click()


def sign_in_as_staff(page: Page, shop: ServedShop, login: str) -> None:
    """Sign in to the back office with the password."""
    page.goto(f"{shop.site}/staff/sign-in")
    page.locator("[name=login]").fill(login)
    _with_password(page)
    page.wait_for_url(f"{shop.site}/admin/")


def sign_in_as_customer(page: Page, shop: ServedShop, phone: str) -> None:
    """Sign in to the cabinet with the password."""
    page.goto(f"{shop.site}/sign-in")
    fill_in_sign_in(page, phone)
    page.wait_for_url(f"{shop.site}/cabinet")


def fill_in_sign_in(page: Page, phone: str) -> None:
    """Fill in the customers' sign-in page that is open, and send it."""
    page.locator("[name=phone]").fill(phone)
    _with_password(page)


def _with_password(page: Page) -> None:
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button").click()


def expect_cabinet(page: Page, shop: ServedShop, link: Link) -> None:
    """Expect that the page is the cabinet of the link's customer."""
    page.wait_for_url(f"{shop.site}/cabinet")
    expect(page.get_by_text(link.name)).to_be_visible()


def session_cookie(context: BrowserContext, shop: ServedShop) -> dict[str, Any]:
    """Return the session cookie of a browser as it is, empty where it has none."""
    found = [cookie for cookie in context.cookies(shop.site) if cookie["name"] == "session"]
    return dict(found[0]) if found else {}


def session_of(context: BrowserContext, shop: ServedShop) -> dict[str, Any]:
    """Return what the session cookie of a browser holds."""
    value = session_cookie(context, shop).get("value")
    return dict(_serializer(shop).loads(value)) if value else {}


def _serializer(shop: ServedShop) -> Any:
    return shop.app.session_interface.get_signing_serializer(shop.app)  # type: ignore[attr-defined]
