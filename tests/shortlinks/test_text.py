"""Links in texts: found in running Russian, kept by markers, filled again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlinks.text import MARKER, bare_addresses, fill, put_markers

PIECES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Co", "Cs"]), max_size=12),
        st.sampled_from(["https://shop.ru/a", " http://магазин.рф ", "(https://x.ru).", "{имя}", "https://"]),
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("template", "urls"),
    [
        ("Скидка: https://shop.ru/акция, ждём!", ["https://shop.ru/акция"]),
        (
            "Всё здесь (https://shop.ru/a_(b)) и здесь https://shop.ru.",
            ["https://shop.ru/a_(b)", "https://shop.ru"],
        ),
        ("«https://магазин.рф/путь?x={code}»", ["https://магазин.рф/путь?x={code}"]),
        ("Код https://shop.ru/{code}.", ["https://shop.ru/{code}"]),
        ("HTTP://Shop.ru?x=1&y=2…", ["HTTP://Shop.ru?x=1&y=2"]),
        ("тест http://127.0.0.1:8000/cabinet", ["http://127.0.0.1:8000/cabinet"]),
        ("https://shop.ru — скидки\u00a0https://shop.ru/2\nпока", ["https://shop.ru", "https://shop.ru/2"]),
        ("дважды https://a.ru https://a.ru", ["https://a.ru", "https://a.ru"]),
        ("без протокола shop.ru", []),
        ("имя в начале: https://{shop}/x и https://shop{x}.ru/", []),
        ("вход в адресе: https://bank.ru:x@evil.ru/ и https://bank.ru@evil.ru/", []),
    ],
)
def test_links_are_found_in_running_text(template: str, urls: list[str]) -> None:
    assert put_markers(template)[1] == urls


@given(PIECES.map("".join))
def test_filling_the_found_links_in_gives_the_template_back(template: str) -> None:
    marked, urls = put_markers(template)
    assert fill(marked, urls) == template


def test_what_is_filled_in_stands_in_the_place_of_its_link() -> None:
    marked, _ = put_markers("Раз https://a.ru/1, два https://b.ru/2.")
    assert fill(marked, ["s.ru/x", "s.ru/y"]) == "Раз s.ru/x, два s.ru/y."


def test_a_replacement_that_is_missing_is_an_error() -> None:
    marked, _ = put_markers("https://a.ru https://b.ru")
    with pytest.raises(IndexError):
        fill(marked, ["s.ru/x"])


def test_a_marker_in_the_template_is_removed_and_not_filled() -> None:
    marked, urls = put_markers(f"{MARKER}\ue100 и \U000f0001https://a.ru")
    assert urls == ["https://a.ru"]
    assert fill(marked, ["s.ru/x"]) == " и s.ru/x"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("Зайдите на www.shop.ru или shop.ru/sale, ждём.", ["www.shop.ru", "shop.ru/sale"]),
        ("наш сайт магазин.рф!", ["магазин.рф"]),
        ("пишите на ivan.me@shop.ru", []),
        ("т.е. скидка.Но до 31.12.2026", []),
        ("полный https://shop.ru/a?b=c.ru", []),
    ],
)
def test_addresses_without_a_protocol_are_noticed(template: str, found: list[str]) -> None:
    assert bare_addresses(template) == found
