"""What the integration page says about itself: who sends or would, what is still to do, and what has just happened."""

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from smsadmin.broadcasts import global_switch, lifecycle
from smsadmin.broadcasts.account_change import remove_account
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import Account
from smsadmin.reasons import Reason
from tests.admin.browser import OFFICE, Browser, tokens
from tests.admin.conftest import SignedIn
from tests.admin.test_balance_and_stops import stop
from tests.admin.test_integration import connect
from tests.plugin import Shop

SEALED_WITH_ANOTHER_KEY = Fernet(Fernet.generate_key()).encrypt(b"password").decode()


def lock(account: Account) -> None:
    """Leave an account with a password that the key of this site does not open."""
    sealed = update(Account).where(Account.id == account.id).values(sealed_secret=SEALED_WITH_ANOTHER_KEY)
    write(lambda session: session.execute(sealed))


def test_without_the_key_nothing_on_the_page_says_that_it_sends(shop: Shop, boss: Browser) -> None:
    lock(shop.connect())

    page = boss.read("/integration/")

    assert "<b>Sending is off.</b>" in page
    assert "Nothing is sent: the key that opens the password of SMSC is missing." in page
    assert ">stopped: no key<" in page
    assert "SMS is on, but nothing is sent: the key is missing" in page
    assert "sms-idle" in page
    assert ">sends<" not in page
    assert "SMS are sent through" not in page


def test_a_locked_account_that_does_not_send_has_a_note_and_no_banner(shop: Shop, boss: Browser) -> None:
    shop.connect()
    lock(shop.connect("twilio"))

    page = boss.read("/integration/")

    assert "does not open the password of this account: it could not send" in page
    assert "<b>Sending is off.</b>" not in page
    assert ">sends<" in page
    assert "Sending is off" not in boss.read("/broadcasts/")


def test_off_the_page_says_who_would_send_and_what_switching_on_does(shop: Shop, boss: Browser) -> None:
    shop.connect()
    shop.customer()
    lifecycle.send(shop.formed(name="Распродажа"), "Мария")
    global_switch.switch_off()

    page = boss.read("/integration/")

    assert "SMS is off. Switched on again, they go through SMSC." in page
    assert "On: new notifications and broadcasts are sent" in page
    assert "These broadcasts stay paused until you let them go on: “Распродажа”." in page
    assert "Off: broadcasts that send are paused" not in page


@pytest.mark.parametrize("view", ["simple", "extended"])
def test_the_address_to_copy_stays_until_the_first_report_has_come(
    shop: Shop, boss: Browser, view: str
) -> None:
    shop.connect()
    to_do = "in the settings of the API, as the address for reports (callback)"
    assert to_do in boss.read(f"/integration/?view={view}")

    write(lambda session: session.execute(update(Account).values(last_receipt_at=utc_now())))

    page = boss.read("/integration/")
    assert to_do not in page
    assert "/sms/receipts/smsc/" in page


def test_the_steps_say_where_the_address_stands(boss: Browser) -> None:
    assert "which stands below, into the provider's cabinet" in boss.read("/integration/smsc")
    assert "the next page shows it" in boss.read("/integration/")


def test_only_what_was_connected_anew_is_to_be_checked(shop: Shop, boss: Browser) -> None:
    assert "SMSC is connected. Check the connection now." in connect(boss, "smsc")

    page = connect(boss, "smsc", secret="", price_of_part="2.50")

    assert "Saved." in page
    assert "Check the connection now." not in page
    assert "SMSC is connected. Check the connection now." in connect(boss, "smsc", secret="new")


def test_what_has_just_happened_is_not_scrolled_out_of_sight(shop: Shop, boss: Browser) -> None:
    shop.connect()
    ours = tokens(boss.open("/integration/").text)
    answer = boss.client.post(f"{OFFICE}/integration/smsc/balance", data=ours)

    assert "#" not in answer.headers["Location"]


@pytest.mark.parametrize(("level", "named"), [("lead", True), ("operator", False), ("guest", False)])
def test_only_an_admin_is_told_that_he_can_be_named(signed_in: SignedIn, level: str, named: bool) -> None:
    page = signed_in(level).open("/integration/").text

    assert ("the owner can name you on this page" in page) == named


def test_a_broadcast_that_sms_off_has_paused_says_when_sms_is_on_again(shop: Shop, boss: Browser) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    global_switch.switch_off()
    assert "Switch SMS on in the integration settings." in boss.read(f"/broadcasts/{broadcast_id}")

    global_switch.switch_on()

    page = boss.read(f"/broadcasts/{broadcast_id}")
    assert "It is on again, and the broadcast can go on." in page
    assert "Switch SMS on in the integration settings." not in page


def test_what_is_left_at_an_unknown_price_says_that_it_is_unknown(shop: Shop, boss: Browser) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    remove_account(account)
    shop.connect("twilio")

    page = boss.read(f"/broadcasts/{broadcast_id}")

    assert "parts: 1. Its price is unknown" in page
    assert "price about —" not in page


@pytest.mark.parametrize(("name", "may_be_empty"), [("smsc", True), ("twilio", False), ("seventech", True)])
def test_only_where_it_helps_a_sender_may_be_left_empty(
    shop: Shop, boss: Browser, name: str, may_be_empty: bool
) -> None:
    stop(shop.connect(name), Reason.SENDER_NOT_REGISTERED)

    form, card = boss.read(f"/integration/{name}"), boss.read("/integration/")

    assert ("leave it empty" in form) == may_be_empty
    assert "Register it at the provider, or enter one that is registered." in card
    assert "leave it empty" not in card
    assert ("Fill this field in." in connect(boss, name, sender="")) == (not may_be_empty)


def test_a_key_in_the_place_of_twilios_sid_is_told_why_not(boss: Browser) -> None:
    page = connect(boss, "twilio", login="SK" + "0" * 32)

    assert "An API key (SK…) cannot stand in its place" in page
