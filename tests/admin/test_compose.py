"""Composing: what is wrong is said at the field, and the preview is what will arrive."""

import re

import pytest

from smsadmin.integration import set_prefix
from tests.admin.browser import Browser
from tests.admin.composing import TEXT, write
from tests.plugin import Shop


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Write the text"),
        ("   ", "Write the text"),
        (" \r\n\t\u00a0", "Write the text"),
        ("Привет, {nmae}!", "There is no placeholder {nmae}"),
        ("Заходите: www.shop.ru", "https://www.shop.ru"),
        ("Заходите: shop.ru/sale", "https://shop.ru/sale"),
        ("Сюда: http://{name}.localhost/", "site cannot be a placeholder"),
        ("Сюда: http://localhost:99999/", "nobody can open"),
        ("а" * 1001, "too long"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
    operator: Browser, text: str, says: str
) -> None:
    page = write(operator, text=text, name="Моя акция").text

    assert says in page
    assert 'value="Моя акция"' in page
    assert operator.open("/broadcasts/1").status_code == 404


def test_the_preview_saves_nothing_and_shows_length_and_parts(shop: Shop, operator: Browser) -> None:
    shop.customer("Анна")

    page = write(operator, preview="1", wrap_login="").text

    assert "Привет, Анна! Сюда: http://localhost/l/•••• до завтра" in page
    assert "parts: 1" in page
    assert operator.open("/broadcasts/1").status_code == 404


def test_composing_works_with_nothing_connected_and_the_page_says_what_is_missing(boss: Browser) -> None:
    write(boss)

    page = boss.read("/broadcasts/1")

    assert "Open the integration settings" in page
    assert re.search(r"<button[^>]*disabled[^>]*>Form the list", page)
    boss.press("/broadcasts/1", "/broadcasts/1/do/prepare")
    assert "Connect a provider first" in boss.press("/broadcasts/1", "/broadcasts/1/do/prepare").text


def test_the_preview_counts_as_many_characters_as_arrive(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customer("Анна")
    said = re.compile(r"(\d+) characters, parts: (\d+)")

    draft = said.findall(write(operator, preview="1", wrap_login="").text)
    broadcast_id = shop.sent(TEXT, wrap_clicks=True)
    phone = shop.messages(broadcast_id)[0].phone[1:]
    text = shop.simulator.arrived(phone)[0]["text"]

    assert draft == said.findall(operator.read(f"/broadcasts/{broadcast_id}")) == [(str(len(text)), "1")]


def test_a_formed_list_shows_the_text_it_was_formed_with(shop: Shop, guest: Browser) -> None:
    shop.connect()
    shop.customer("Анна")
    broadcast_id = shop.formed("Привет, {name}!")

    set_prefix("Новое имя")

    page = guest.read(f"/broadcasts/{broadcast_id}")
    assert "Привет, Анна!" in page
    assert "Новое имя" not in page


def test_a_text_that_is_too_long_is_never_cut_by_the_browser(operator: Browser) -> None:
    field = re.search(r'<textarea[^>]*name="text"[^>]*>', operator.read("/broadcasts/new"))

    assert field is not None
    assert "maxlength" not in field.group()
