"""A login link in a real browser: the form posts itself, and whoever opened it is the customer."""

import pytest
from playwright.sync_api import Page, Response, expect

from tests.in_browser.conftest import NewContext, Shops
from tests.in_browser.other_site import OtherSite
from tests.in_browser.served import ServedShop
from tests.in_browser.visiting import SIGN_IN_BY_LINK, expect_cabinet, session_cookie, session_of, tap
from tests.links.visiting import ten_years_pass


def test_the_form_posts_itself_and_the_customer_is_in_his_cabinet(page: Page, shop: ServedShop) -> None:
    link = shop.link()

    page.goto(link.address)

    expect_cabinet(page, shop, link)
    assert shop.outcomes(link) == [("signed_in", "")]


def test_without_scripts_the_button_signs_in(new_context: NewContext, shop: ServedShop) -> None:
    link = shop.link()
    page = new_context(java_script_enabled=False).new_page()

    page.goto(link.address)

    expect(page.get_by_role("heading", name=SIGN_IN_BY_LINK)).to_be_visible()
    assert shop.outcomes(link) == []
    page.get_by_role("button", name="Войти").click()
    expect_cabinet(page, shop, link)


def test_the_button_is_reached_and_pressed_with_the_keyboard(
    new_context: NewContext, shop: ServedShop
) -> None:
    link = shop.link()
    page = new_context(java_script_enabled=False).new_page()
    page.goto(link.address)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect_cabinet(page, shop, link)


def test_it_lands_on_the_target_with_its_query(page: Page, shop: ServedShop) -> None:
    link = shop.link("/sale?from=sms&sort=price")

    page.goto(link.address)

    page.wait_for_url(f"{shop.site}/sale?from=sms&sort=price")
    assert session_of(page.context, shop)["_user_id"] == f"customer:{link.customer}"


def test_the_session_is_another_one_after_the_login(new_context: NewContext, shop: ServedShop) -> None:
    link = shop.link()
    visitor, thief = new_context(), new_context()
    page = visitor.new_page()
    page.goto(f"{shop.site}/sign-in")
    before = session_cookie(visitor, shop)
    thief.add_cookies([{"name": "session", "value": before["value"], "url": shop.site}])

    page.goto(link.address)
    expect_cabinet(page, shop, link)

    assert session_cookie(visitor, shop)["value"] != before["value"]
    copy = thief.new_page()
    copy.goto(f"{shop.site}/cabinet")
    copy.wait_for_url(f"{shop.site}/sign-in?next=/cabinet")


def test_the_session_is_not_fresh(page: Page, shop: ServedShop) -> None:
    link = shop.link()

    page.goto(link.address)

    expect_cabinet(page, shop, link)
    assert session_of(page.context, shop)["_fresh"] is False


def test_it_signs_in_any_number_of_times(new_context: NewContext, shop: ServedShop) -> None:
    link = shop.link()
    for _ in range(3):
        page = new_context().new_page()
        page.goto(link.address)
        expect_cabinet(page, shop, link)
    assert shop.outcomes(link) == [("signed_in", "")] * 3


def test_it_signs_in_again_who_has_signed_out(page: Page, shop: ServedShop) -> None:
    link = shop.link()
    page.goto(link.address)
    expect_cabinet(page, shop, link)
    page.get_by_role("button", name="Выйти").click()
    page.wait_for_url(f"{shop.site}/")

    page.goto(link.address)

    expect_cabinet(page, shop, link)


def test_it_signs_in_ten_years_later(page: Page, shop: ServedShop) -> None:
    link = shop.link()
    with shop.app.app_context():
        ten_years_pass()

    page.goto(link.address)

    expect_cabinet(page, shop, link)


def test_two_taps_at_once_end_on_no_error_page_and_the_next_tap_leads_in(
    new_context: NewContext, shop: ServedShop
) -> None:
    """Two pages race for one session cookie: the later form takes the place of a session that has just begun.

    Whoever loses stands before the button, or before the host's own sign-in page.
    """
    link = shop.link()
    context = new_context()
    ways: set[int] = set()

    def note(answer: Response) -> None:
        if answer.request.is_navigation_request():
            ways.add(answer.status)

    context.on("response", note)
    first, second = context.new_page(), context.new_page()

    first.goto(link.address, wait_until="commit")
    second.goto(link.address, wait_until="commit")
    for page in (first, second):
        page.wait_for_load_state("networkidle")

    # 400: the page with the button, where the form's token was another session's.
    assert ways <= {200, 302, 303, 400}
    for page in (first, second):
        page.goto(link.address)
        expect_cabinet(page, shop, link)


@pytest.mark.parametrize("kind", ["Lax", "Strict"])
def test_no_request_but_the_forms_own_tells_where_it_came_from(
    page: Page, shops: Shops, mail: OtherSite, kind: str
) -> None:
    shop = shops[kind]
    link = shop.link()

    tap(page, mail, link.address)

    expect_cabinet(page, shop, link)
    telling = [visit for visit in shop.visits() if link.code in visit.referer]
    assert [(visit.method, visit.path) for visit in telling] == [("POST", f"/sms/in/{link.code}")]
