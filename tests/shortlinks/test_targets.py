"""Targets: a short link leads to http(s) only, and login only to the own site as a browser sees it."""

import pytest

from shortlinks.targets import check_target, is_own_site


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "//shop.example/x",
        "/cabinet",
        "https://",
        "https://shop.example\\@evil.example/",
        "https://shop.example/\r\nX: y",
        "https://shop.example /",
        "https://me:pw@shop.example/",
        "https://[::1/",
        "https://shop.example:port/",
        "https://shop..example/",
        f"https://{'a' * 64}.example/",
        f"https://{'я' * 64}.example/",
    ],
)
def test_what_browsers_read_otherwise_is_no_target(url: str) -> None:
    with pytest.raises(ValueError, match="link|address"):
        check_target(url)


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://shop.example/cabinet", True),
        ("https://SHOP.example:443", True),
        ("http://shop.example/", False),
        ("https://shop.example:8443/", False),
        ("https://shop.example.evil.example/", False),
        ("https://evil.example/https://shop.example/", False),
        ("https://shop.example:99999/", False),
        ("https://shop.example\\@evil.example/", False),
    ],
)
def test_the_own_site_is_scheme_host_and_port(url: str, own: bool) -> None:
    assert is_own_site(url, "https://shop.example") is own


def test_a_site_below_a_path_ends_there() -> None:
    assert is_own_site("https://host.example/shop/a", "https://host.example/shop")
    assert not is_own_site("https://host.example/shopping", "https://host.example/shop")


def test_a_russian_site_is_the_same_in_both_spellings() -> None:
    assert is_own_site("https://домен.рф/a", "https://xn--d1acufc.xn--p1ai")
    assert is_own_site("https://xn--d1acufc.xn--p1ai/a", "https://ДОМЕН.рф")


def test_the_end_of_an_ipv6_address_is_not_taken_for_its_port() -> None:
    assert is_own_site("http://[::1]:8080/a", "http://[::1]:8080")
    assert not is_own_site("http://[::1:8080]/a", "http://[::1]:8080")
