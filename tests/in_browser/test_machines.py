"""What opens a link without a person before it signs nobody in, until a person really sees the page."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.in_browser.conftest import LONG_ENOUGH, Alone, NewContext, Shops
from tests.in_browser.other_site import OtherSite
from tests.in_browser.served import Link, ServedShop
from tests.in_browser.visiting import SIGN_IN_BY_LINK, expect_cabinet
from tests.links.visiting import PERSON
from tests.simulator.running import wait_until

ROBOTS = {
    "a search engine": PERSON + " (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "a browser without a screen": PERSON.replace("Chrome/", "HeadlessChrome/"),
    "Telegram": "TelegramBot (like TwitterBot)",
    "WhatsApp": "WhatsApp/2.24.1 A",
    "Viber": "Viber/13.0 (link preview)",
    "VK": "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
}


@pytest.fixture
def safe_shop(shops: Shops) -> ServedShop:
    """The shop over https: browsers load nothing beforehand over http."""
    return shops["https"]


@pytest.mark.parametrize("robot", ROBOTS)
def test_a_robot_that_runs_scripts_gets_the_button_and_presses_nothing(
    new_context: NewContext, shop: ServedShop, robot: str
) -> None:
    link = shop.link()
    page = new_context(user_agent=ROBOTS[robot]).new_page()

    page.goto(link.address)

    expect(page.get_by_role("heading", name=SIGN_IN_BY_LINK)).to_be_visible()
    assert stays_unposted(page, shop, link)
    assert page.locator("script").count() == 0
    expect(page.get_by_role("button", name="Войти")).to_be_visible()


def stays_unposted(page: Page, shop: ServedShop, link: Link) -> bool:
    """Wait for long enough; say whether the page has been shown and not posted."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(LONG_ENOUGH * 1000)
    return (shop.asked(link, "GET"), shop.asked(link, "POST")) == (1, 0)


def test_asking_with_head_signs_nobody_in(page: Page, shop: ServedShop) -> None:
    link = shop.link()
    page.goto(shop.site)

    for address in (link.address, f"{shop.site}/sms/in/{link.code}"):
        page.evaluate("address => fetch(address, {method: 'HEAD', mode: 'no-cors'}).then(_ => null)", address)

    assert shop.asked(link, "HEAD") == 2
    assert shop.outcomes(link) == []


def test_the_page_loaded_beforehand_signs_in_when_it_is_opened(page: Page, safe_shop: ServedShop) -> None:
    shop = safe_shop
    link = shop.link()
    form = f"{shop.site}/sms/in/{link.code}"

    page.goto(f"{shop.site}/rules?prefetch={form}")
    wait_until(lambda: shop.asked(link, "GET") == 1, seconds=60)

    assert stays_unposted(page, shop, link)
    (visit,) = shop.visits(f"/sms/in/{link.code}")
    assert visit.sec_purpose == "prefetch"
    page.get_by_role("link", name="go on").click()
    expect_cabinet(page, shop, link)
    assert shop.outcomes(link) == [("signed_in", "")]
    # It was the page that had been loaded before.
    assert shop.asked(link, "GET") == 1


def test_the_page_rendered_beforehand_signs_in_when_it_is_shown(alone: Alone, safe_shop: ServedShop) -> None:
    """In a browser that nobody drives: under Playwright nothing is rendered beforehand, only loaded."""
    shop = safe_shop
    link = shop.link()
    scripts = len(shop.visits("/sign_in.js"))
    with alone(f"{shop.site}/rules?prerender={shop.site}/sms/in/{link.code}"):
        wait_until(lambda: len(shop.visits("/sign_in.js")) > scripts, seconds=60)
        time.sleep(LONG_ENOUGH)
        assert (shop.asked(link, "GET"), shop.asked(link, "POST")) == (1, 0)

        (shop.folder / "go").touch()

        wait_until(lambda: shop.outcomes(link) == [("signed_in", "")], seconds=60)
        (shop.folder / "go").unlink()
    assert shop.asked(link, "GET") == 1


@pytest.mark.parametrize("way", ["prefetch", "prerender"])
def test_the_short_link_loaded_beforehand_signs_in_when_it_is_opened(
    page: Page, safe_shop: ServedShop, way: str
) -> None:
    shop = safe_shop
    link = shop.link()

    page.goto(f"{shop.site}/rules?{way}={link.address}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(LONG_ENOUGH * 1000)

    assert shop.asked(link, "POST") == 0
    page.get_by_role("link", name="go on").click()
    expect_cabinet(page, shop, link)


def test_a_hidden_tab_posts_when_it_is_seen(alone: Alone, shop: ServedShop, mail: OtherSite) -> None:
    """In a browser that nobody drives: under Playwright every tab takes itself for seen."""
    link = shop.link()
    mail.closing.clear()
    with alone(mail.page("behind", link.address)):
        wait_until(lambda: shop.asked(link, "GET") == 1, seconds=60)
        time.sleep(LONG_ENOUGH)
        assert shop.asked(link, "POST") == 0

        mail.closing.set()

        wait_until(lambda: shop.outcomes(link) == [("signed_in", "")], seconds=60)
