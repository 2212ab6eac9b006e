"""The settings of all SMS on the integration screen: the switch, the name in the text, the key that seals."""

from cryptography.fernet import Fernet

from smsadmin import accounts, integration
from smsadmin.broadcasts import lifecycle
from smsadmin.states import BroadcastState
from tests.admin.browser import Browser
from tests.admin.conftest import MY_PHONE, SignedIn
from tests.plugin import Shop


def test_the_global_switch_pauses_broadcasts_and_says_what_it_does(shop: Shop, boss: Browser) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    page = boss.press("/integration/", "/integration/switch", on="")

    assert "SMS is off" in page.text
    assert shop.row(broadcast_id).state == BroadcastState.PAUSED

    boss.press("/integration/", "/integration/switch", on="1")

    assert integration.integration().enabled
    assert shop.row(broadcast_id).state == BroadcastState.PAUSED


def test_the_name_in_the_text_is_set_with_its_cost(boss: Browser) -> None:
    page = boss.press("/integration/", "/integration/text", text_prefix=" Уголок ")

    assert integration.integration().text_prefix == "Уголок"
    assert "Now it takes 8 characters of every SMS." in page.text


def test_the_name_in_the_text_is_only_a_name(boss: Browser) -> None:
    for text in ("x" * 51, "https://shop.example", "shop.ru/a", "{name}", "a\nb"):
        page = boss.press("/integration/", "/integration/text", text_prefix=text)

        assert "invalid-feedback" in page.text, text
        assert integration.integration().text_prefix == ""


def test_without_a_key_the_page_says_what_to_do_and_stores_nothing(
    shop: Shop, boss_elsewhere: SignedIn
) -> None:
    boss = boss_elsewhere(SMSADMIN_KEYS=())
    form = {"login": "demo", "secret": "secret", "sender": "", "price_of_part": "", "currency": "RUB"}

    page = boss.press("/integration/smsc", "/integration/smsc", **form).text

    assert "SMSADMIN_KEYS" in boss.read("/integration/")
    assert "Nothing is stored or sent" in page
    assert accounts.connected() == []


def test_in_a_copy_with_another_key_nothing_is_sent_and_no_page_breaks(
    shop: Shop, boss_elsewhere: SignedIn
) -> None:
    shop.connect("seventech")
    boss = boss_elsewhere(SMSADMIN_KEYS=Fernet.generate_key().decode())

    page = boss.press("/integration/", "/integration/seventech/test", phone=MY_PHONE)

    assert page.status_code == 200
    assert "Nothing is stored or sent" in page.text
    assert "Sending is off" in boss.read("/events/")
    assert shop.messages(None) == []
