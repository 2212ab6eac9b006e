"""Settings: whatever is wrong is one sentence that names the setting."""

from typing import Any

import pytest

from shortlinks.settings import BadSetting, read_settings
from tests.shortlinks.host import KEY, OTHER_KEY

GOOD: dict[str, Any] = {
    "SHORTLINKS_URL": "https://s.example",
    "SHORTLINKS_MAIN_URL": "https://shop.example/",
    "SHORTLINKS_KEYS": [f"2:{OTHER_KEY}", f"1:{KEY}"],
    "SHORTLINKS_SALT": "salt",
    "SHORTLINKS_SPOOL": "spool",
}


def test_the_first_key_comes_first() -> None:
    assert list(read_settings(GOOD, with_login=True).keys) == ["2", "1"]


@pytest.mark.parametrize("keys", [f"1:{KEY}", {"1": KEY}, f"1:{KEY},2:{OTHER_KEY}"])
def test_keys_may_come_as_text_or_mapping(keys: Any) -> None:
    assert next(iter(read_settings(GOOD | {"SHORTLINKS_KEYS": keys}, with_login=True).keys)) == "1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHORTLINKS_URL", None),
        ("SHORTLINKS_URL", "s.example"),
        ("SHORTLINKS_URL", "https://s.example/?a=b"),
        ("SHORTLINKS_URL", "https://s.example:port/"),
        ("SHORTLINKS_URL", "https://shop.example/"),
        ("SHORTLINKS_MAIN_URL", "shop"),
        ("SHORTLINKS_KEYS", None),
        ("SHORTLINKS_KEYS", ["1:short"]),
        ("SHORTLINKS_KEYS", {"1": "not base64!"}),
        ("SHORTLINKS_SALT", ""),
        ("SHORTLINKS_SPOOL", None),
        ("SHORTLINKS_LOGIN_PATH", "/"),
        ("SHORTLINKS_FLUSH_EVERY", "often"),
        ("SHORTLINKS_MISSES", -1),
        ("SHORTLINKS_MISSES", "few"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: Any) -> None:
    with pytest.raises(BadSetting, match="SHORTLINKS_") as error:
        read_settings(GOOD | {name: value}, with_login=True)
    assert name in str(error.value) or name == "SHORTLINKS_MAIN_URL"


def test_a_wrong_key_is_not_repeated_in_the_sentence() -> None:
    with pytest.raises(BadSetting) as error:
        read_settings(GOOD | {"SHORTLINKS_KEYS": ["1:half-a-secret"]}, with_login=True)
    assert "half-a-secret" not in str(error.value)


def test_a_host_without_login_names_no_main_site() -> None:
    assert read_settings({**GOOD, "SHORTLINKS_MAIN_URL": None}, with_login=False).main_url == ""


@pytest.mark.parametrize(
    ("url", "domain", "prefix"),
    [
        ("https://s.example", "s.example", "/l"),
        ("http://s.example:8080/", "s.example:8080", "/l"),
        ("https://сайт.рф/", "xn--80aswg.xn--p1ai", "/l"),
        ("https://shop.example/go/", None, "/go"),
    ],
)
def test_the_address_says_where_short_links_live(url: str, domain: str | None, prefix: str) -> None:
    settings = read_settings(GOOD | {"SHORTLINKS_URL": url}, with_login=True)
    assert (settings.own_domain, settings.prefix) == (domain, prefix)
