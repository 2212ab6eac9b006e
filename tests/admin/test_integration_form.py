"""The form of a provider's account: what is refused at the field, the API key, and an address of one's own."""

import socket
from threading import Event
from typing import Any

import pytest

from smsadmin import accounts
from smsadmin.admin.integration import base_url
from smsadmin.broadcasts import lifecycle
from smsadmin.models import Account
from smsadmin.states import BroadcastState
from tests.admin.browser import Browser
from tests.admin.conftest import SignedIn
from tests.admin.test_integration import SMSC, connect, the_account
from tests.plugin import LOGIN, PASSWORD, Shop

PUBLIC = "https://192.0.9.7"
"""A public address that needs no resolver."""
KEY = {"login": "", "secret": "", "api_key": "a-key"}


def kept(account: Account) -> tuple[str, str]:
    """Return how the account signs in."""
    return account.login, accounts.credentials(account).secret


@pytest.mark.parametrize("login", ["my login", "my\tlogin", "x" * 101])
def test_a_login_has_no_blanks_and_an_end(boss: Browser, login: str) -> None:
    for name in ("smsc", "seventech"):
        assert "A login has no spaces in it" in connect(boss, name, login=login)
    assert accounts.connected() == []


def test_blanks_around_what_was_copied_are_left_out(boss: Browser) -> None:
    connect(boss, "smsc", login=f" {LOGIN}\n", secret=f"{PASSWORD} ")

    assert kept(the_account()) == (LOGIN, PASSWORD)


def test_an_api_key_alone_connects_smsc(shop: Shop, boss: Browser) -> None:
    page = connect(boss, "smsc", **KEY | {"api_key": PASSWORD})

    assert kept(the_account()) == ("", PASSWORD)
    assert PASSWORD not in page
    # The simulator takes its password as the key, so this one is accepted.
    assert "The balance is up to date" in boss.press("/integration/", "/integration/smsc/balance").text


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"login": "", "secret": ""}, "Enter the login and the password, or the API key alone."),
        ({"login": "", "secret": "x"}, "Enter the login and the password, or the API key alone."),
        ({"login": "demo", "secret": ""}, "Fill this field in."),
        ({"api_key": "a-key"}, "Either the login and the password, or the API key"),
        ({"login": "", "api_key": "a-key"}, "Either the login and the password, or the API key"),
        ({**KEY, "api_key": "x" * 201}, "This is too long for a password"),
    ],
)
def test_either_login_and_password_or_the_key(boss: Browser, fields: dict[str, str], error: str) -> None:
    assert error in connect(boss, "smsc", **fields)
    assert accounts.connected() == []


def test_only_smsc_asks_for_a_key(boss: Browser) -> None:
    assert 'name="api_key"' in boss.read("/integration/smsc")
    for name in ("twilio", "seventech"):
        assert 'name="api_key"' not in boss.read(f"/integration/{name}")
        connect(boss, name, api_key="a-key")
    assert [account.login for account in accounts.connected()] == ["AC" + "0" * 32, LOGIN]


def test_an_empty_form_keeps_the_key(boss: Browser) -> None:
    connect(boss, "smsc", **KEY)
    before = the_account()

    connect(boss, "smsc", **KEY | {"api_key": "", "sender": "Other"})

    assert (the_account().id, the_account().sender) == (before.id, "Other")
    assert kept(the_account()) == ("", "a-key")


def test_another_key_is_another_account_and_asks_about_what_waits(shop: Shop, boss: Browser) -> None:
    connect(boss, "smsc", **KEY)
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    page = connect(boss, "smsc", **KEY | {"api_key": "another"})
    assert "Something waits for the account that is connected." in page
    assert kept(the_account()) == ("", "a-key")

    connect(boss, "smsc", **KEY | {"api_key": "another", "sure": "y"})
    assert kept(the_account()) == ("", "another")
    assert shop.row(broadcast_id).state == BroadcastState.PAUSED


@pytest.mark.parametrize(
    "address",
    [
        "smsc.ru",
        "ftp://smsc.ru",
        "https://",
        "https://me:pw@smsc.ru",
        "https://smsc.ru/?a=1",
        "https://smsc.ru/#x",
        "https://sm sc.ru",
        "http://[::1",
    ],
)
def test_an_address_that_is_no_http_address_is_refused(boss: Browser, address: str) -> None:
    assert "Write the whole address" in connect(boss, "smsc", base_url=address)
    assert accounts.connected() == []


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1",
        "http://localhost:8025/smsc",
        "https://10.1.2.3",
        "https://192.168.0.1:8443",
        "http://169.254.169.254",
        "http://[::1]",
        "http://[::ffff:127.0.0.1]",
        "http://2130706433",
        "http://0x7f.1",
    ],
)
def test_an_address_in_the_private_network_is_refused(boss: Browser, address: str) -> None:
    assert "is in the private network." in connect(boss, "smsc", base_url=address)
    assert accounts.connected() == []


def test_a_private_address_is_taken_where_the_site_allows_it(shop: Shop, boss_elsewhere: SignedIn) -> None:
    boss = boss_elsewhere(SMSADMIN_PRIVATE_ADDRESSES=True)

    connect(boss, "smsc", base_url=f"{shop.simulator.url}/smsc/")

    assert the_account().base_url == f"{shop.simulator.url}/smsc"
    assert "The balance is up to date" in boss.press("/integration/", "/integration/smsc/balance").text


@pytest.mark.parametrize("host", ["nobody.invalid", "a" * 64 + ".example", "ё..example"])
def test_a_name_that_does_not_resolve_is_refused(boss: Browser, host: str) -> None:
    assert "There is no host of the name" in connect(boss, "smsc", base_url=f"https://{host}")
    assert accounts.connected() == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_name_with_one_public_and_one_private_address_is_refused(
    boss: Browser, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    resolve = socket.getaddrinfo
    both = ["192.0.9.7", "10.0.0.1"][::order]

    def two(host: str, *rest: Any, **more: Any) -> Any:
        if host != "both.example":
            return resolve(host, *rest, **more)
        return [found for address in both for found in resolve(address, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", two)

    assert "both.example is in the private network." in connect(boss, "smsc", base_url="https://both.example")
    assert accounts.connected() == []


def test_a_resolver_that_hangs_does_not_hold_the_page(boss: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve, released = socket.getaddrinfo, Event()

    def hang(host: str, *rest: Any, **more: Any) -> Any:
        return resolve(host, *rest, **more) if host != "slow.example" else released.wait(20) and []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(base_url, "PATIENCE", 0.1)

    page = connect(boss, "smsc", base_url="https://slow.example")
    released.set()

    assert "There is no host of the name" in page


def test_the_usual_address_is_shown_and_is_none_of_ones_own(shop: Shop, boss: Browser) -> None:
    usual = f"{shop.simulator.url}/smsc"
    assert f'placeholder="{usual}"' in boss.read("/integration/smsc?view=extended")

    connect(boss, "smsc", base_url=f"{usual}/")

    assert the_account().base_url is None


def test_a_stored_password_does_not_go_to_an_address_typed_later(boss: Browser) -> None:
    connect(boss, "smsc")
    before = the_account()

    page = connect(boss, "smsc", secret="", base_url=PUBLIC)
    assert "Another address of the provider needs the password as well." in page
    assert the_account().id == before.id

    connect(boss, "smsc", base_url=PUBLIC)
    assert the_account().base_url == PUBLIC
    assert the_account().id != before.id


def test_another_address_asks_about_what_waits(shop: Shop, boss: Browser) -> None:
    connect(boss, "smsc")
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    assert "Something waits" in connect(boss, "smsc", base_url=PUBLIC)
    assert the_account().base_url is None
    assert shop.row(broadcast_id).state == BroadcastState.SENDING


def test_the_simple_form_keeps_what_it_does_not_show(shop: Shop, boss: Browser) -> None:
    connect(boss, "smsc", base_url=PUBLIC, currency="KZT")
    page = boss.read("/integration/smsc?view=simple")
    assert 'name="base_url"' not in page
    assert 'name="currency"' not in page

    simple = {name: value for name, value in SMSC.items() if name != "currency"} | {
        "secret": "",
        "sender": "B",
    }
    boss.press("/integration/smsc", "/integration/smsc", **simple)

    account = the_account()
    assert (account.sender, account.base_url, account.currency) == ("B", PUBLIC, "KZT")


def test_what_is_no_price_is_said_once(boss: Browser) -> None:
    page = connect(boss, "smsc", price_of_part="cheap")

    assert "Write the price as a number" in page
    assert "The price must be above 0" not in page
