"""The settings of all SMS on the integration screen: the switch, the name in the text, the key that seals."""

from html import unescape

from cryptography.fernet import Fernet
from sqlalchemy import update

from smsadmin import accounts, integration
from smsadmin.broadcasts import global_switch, lifecycle
from smsadmin.database import write
from smsadmin.events.emit import emit
from smsadmin.events.switches import turn
from smsadmin.models import Broadcast
from smsadmin.states import BroadcastState
from tests.admin.browser import Browser, tokens
from tests.admin.conftest import MY_PHONE, SignedIn
from tests.hostapp.models import db
from tests.plugin import Shop


def notification(shop: Shop, number: int = 0) -> None:
    """Let a notification wait."""
    turn("birthday", True, by="Мария")
    emit("birthday", customer_key=str(shop.customer().uid), fact=f"fact-{number}")
    db.session.commit()


def test_switching_off_asks_first_and_says_with_numbers_what_it_does(shop: Shop, boss: Browser) -> None:
    shop.connect()
    shop.customers(3)
    for name in ("Распродажа", "Праздник"):
        lifecycle.send(shop.formed(name=name), "Мария")
    shop.formed(name="Не начата")
    for number in range(2):
        notification(shop, number)

    page = boss.read("/integration/switch")

    assert "2 broadcasts that send are paused and do not go on by themselves:" in page
    assert "Распродажа" in page
    assert "Праздник" in page
    assert "Не начата" not in page
    assert "6 SMS have not left" in page
    assert "2 notifications that wait are skipped and never sent" in page
    assert integration.integration().enabled


def test_the_switch_of_the_page_leads_to_the_question(boss: Browser) -> None:
    page = boss.open("/integration/").text

    assert 'method="get" action="/office/sms/integration/switch"' in page
    assert "Nothing waits to leave at the moment." in boss.read("/integration/switch")


def test_switching_off_pauses_and_skips_and_on_again_says_what_stays_paused(
    shop: Shop, boss: Browser
) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed(name="Распродажа")
    lifecycle.send(broadcast_id, "Мария")
    notification(shop)

    page = boss.press("/integration/switch", "/integration/switch", on="")

    assert "SMS is off" in page.text
    assert shop.row(broadcast_id).state == BroadcastState.PAUSED
    assert [(each.state, each.reason) for each in shop.messages(None)] == [("skipped", "sms_off")]

    page = boss.press("/integration/", "/integration/switch", on="1")

    assert integration.integration().enabled
    assert shop.row(broadcast_id).state == BroadcastState.PAUSED
    assert "stay paused until you let them go on: “Распродажа”." in page.text


def test_many_paused_broadcasts_are_named_and_counted_within_a_cookie(shop: Shop, boss: Browser) -> None:
    names = [
        f"{number} " + "".join(chr(0x410 + (number * j * j) % 64) for j in range(190)) for number in range(40)
    ]
    ids = [shop.broadcast(name=name) for name in names]
    paused = update(Broadcast).where(Broadcast.id.in_(ids))
    write(lambda session: session.execute(paused.values(state="paused", pause_reason="sms_off")))
    global_switch.switch_off()
    ours = tokens(boss.open("/integration/").text)

    page = unescape(boss.post("/integration/switch", **ours, on="1").text)

    said = page.partition("stay paused until you let them go on: ")[2].partition("</div>")[0]
    assert said.startswith(f"“{names[0][:60]}…”, “{names[1][:60]}…”")
    assert said.count("“") == 5
    assert "and 35 more." in said


def test_five_paused_broadcasts_are_all_named(shop: Shop, boss: Browser) -> None:
    for number in range(5):
        shop.broadcast(name=f"Акция {number}")
    paused = update(Broadcast).values(state="paused", pause_reason="sms_off")
    write(lambda session: session.execute(paused))
    global_switch.switch_off()

    page = unescape(boss.press("/integration/", "/integration/switch", on="1").text)

    assert "go on: “Акция 0”, “Акция 1”, “Акция 2”, “Акция 3”, “Акция 4”." in page


def test_the_question_about_what_is_off_already_offers_the_way_back(boss: Browser) -> None:
    boss.press("/integration/switch", "/integration/switch", on="")

    boss.press("/integration/switch", "/integration/switch", on="1")

    assert integration.integration().enabled


def test_the_name_in_the_text_is_set_with_its_cost(boss: Browser) -> None:
    page = boss.press("/integration/", "/integration/text", text_prefix=" Уголок ")

    assert integration.integration().text_prefix == "Уголок"
    assert "Now it takes 8 characters of every SMS." in page.text


def test_the_name_in_the_text_is_only_a_name(boss: Browser) -> None:
    for text in ("x" * 51, "https://shop.example", "shop.ru/a", "https//shop.ru", "{name}", "a\nb"):
        page = boss.press("/integration/", "/integration/text", text_prefix=text)

        assert "invalid-feedback" in page.text, text
        assert integration.integration().text_prefix == ""


def test_without_a_key_the_page_says_what_to_do_and_stores_nothing(
    shop: Shop, boss_elsewhere: SignedIn
) -> None:
    boss = boss_elsewhere(SMSADMIN_KEYS=())
    form = {"login": "demo", "secret": "secret", "sender": "", "price_of_part": "", "currency": "RUB"}

    page = boss.press("/integration/smsc", "/integration/smsc", **form).text
    assert "/sms/receipts/" not in page

    assert "SMSADMIN_KEYS" in boss.read("/integration/")
    assert "Nothing is stored or sent" in page
    assert accounts.connected() == []


def test_in_a_copy_with_another_key_nothing_is_sent_and_no_page_breaks(
    shop: Shop, boss_elsewhere: SignedIn
) -> None:
    shop.connect("seventech")
    shop.connect("smsc")
    integration.callback_secret()
    boss = boss_elsewhere(SMSADMIN_KEYS=Fernet.generate_key().decode())

    for name in ("smsc", "seventech"):
        page = boss.press("/integration/", f"/integration/{name}/check", phone=MY_PHONE, once="0" * 32)

        assert page.status_code == 200
        assert "Nothing is stored or sent" in page.text
        assert 'class="sms-check"' not in page.text
        assert "/sms/receipts/" not in boss.read(f"/integration/{name}")
    assert "Sending is off" in boss.read("/events/")
    assert shop.messages(None) == []
