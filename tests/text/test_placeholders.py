"""Placeholders: what is filled, what stays text, and that no value gets out of its place."""

import unicodedata
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsadmin.text.placeholders import fill, placeholder_before_path, placeholders, unknown_placeholders


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Привет, {name}!", "Привет, Анна!"),
        ("{name}{name}", "АннаАнна"),
        ("{ name }", "Анна"),
        ("Нет значения: «{city}»", "Нет значения: «»"),
        ("{first name}, здравствуйте", "Анна Мария, здравствуйте"),
        ("{", "{"),
        ("}}", "}}"),
        ("a { 1 } b", "a { 1 } b"),
        ("{}", "{}"),
        ("{{name}}", "{Анна}"),
        ("{name", "{name"),
        ("{на\nme}", "{на\nme}"),
    ],
)
def test_placeholders_are_filled_and_other_braces_stay(template: str, text: str) -> None:
    assert fill(template, {"name": "Анна", "first name": "Анна Мария"}) == text


def test_a_value_is_not_filled_again() -> None:
    assert fill("{a} {b}", {"a": "{b}", "b": "{a}"}) == "{b} {a}"


def test_newlines_in_a_value_become_spaces() -> None:
    assert fill("{a}", {"a": "раз\r\nдва\nтри\u2028четыре\tпять"}) == "раз два три четыре пять"


def test_control_and_private_use_characters_are_dropped_from_a_value() -> None:
    assert fill("{a}", {"a": "А\x00н\x1b\ue000\ue101н\x7fа\U000f0001"}) == "Анна"


def test_the_templates_own_markers_stay() -> None:
    assert fill("{a}: \ue000\ue100", {"a": "тут"}) == "тут: \ue000\ue100"


def test_a_value_inside_an_address_is_percent_encoded() -> None:
    text = fill("https://shop.ru/{code}?for={name} для {name}", {"code": "a/b?c#d", "name": "Ан на&x=1"})

    assert text == ("https://shop.ru/a%2Fb%3Fc%23d?for=%D0%90%D0%BD%20%D0%BD%D0%B0%26x%3D1 для Ан на&x=1")


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("https://shop.ru/{code}", []),
        ("https://shop.ru?x={code}", []),
        ("https://shop.ru/?x={code}#{part}", []),
        ("{name}: https://shop.ru/", []),
        ("https://{city}.shop.ru/", ["city"]),
        ("HTTP://shop.ru{zone}/x", ["zone"]),
        ("http://{user}@shop.ru/{path}", ["user"]),
        ("https://shop.ru:{port}", ["port"]),
        ("https://shop.ru\\{path}", ["path"]),
        ("{scheme}://shop.ru/", ["scheme"]),
        ("https://{a}/ https://{b}/ https://{a}/", ["a", "b"]),
    ],
)
def test_placeholders_before_the_path_are_named(template: str, names: list[str]) -> None:
    assert placeholder_before_path(template) == names


def test_nothing_is_put_in_before_the_path() -> None:
    assert fill("https://{a}shop.ru/{b}", {"a": "evil.ru/", "b": "x"}) == "https://shop.ru/x"


def test_names_are_listed_once_in_their_order() -> None:
    assert placeholders("{b} https://a.ru/{a} {b} { c }") == ["b", "a", "c"]


def test_unknown_names_are_told() -> None:
    assert unknown_placeholders("{name}, {naem}, {first name}", {"name"}) == ["naem", "first name"]


@given(st.text(max_size=60))
def test_a_text_without_placeholders_is_not_touched(template: str) -> None:
    if not placeholders(template):
        assert fill(template, {}) == template


@given(st.text(max_size=30))
def test_a_value_never_brings_control_characters(value: str) -> None:
    filled = fill("{a}", {"a": value})

    assert not any(unicodedata.category(char) in {"Cc", "Co", "Cs"} for char in filled)


@given(st.text(max_size=30))
def test_a_value_never_leaves_its_place_in_an_address(value: str) -> None:
    address = urlsplit(fill("https://shop.ru/a/{v}/b?c={v}&d=1", {"v": value}))

    assert address.netloc == "shop.ru"
    assert address.path.count("/") == 3
    assert address.query.count("&") == 1
    assert unquote(address.query).startswith("c=" + fill("{v}", {"v": value}) + "&")


@pytest.mark.parametrize(
    ("value", "part"),
    [(".", "-"), ("..", "--"), ("../x", "--%2Fx"), ("a\\..", "a%5C--"), ("...", "..."), ("v1.2", "v1.2")],
)
def test_a_value_is_no_step_in_a_path(value: str, part: str) -> None:
    assert fill("https://shop.ru/a/{v}/b?c={v}", {"v": value}).startswith(f"https://shop.ru/a/{part}/b?c=")


def test_behind_the_path_dots_are_dots() -> None:
    assert fill("https://shop.ru/{what?}?c={v}#{v}", {"v": ".."}) == "https://shop.ru/?c=..#.."
