"""Addresses with placeholders: whatever a value says, only its own place in the address is its."""

import string
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlinks.personal import LONGEST, check_address, filled, is_personal, is_too_long, stays_on
from shortlinks.targets import check_target
from shortlinks.text import fill, put_markers

VICIOUS = st.lists(
    st.sampled_from(
        [".", "..", "/", "\\", "?", "#", "&", "=", "%", "%2e", "%2F", ";", "@", ":", "{card}", "\r\n"]
    ),
    max_size=4,
).map("".join)
VALUES = VICIOUS | st.text(max_size=20)
TEMPLATES = st.sampled_from([
    "https://shop.ru/c/{card}?n={name}#x",
    "http://магазин.рф:8080/{card}/{name}/",
    "https://shop.ru/{card}{name}",
    "https://shop.ru/a/{card}-{name}.html?x=1&y={name}&z={card}#{name}",
    "https://[::1]:8000/{ card }?{name}",
    "https://shop.ru?{card}={name}",
    "https://shop.ru#{card}",
    "https://shop.ru/%D0%B0{card}/../{name}/.",
])  # fmt: skip


def shape(address: str) -> tuple[object, ...]:
    """Return all that values must not change: who is asked, how many parts, which parameters, whether a fragment."""
    found = urlsplit(address)
    parameters = [part.count("=") for part in found.query.split("&")]
    return found.scheme, found.netloc, found.port, found.path.count("/"), parameters, "#" in address


def steps(address: str) -> int:
    """Count the parts of a path that browsers, or a server that decodes it, take for a step."""
    path = unquote(urlsplit(address).path).replace("\\", "/")
    return sum(part in (".", "..") for part in path.split("/"))


@given(TEMPLATES, VALUES, VALUES)
def test_whatever_the_values_an_address_keeps_its_shape(template: str, card: str, name: str) -> None:
    usual = filled(template, {"card": "a", "name": "b"})
    address = filled(template, {"card": card, "name": name})

    check_target(address)
    assert shape(address) == shape(usual)
    assert steps(address) == steps(usual)


@given(TEMPLATES, VALUES)
def test_what_a_value_adds_to_an_address_is_ascii_and_reserved_nowhere(template: str, card: str) -> None:
    plain = filled(template, {})
    added = [char for char in filled(template, {"card": card}) if char not in plain]

    assert set(added) <= set(string.ascii_letters + string.digits + "-._~%")


@given(st.text(st.characters(exclude_categories=["Cc", "Co", "Cs"]), max_size=30))
def test_a_site_reads_the_value_that_was_put_in(value: str) -> None:
    address = filled("https://shop.ru/?a=1&n={name}&b=2", {"name": value})

    assert parse_qsl(urlsplit(address).query, keep_blank_values=True)[1] == ("n", value)


@given(TEMPLATES, VALUES, VALUES)
def test_unwrapping_a_text_gives_it_with_its_values(template: str, card: str, name: str) -> None:
    values = {"card": card, "name": name}
    marked, urls = put_markers(f"{{name}}, тут: {template} и {template}, ждём")

    text = fill(marked, [filled(url, values) for url in urls])

    assert text == f"{{name}}, тут: {filled(template, values)} и {filled(template, values)}, ждём"


@pytest.mark.parametrize(
    ("value", "in_path", "in_query"),
    [
        ("", "", ""),
        ("Анна", "%D0%90%D0%BD%D0%BD%D0%B0", "%D0%90%D0%BD%D0%BD%D0%B0"),
        ("a b+c", "a%20b%2Bc", "a%20b%2Bc"),
        ("a/b?c#d&e=f", "a%2Fb%3Fc%23d%26e%3Df", "a%2Fb%3Fc%23d%26e%3Df"),
        ("%2e%2e", "%252e%252e", "%252e%252e"),
        ("..", "--", ".."),
        ("../../x", "--%2F--%2Fx", "..%2F..%2Fx"),
        ("x\\..", "x%5C--", "x%5C.."),
        ("1.2...3", "1.2...3", "1.2...3"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie%3A%20x", "aSet-Cookie%3A%20x"),
        ("\ue000\ue100\x00\x7f\ud800", "", ""),
        ("{name}", "%7Bname%7D", "%7Bname%7D"),
        ("http://evil.ru", "http%3A%2F%2Fevil.ru", "http%3A%2F%2Fevil.ru"),
    ],
)
def test_a_value_is_encoded_whole_and_is_no_step(value: str, in_path: str, in_query: str) -> None:
    address = filled("https://shop.ru/{v}/x?v={v}#x", {"v": value})

    assert address == f"https://shop.ru/{in_path}/x?v={in_query}#x"


@pytest.mark.parametrize(
    ("address", "personal"),
    [
        ("https://shop.ru/{card}", True),
        ("https://shop.ru/?a={ first name }", True),
        ("https://shop.ru/{}", False),
        ("https://shop.ru/{1}", False),
        ("https://shop.ru/a}b{", False),
        ("https://shop.ru/", False),
    ],
)
def test_an_address_is_personal_where_it_has_placeholders(address: str, personal: bool) -> None:
    assert is_personal(address) is personal
    check_address(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://{shop}.ru/", "names its site"),
        ("https://{shop}/", "names its site"),
        ("https://shop.ru:{port}/", "names its site"),
        ("https://{user}@shop.ru/", "names its site"),
        ("ftp://shop.ru/{card}", "like 'https://"),
        ("https://shop.ru\\{card}", "names its site"),
        ("https://shop.ru/%{card}", "begins with %"),
        ("https://shop.ru/?a=%2{card}", "begins with %"),
        ("https://shop.ru/{name}.{card}", "step up"),
        ("https://shop.ru/.{card}/x", "step up"),
        ("https://shop.ru/{card}%2E/x", "step up"),
    ],
)
def test_an_address_that_a_value_could_bend_is_refused(address: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_address(address)


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        ("https://shop.ru/app/{card}", True),
        ("https://shop.ru/app?x={card}", True),
        ("https://shop.ru/app{card}", False),
        ("https://shop.ru/{card}", False),
        ("https://other.ru/app/{card}", False),
    ],
)
def test_an_address_is_on_the_main_site_only_if_it_is_with_every_value(address: str, stays: bool) -> None:
    assert stays_on(address, "https://shop.ru/app") is stays


def test_an_address_that_nobody_takes_whole_is_too_long() -> None:
    assert not is_too_long("https://shop.ru/{card}", {"card": "1" * (LONGEST - 16)})
    assert is_too_long("https://shop.ru/{card}", {"card": "1" * (LONGEST - 15)})
    assert is_too_long("https://shop.ru/{card}", {"card": "я" * 400})
