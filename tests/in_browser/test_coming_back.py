"""The way back, a page loaded anew, a tab seen late, a browser without cookies: none of them ends in a trap."""

import json
import time
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.in_browser.conftest import LONG_ENOUGH, Alone, Launched, NewContext
from tests.in_browser.other_site import OtherSite
from tests.in_browser.served import ServedShop
from tests.in_browser.visiting import expect_cabinet, session_of, tap
from tests.simulator.running import wait_until

FAILED = "Войти не получилось: страница была открыта слишком долго, или браузер не принимает cookie."


def test_back_leads_to_where_the_link_was_and_forward_to_the_cabinet(
    page: Page, shop: ServedShop, mail: OtherSite
) -> None:
    link = shop.link()
    tap(page, mail, link.address)
    expect_cabinet(page, shop, link)

    page.go_back()
    expect(page).to_have_url(mail.page("link", link.address))
    page.go_forward()

    expect_cabinet(page, shop, link)
    assert shop.asked(link, "POST") == 1


def test_loading_the_cabinet_anew_signs_nobody_in_again(page: Page, shop: ServedShop) -> None:
    link = shop.link()
    page.goto(link.address)
    expect_cabinet(page, shop, link)

    page.reload()

    expect_cabinet(page, shop, link)
    assert shop.asked(link, "POST") == 1


def test_whoever_comes_back_to_the_form_is_not_led_on_again(
    alone: Alone, shop: ServedShop, mail: OtherSite
) -> None:
    """A tab that was seen late keeps the form in its history. The target goes back once, by itself."""
    link = shop.link("/back")
    mail.closing.clear()
    with alone(mail.page("behind", link.address)):
        wait_until(lambda: shop.asked(link, "GET") == 1, seconds=60)
        # Until it is complete: what posts sooner takes its own place in the history.
        time.sleep(3 * LONG_ENOUGH)
        mail.closing.set()

        wait_until(lambda: shop.asked(link, "GET") == 2, seconds=60)

        time.sleep(LONG_ENOUGH)
        assert shop.asked(link, "POST") == 1


def test_a_form_that_was_open_for_too_long_is_pressed_once_more(
    new_context: NewContext, shop: ServedShop
) -> None:
    link = shop.link()
    page = new_context(java_script_enabled=False).new_page()
    page.goto(link.address)
    # What the browser forgets when it is closed, while the tab comes back.
    page.context.clear_cookies()

    page.get_by_role("button", name="Войти").click()

    expect(page.get_by_role("alert")).to_have_text(FAILED)
    page.get_by_role("button", name="Войти").click()
    expect_cabinet(page, shop, link)


def test_a_form_that_is_older_than_the_session_of_another_tab_leads_on(
    new_context: NewContext, shop: ServedShop
) -> None:
    link = shop.link()
    context = new_context(java_script_enabled=False)
    first, second = context.new_page(), context.new_page()
    first.goto(link.address)
    second.goto(link.address)
    first.get_by_role("button", name="Войти").click()
    expect_cabinet(first, shop, link)

    second.get_by_role("button", name="Войти").click()

    expect_cabinet(second, shop, link)
    assert shop.outcomes(link) == [("signed_in", "")]


def test_a_button_pressed_twice_leads_on(new_context: NewContext, shop: ServedShop) -> None:
    link = shop.link()
    page = new_context(java_script_enabled=False).new_page()
    page.goto(link.address)

    page.get_by_role("button", name="Войти").dblclick(no_wait_after=True)

    expect_cabinet(page, shop, link)


def test_a_browser_without_cookies_is_told_so_and_does_not_post_for_ever(
    launched: Launched, shop: ServedShop, tmp_path: Path
) -> None:
    link = shop.link()
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(settings))
    with closing(launched(tmp_path)) as context:
        page = context.new_page()

        page.goto(link.address)

        expect(page.get_by_role("alert")).to_have_text(FAILED)
        page.wait_for_load_state("networkidle")
        assert shop.asked(link, "POST") == 1
        page.get_by_role("button", name="Войти").click()
        expect(page.get_by_role("alert")).to_have_text(FAILED)
        assert session_of(context, shop) == {}
    assert shop.outcomes(link) == []
