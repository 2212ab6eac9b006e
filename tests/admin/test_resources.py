"""Our pages bring everything with them: each style and script is served, and none comes from another host."""

import re
from importlib.resources import files

import pytest

from smsadmin.accounts import refresh_balance
from smsadmin.api_log import switch
from tests.admin.browser import Browser
from tests.admin.resources import fetched, fetched_by, is_elsewhere, trouble
from tests.plugin import Shop

PAGES = (
    *("/broadcasts/", "/broadcasts/new", "/broadcasts/1", "/customers/", "/events/", "/support/?help=open"),
    *("/integration/?view=simple", "/integration/?view=extended", "/integration/switch"),
    *("/integration/smsc", "/integration/twilio", "/integration/seventech", "/integration/smsc/remove"),
    *("/integration/changes", "/api_log/", "/api_log/1", "/nowhere"),
)


@pytest.fixture
def full(shop: Shop) -> None:
    """A site in which every page has something to show."""
    switch.switch_on()
    refresh_balance(shop.connect())
    shop.customer()
    shop.sent()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fetches_what_is_served_and_nothing_from_another_host(
    full: None, boss: Browser, page: str
) -> None:
    html = boss.open(page).text

    assert trouble(boss.client, html) == []
    styles = {address.rpartition("/")[2] for address in fetched(html)}
    assert {"sms.css", "support.css"} <= styles or page == "/nowhere"


@pytest.mark.parametrize(
    ("html", "elsewhere"),
    [
        ('<link rel="icon" href="data:,">', False),
        ('<script src="/static/a.js"></script>', False),
        ('<script defer src="https://cdn.example/a.js"></script>', True),
        ('<link href="//cdn.example/a.css" rel="stylesheet">', True),
        ('<img alt="" src="HTTP://pictures.example/a.png">', True),
        ('<a href="https://smsc.ru" target="_blank">smsc.ru</a>', False),
    ],
)
def test_what_comes_from_another_host_is_seen(html: str, elsewhere: bool) -> None:
    assert any(map(is_elsewhere, fetched(html))) == elsewhere


def test_a_style_of_another_host_is_seen() -> None:
    css = '@import "//fonts.example/a.css"; a { background: url(https://pictures.example/a.png) }'

    assert all(map(is_elsewhere, fetched_by(css)))
    assert len(fetched_by(css)) == 2


def test_what_stands_in_the_corner_fits_into_the_room_below_a_page_on_a_phone() -> None:
    css = (files("smsadmin") / "admin" / "static" / "support.css").read_text()
    phone = css.partition("@media (max-width: 575px)")[2]

    room = re.findall(r"body { padding-bottom: ([\d.]+)rem", phone)

    # The button and, on a page that was kept still, three lines above it: 0.5 + 1.5 + 0.5 + 5.05 rem.
    assert float(room[0]) >= 7.55
