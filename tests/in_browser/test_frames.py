"""No page may show the form in a frame: what is in a frame is posted or pressed without being read."""

import pytest
from playwright.sync_api import Page

from tests.in_browser.conftest import LONG_ENOUGH
from tests.in_browser.other_site import OtherSite
from tests.in_browser.served import Link, ServedShop
from tests.in_browser.visiting import SIGN_IN_BY_LINK


@pytest.fixture(params=["another site", "the shop itself"])
def frames(request: pytest.FixtureRequest, shop: ServedShop, mail: OtherSite) -> str:
    """The address of a page whose frame shows what is written behind it."""
    return mail.page("frame", "") if request.param == "another site" else f"{shop.site}/frame?to="


def shown_in_frame(page: Page, frames: str, address: str) -> str:
    """Open a page with a frame; return what is to be read in the frame."""
    page.goto(frames + address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(LONG_ENOUGH * 1000)
    return page.frames[1].content()


def short_address(shop: ServedShop, link: Link) -> str:
    return link.address


def form_address(shop: ServedShop, link: Link) -> str:
    return f"{shop.site}/sms/in/{link.code}"


@pytest.mark.parametrize("address_in", [short_address, form_address])
def test_a_frame_does_not_show_the_form_and_posts_nothing(
    page: Page, shop: ServedShop, frames: str, address_in: object
) -> None:
    link = shop.link()
    assert callable(address_in)

    shown = shown_in_frame(page, frames, address_in(shop, link))

    assert SIGN_IN_BY_LINK not in shown
    assert (shop.asked(link, "GET"), shop.asked(link, "POST")) == (1, 0)


def test_a_frame_shows_other_pages_of_the_shop(page: Page, shop: ServedShop, frames: str) -> None:
    assert "Распродажа" in shown_in_frame(page, frames, f"{shop.site}/sale")
