"""The broadcast's page shows its clicks by link, hour and device, as they were, and never a code."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from shortlinks.bots import Signal
from shortlinks.flusher import flush_once
from shortlinks.lines import ClickLine
from shortlinks.models import LinkBlock
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.models import Asked
from tests.admin.browser import Browser
from tests.admin.conftest import SignedIn
from tests.plugin import Shop
from tests.shortlinks.host import CRAWLER, PHONE

TEXT = "Скидки: http://localhost/осень?sms=1 и кабинет http://localhost/home Ждём, {name}"
ROW = re.compile(r'<td class="sms-bar-name">(.*?)</td>(.*?)</tr>', re.DOTALL)
LAPTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)


def sent_before(shop: Shop, start: datetime, text: str = TEXT, **fields: bool) -> int:
    """Send a broadcast to three customers, as if its first SMS had been handed over at `start`."""
    shop.connect()
    shop.customers(3)
    broadcast_id = shop.sent(text, **fields)
    write(lambda session: session.execute(update(Asked).values(at=start)))
    return broadcast_id


def click(shop: Shop, broadcast_id: int, at: datetime, *, link: int = 0, agent: str = PHONE) -> None:
    """Click on a link of a broadcast at this moment."""
    owner = f"broadcast:{broadcast_id}:1"
    block = read(
        lambda session: session.scalars(
            select(LinkBlock).where(LinkBlock.owner == owner, LinkBlock.link_index == link)
        ).first()
    )
    assert block is not None
    shop.app.extensions["shortlinks"].clicks.append(ClickLine(block.first, at, Signal.NONE, agent, "", ""))
    flush_once(shop.app)


def rows(page: str) -> dict[str, list[str]]:
    """Return name → numbers, or words, of each row with a bar."""
    return {
        unescape(name): re.findall(r'<td[^>]*class="[^"]*text-[^>]*>([^<]+)<', rest)
        for name, rest in ROW.findall(page)
    }


def test_clicks_are_shown_by_link_hour_and_device(shop: Shop, guest: Browser) -> None:
    # By the shop's clock it is 13:30 then, in Moscow.
    start = (utc_now() - timedelta(days=2)).replace(hour=10, minute=30, second=0, microsecond=0)
    broadcast_id = sent_before(shop, start, wrap_clicks=True)
    click(shop, broadcast_id, start + timedelta(minutes=12))
    click(shop, broadcast_id, start + timedelta(minutes=50), link=1, agent=LAPTOP)
    click(shop, broadcast_id, start + timedelta(minutes=50), link=1, agent=CRAWLER)

    page = guest.open(f"/broadcasts/{broadcast_id}").text

    assert "First click: 12 min after sending." in page
    shown = rows(page)
    assert shown.pop("http://localhost/осень?sms=1") == ["1", "0"]
    assert shown.pop("http://localhost/home") == ["1", "1"]
    assert {shown.pop("phone")[0], shown.pop("computer")[0]} == {"1"}
    assert shown.pop("something else") == ["0", "1"]
    hours = {name.rpartition(", ")[2]: numbers for name, numbers in shown.items()}
    assert hours == {"13:00": ["1", "0"], "14:00": ["1", "1"]}
    assert "By day" not in page


def test_where_clicks_go_on_for_days_these_are_shown_too(shop: Shop, guest: Browser) -> None:
    start = (utc_now() - timedelta(days=5)).replace(hour=10, minute=30, second=0, microsecond=0)
    broadcast_id = sent_before(shop, start, wrap_clicks=True)
    for days in (0, 0, 3):
        click(shop, broadcast_id, start + timedelta(days=days, minutes=1))

    page = guest.open(f"/broadcasts/{broadcast_id}").text

    assert "By day" in page
    by_day = [numbers for name, numbers in rows(page.partition("By day")[2]).items() if name]
    assert by_day == [["2", "0"], ["1", "0"]]


def test_the_block_is_in_russian_too(shop: Shop, signed_in: SignedIn) -> None:
    start = utc_now() - timedelta(hours=3)
    broadcast_id = sent_before(shop, start, wrap_clicks=True)
    click(shop, broadcast_id, start + timedelta(minutes=12))

    page = signed_in("guest", "ru").read(f"/broadcasts/{broadcast_id}")

    assert "От отправки до первого клика: 12 мин." in page
    for words in ("По ссылкам", "По устройствам", "телефон", "По часам, первые сутки"):
        assert words in page


def test_a_link_that_is_no_short_one_is_not_counted(shop: Shop, guest: Browser) -> None:
    start = utc_now() - timedelta(hours=3)
    text = "Скидки: https://other.example/sale и http://localhost/home Ждём"
    broadcast_id = sent_before(shop, start, text, wrap_login=True)
    click(shop, broadcast_id, start + timedelta(seconds=30), link=1)

    page = guest.open(f"/broadcasts/{broadcast_id}").text

    assert rows(page)["https://other.example/sale"] == ["not counted"]
    assert rows(page)["http://localhost/home"] == ["1", "0"]
    assert "First click: less than a minute after sending." in page


@pytest.mark.parametrize("wrapped", [True, False])
def test_before_anybody_has_clicked_there_is_no_empty_table(
    shop: Shop, guest: Browser, wrapped: bool
) -> None:
    broadcast_id = sent_before(shop, utc_now(), wrap_clicks=wrapped)

    page = guest.open(f"/broadcasts/{broadcast_id}").text

    assert ("recipients who clicked" in page) == wrapped
    assert "By link" not in page
    assert "First click" not in page


def test_a_robot_alone_makes_no_first_click(shop: Shop, guest: Browser) -> None:
    start = utc_now() - timedelta(hours=3)
    broadcast_id = sent_before(shop, start, wrap_clicks=True)
    click(shop, broadcast_id, start + timedelta(minutes=1), agent=CRAWLER)

    page = guest.open(f"/broadcasts/{broadcast_id}").text

    assert rows(page)["http://localhost/осень?sms=1"] == ["0", "1"]
    assert "First click" not in page
