"""Links while composing: what is none is pointed out at the field with the fix, in both languages."""

from html import unescape

import pytest

from smsadmin.integration import set_prefix
from tests.admin.browser import Browser
from tests.admin.composing import error_at, write
from tests.admin.conftest import SignedIn
from tests.plugin import Shop

COSTS = {"en": "here this takes more parts: 1", "ru": "из-за этого частей больше: 1"}
EDGE = {"en": "an iPhone may show a picture", "ru": "iPhone может показать вместо неё картинку"}


@pytest.mark.parametrize(
    ("text", "english", "russian"),
    [
        (
            "Заходите: www.shop.ru, ждём",
            "www.shop.ru: write links in full, with https:// — https://www.shop.ru",
            "www.shop.ru: укажите ссылку полностью, с https:// — https://www.shop.ru",
        ),
        (
            "Заходите на shop.ru/sale.",
            "shop.ru/sale: write links in full, with https:// — https://shop.ru/sale",
            "shop.ru/sale: укажите ссылку полностью, с https:// — https://shop.ru/sale",
        ),
        (
            "Сюда: https://me:pw@shop.ru/, ждём",
            "https://me:pw@shop.ru/: a user name or password cannot stand in a link; take out what is before @.",
            "https://me:pw@shop.ru/: в ссылке не может быть имени или пароля, уберите то, что стоит перед @.",
        ),
        (
            "Сюда: https//shop.ru, ждём",
            "https//shop.ru: nobody can open this address; check it.",
            "https//shop.ru: такой адрес не откроется, проверьте его.",
        ),
        (
            f"Сюда: https://{'a' * 64}.ru, ждём",
            f"https://{'a' * 64}.ru: nobody can open this address; check it.",
            f"https://{'a' * 64}.ru: такой адрес не откроется, проверьте его.",
        ),
        ("Сюда: https://{name}.ru/ ждём", "A link's site cannot be a placeholder.", None),
    ],
)
def test_what_is_no_link_is_pointed_out_at_the_field(
    signed_in: SignedIn, text: str, english: str, russian: str | None
) -> None:
    assert error_at(write(signed_in("operator"), text=text).text, "text") == english
    if russian:
        assert error_at(write(signed_in("operator", "ru"), text=text).text, "text") == russian


def test_an_address_of_russian_letters_is_shown_as_it_was_written(operator: Browser) -> None:
    page = unescape(
        write(operator, text="Ждём: https://домен.ru/цены !", preview="1", wrap_clicks="", wrap_login="").text
    )

    assert "Ждём: https://домен.ru/цены !</div>" in page
    assert "xn--" not in page


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "text", ["https://shop.ru/sale скидки!", "Скидки: https://shop.ru/sale", "https://shop.ru"]
)
def test_a_single_link_at_the_edge_of_the_text_gets_a_hint_and_is_saved(
    signed_in: SignedIn, language: str, text: str
) -> None:
    browser = signed_in("operator", language)

    assert EDGE[language] in unescape(write(browser, text=text, preview="1").text)
    page = write(browser, text=text)

    assert EDGE[language] in unescape(page.text)
    assert page.request.path.endswith("/broadcasts/1")


@pytest.mark.parametrize(
    "text",
    [
        "Скидки: https://shop.ru/sale до завтра",
        "https://shop.ru/1 и https://shop.ru/2",
        "Скидки без ссылок",
    ],
)
def test_no_other_text_gets_the_hint(operator: Browser, text: str) -> None:
    assert EDGE["en"] not in write(operator, text=text, preview="1").text


def test_a_link_behind_the_shops_name_is_not_at_the_edge(shop: Shop, operator: Browser) -> None:
    set_prefix("Лавка")

    assert EDGE["en"] not in write(operator, text="https://shop.ru/sale до завтра", preview="1").text


def test_a_placeholder_with_blanks_belongs_to_its_link(shop: Shop, operator: Browser) -> None:
    shop.customer("Анна")
    text = "Сюда: http://localhost/u/{ name }, ждём"

    page = write(operator, text=text, preview="1", wrap_clicks="", wrap_login="").text
    assert "Сюда: http://localhost/u/%D0%90%D0%BD%D0%BD%D0%B0, ждём" in unescape(page)


@pytest.mark.parametrize(
    "wraps", [{"wrap_login": ""}, {"wrap_clicks": ""}, {}], ids=["clicks", "login", "both"]
)
def test_a_link_with_a_placeholder_is_wrapped_and_shown_masked(
    shop: Shop, operator: Browser, wraps: dict[str, str]
) -> None:
    shop.customer("Анна")
    text = "Купон {name}: http://localhost/c/{name}?n={name}#x, ждём"

    preview = unescape(write(operator, text=text, preview="1", **wraps).text)
    page = write(operator, text=text, **wraps)

    assert "Купон Анна: http://localhost/l/••••, ждём" in preview
    assert page.request.path.endswith("/broadcasts/1")
    assert "Купон Анна: http://localhost/l/••••, ждём" in unescape(page.text)


@pytest.mark.parametrize("address", ["https://shop.ru/%{name}", "https://shop.ru/.{name}/x"])
def test_an_address_that_a_value_could_bend_is_pointed_out(operator: Browser, address: str) -> None:
    assert error_at(write(operator, text=f"Сюда: {address} ждём").text, "text") == (
        f"{address}: nobody can open this address; check it."
    )


@pytest.mark.parametrize(
    ("letters", "wraps", "told"),
    [
        # http://localhost/l/ and its code take 25 characters, with a placeholder 31: the part has 70.
        (42, {"wrap_login": ""}, True),
        (30, {"wrap_login": ""}, False),
        (60, {"wrap_login": ""}, False),
        (42, {"wrap_clicks": ""}, False),
        (42, {"wrap_login": "", "wrap_clicks": ""}, False),
    ],
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_it_is_said_where_a_placeholder_in_a_link_costs_a_part(
    shop: Shop, signed_in: SignedIn, language: str, letters: int, wraps: dict[str, str], told: bool
) -> None:
    shop.customer("Анна")
    text = "http://localhost/{name} " + "я" * (letters - 1)

    page = unescape(write(signed_in("operator", language), text=text, preview="1", **wraps).text)

    assert (COSTS[language] in page) is told
