"""The integration screen: connecting, changing and removing providers, and which of them sends."""

import re
from decimal import Decimal
from html import unescape

import pytest

from smsadmin import accounts
from smsadmin.admin.integration.provider_texts import TEXTS
from smsadmin.broadcasts import lifecycle
from smsadmin.events.emit import emit
from smsadmin.events.switches import turn
from smsadmin.models import Account
from smsadmin.providers import PROVIDERS
from smsadmin.reasons import Reason
from smsadmin.states import BroadcastState
from tests.admin.browser import Browser
from tests.hostapp.models import db
from tests.plugin import LOGIN, PASSWORD, Shop

SID = "AC" + "0" * 32
SMSC = {"login": LOGIN, "secret": PASSWORD, "sender": "Shop", "price_of_part": "", "currency": "RUB"}
TWILIO = {
    "login": SID,
    "secret": "demo-token",
    "sender": "+15005550006",
    "price_of_part": "",
    "currency": "USD",
}


def connect(browser: Browser, provider: str, **fields: str) -> str:
    """Fill in a provider's form and send it."""
    usual = TWILIO if provider == "twilio" else SMSC
    address = f"/integration/{provider}"
    return unescape(browser.press(address, address, **usual | fields).text)


def the_account() -> Account:
    """Return the account that sends."""
    account = accounts.sending_account()
    assert account is not None
    return account


@pytest.mark.parametrize("name", list(PROVIDERS))
def test_a_provider_is_connected_with_its_own_words(shop: Shop, boss: Browser, name: str) -> None:
    page = connect(boss, name, price_of_part="2,50")

    account = the_account()
    assert accounts.credentials(account).secret in (PASSWORD, "demo-token")
    assert account.price_of_part == Decimal("2.50")
    assert f"SMS are sent through {PROVIDERS[name].title}." in page
    assert page.count("not connected") == 2


def test_the_secret_is_kept_sealed_and_never_shown_again(boss: Browser) -> None:
    connect(boss, "smsc")

    assert PASSWORD not in the_account().sealed_secret
    assert PASSWORD not in boss.read("/integration/") + boss.read("/integration/smsc")


def test_a_wrong_field_is_said_and_the_secret_does_not_come_back(boss: Browser) -> None:
    page = connect(boss, "smsc", sender="Наш магазин", price_of_part="0", currency="руб")

    assert "up to 11 Latin letters" in page
    assert "The price must be above 0" in page
    assert "Write a currency by its three letters" in page
    assert PASSWORD not in page
    assert accounts.connected() == []


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("smsc", ["Shop", "Shop 24.ru", "79261234567"], ["Магазин", "twelve chars", "1234567890123456"]),
        (
            "twilio",
            ["+15005550006", "MG" + "0" * 32, "Shop 24"],
            ["15005550006", "MG" + "0" * 31, "twelve chars"],
        ),
        ("seventech", ["MyBrand", "Моя марка", "79261234567"], ["twelve chars", "1234567890123456"]),
    ],
)
def test_a_sender_is_checked_by_the_providers_own_rule(name: str, good: list[str], bad: list[str]) -> None:
    pattern = TEXTS[name].sender_pattern

    assert all(pattern.fullmatch(sender) for sender in good)
    assert not any(pattern.fullmatch(sender) for sender in bad)


def test_twilio_is_not_connected_without_a_sender_or_with_a_strange_sid(boss: Browser) -> None:
    page = connect(boss, "twilio", sender="", login="demo")

    assert "Fill this field in." in page
    assert "An Account SID is AC and 32 digits" in page
    assert accounts.connected() == []


def test_the_first_in_the_fixed_order_sends_and_the_page_says_why(boss: Browser) -> None:
    connect(boss, "twilio")
    connect(boss, "seventech")
    page = connect(boss, "smsc")

    assert "SMS are sent through SMSC." in page
    assert "Twilio is connected, but SMSC comes first; to use Twilio, remove the data of SMSC." in page
    assert "to use SevenTech, remove the data of SMSC, Twilio." in page


def test_an_empty_password_keeps_the_stored_one(boss: Browser) -> None:
    connect(boss, "smsc")
    before = the_account()

    connect(boss, "smsc", secret="", sender="Other")

    after = the_account()
    assert (after.id, after.sender) == (before.id, "Other")
    assert accounts.credentials(after).secret == PASSWORD


def test_another_login_needs_its_own_password(boss: Browser) -> None:
    connect(boss, "smsc")

    page = connect(boss, "smsc", login="other", secret="")

    assert "Another login needs its password as well." in page
    assert "Leave the field empty to keep it." not in page
    assert the_account().login == LOGIN


def test_a_new_password_of_the_same_login_lets_what_waits_go_on(shop: Shop, boss: Browser) -> None:
    shop.connect(secret="old")
    shop.customers(2)
    broadcast_id = shop.sent()
    assert the_account().stopped_reason == Reason.WRONG_PASSWORD

    connect(boss, "smsc")
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 2}


def test_another_login_asks_first_and_then_leaves_what_waits(shop: Shop, boss: Browser) -> None:
    account = shop.connect(secret="old", login="old")
    shop.customers(2)
    broadcast_id = shop.sent()

    page = connect(boss, "smsc")

    assert "Something waits for the account that is connected." in page
    assert the_account().id == account.id

    connect(boss, "smsc", sure="y")

    assert the_account().id != account.id
    assert shop.row(broadcast_id).state == BroadcastState.PAUSED
    assert shop.states(broadcast_id) == {"queued": 2}


def test_removing_asks_first_and_says_what_waits(shop: Shop, boss: Browser) -> None:
    shop.connect()
    shop.connect("twilio")
    shop.customers(3)
    lifecycle.send(shop.formed(name="Распродажа"), "Мария")

    page = boss.read("/integration/smsc/remove")

    assert "Распродажа" in page
    assert "have not left: 3." in page
    assert "After that SMS are sent through Twilio." in page
    assert len(accounts.connected()) == 2


def test_after_removing_broadcasts_are_paused_and_notifications_skipped(shop: Shop, boss: Browser) -> None:
    shop.connect()
    customer = shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    turn("birthday", True, by="Мария")
    emit("birthday", customer_key=str(customer.uid), fact="2026")
    db.session.commit()

    boss.press("/integration/smsc/remove", "/integration/smsc/remove")

    assert accounts.connected() == []
    paused = shop.row(broadcast_id)
    assert (paused.state, paused.pause_reason) == (BroadcastState.PAUSED, Reason.NOT_CONNECTED)
    assert [(m.state, m.reason) for m in shop.messages(None)] == [("skipped", "not_connected")]


def test_what_is_not_connected_cannot_be_removed_or_checked(boss: Browser) -> None:
    assert boss.open("/integration/smsc/remove").status_code == 404
    assert boss.open("/integration/nobody").status_code == 404


def test_smsc_gets_an_address_for_its_reports_at_which_we_take_them(shop: Shop, boss: Browser) -> None:
    shop.connect()
    customer = shop.customer()
    broadcast_id = shop.sent()
    page = boss.read("/integration/smsc")
    [address] = re.findall(r'readonly value="([^"]+)"', page)
    assert address in boss.read("/integration/")
    [message] = shop.messages(broadcast_id)

    told = shop.smsc_receipt(message, "1")
    answer = shop.app.test_client().post(address.removeprefix("http://localhost"), json=told)

    assert address.endswith("?charset=utf-8&fmt=3")
    assert answer.status_code == 200
    assert customer.mobile == message.phone


def test_providers_that_are_told_with_each_sms_show_no_address(boss: Browser) -> None:
    for name in ("twilio", "seventech"):
        assert "/sms/receipts/" not in boss.read(f"/integration/{name}")
