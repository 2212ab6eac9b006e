"""Checking a provider from the integration screen: the balance, a test SMS, and going on after a stop."""

from html import unescape

import pytest
from sqlalchemy import select, update

from smsadmin import accounts, integration
from smsadmin.accounts import refresh_balance
from smsadmin.broadcasts import global_switch
from smsadmin.database import db_now, read, write
from smsadmin.models import Account, Answered, Asked, Message
from smsadmin.reasons import Reason
from smsadmin.sending.to_oneself import TEST
from smsadmin.states import State
from tests.admin.browser import Browser
from tests.admin.conftest import MY_PHONE, SignedIn
from tests.plugin import Shop, fresh_phone


def checked(shop: Shop, provider: str = "smsc") -> Account:
    """Connect a provider whose balance has come."""
    account = shop.connect(provider)
    refresh_balance(account)
    return account


def the_test() -> Message:
    """Return the one test SMS."""
    return read(lambda session: session.scalars(select(Message).where(Message.event_kind == TEST)).one())


def send_test(browser: Browser, provider: str = "smsc", phone: str = MY_PHONE) -> str:
    """Send a test SMS from the screen."""
    return unescape(browser.press("/integration/", f"/integration/{provider}/test", phone=phone).text)


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_the_balance_is_shown_with_its_time_after_a_press(shop: Shop, boss: Browser, name: str) -> None:
    shop.connect(name)
    assert "not asked yet" in boss.read("/integration/")

    page = boss.press("/integration/", f"/integration/{name}/balance").text

    account = accounts.sending_account()
    assert account is not None
    assert account.balance_at is not None
    assert "The balance is up to date" in page
    assert "not asked yet" not in page


def test_a_balance_that_does_not_come_says_why_and_offers_no_test(shop: Shop, boss: Browser) -> None:
    shop.connect(secret="wrong")

    page = boss.press("/integration/", "/integration/smsc/balance").text

    assert "The provider does not accept the login or password." in page
    assert "/integration/smsc/test" not in page


def test_a_provider_that_is_away_is_no_error_page(shop: Shop, boss_elsewhere: SignedIn) -> None:
    shop.connect()
    boss = boss_elsewhere(SMSADMIN_BASE_URLS={"smsc": "http://127.0.0.1:9"})

    page = boss.press("/integration/", "/integration/smsc/balance").text

    assert "The provider cannot be reached. Try again in a minute." in page


def test_the_test_sms_goes_to_the_one_who_asks_and_is_accounted(shop: Shop, boss: Browser) -> None:
    account = checked(shop)
    integration.set_prefix("Shop")
    before = shop.simulator.counts("smsc")["received"]
    assert f'value="{MY_PHONE}"' in boss.open("/integration/").text

    page = send_test(boss)

    message = the_test()
    asked = read(lambda session: session.scalars(select(Asked)).one())
    answered = read(lambda session: session.scalars(select(Answered)).one())
    assert shop.simulator.counts("smsc")["received"] == before + 1
    assert (message.state, message.account_id, message.parts) == (State.ACCEPTED, account.id, 1)
    assert message.text == "Shop: This is a test: SMS can be sent."
    assert (asked.message_id, asked.phone) == (message.id, MY_PHONE)
    assert (answered.attempt_id, answered.outcome) == (message.attempt_id, "accepted")
    assert "Test SMS to +7 926 111-00-00: accepted by the provider." in page


def test_a_receipt_for_the_test_sms_is_shown(shop: Shop, boss: Browser) -> None:
    checked(shop)
    send_test(boss)

    shop.receive(the_test(), "1")

    assert "Test SMS to +7 926 111-00-00: delivered." in boss.read("/integration/")


@pytest.mark.parametrize("name", ["twilio", "seventech"])
def test_each_provider_takes_the_test_sms(shop: Shop, boss: Browser, name: str) -> None:
    account = shop.connect(name)
    if name == "twilio":
        refresh_balance(account)

    send_test(boss, name)

    assert the_test().state == State.ACCEPTED


def test_a_provider_without_a_balance_says_so_and_offers_the_test_at_once(shop: Shop, boss: Browser) -> None:
    shop.connect("seventech")

    page = boss.read("/integration/")

    assert "SevenTech does not tell it; send a test SMS instead." in page
    assert "/integration/seventech/test" in page


def test_a_refused_number_says_why(shop: Shop, boss: Browser) -> None:
    checked(shop)

    page = send_test(boss, phone=fresh_phone("9901"))

    assert the_test().state == State.REJECTED
    assert ": rejected." in page


def test_a_test_that_was_not_taken_is_not_sent_later(shop: Shop, boss: Browser) -> None:
    account = shop.connect("seventech", secret="wrong")

    page = send_test(boss, "seventech")

    message = the_test()
    assert (message.state, message.reason) == (State.CANCELLED, Reason.WRONG_PASSWORD)
    assert "was not sent. The provider does not accept the login or password." in page
    assert read(lambda session: session.get_one(Account, account.id)).stopped_reason == "wrong_password"


def test_a_worker_never_takes_a_test_sms(shop: Shop, boss: Browser) -> None:
    checked(shop)
    send_test(boss)

    assert shop.work() is False
    assert the_test().state == State.ACCEPTED


def test_what_is_no_number_gets_no_test(shop: Shop, boss: Browser) -> None:
    checked(shop)

    for phone in ("", "маме", "12", "+7 926"):
        assert "alert-danger" in send_test(boss, phone=phone), phone
    assert read(lambda session: session.scalars(select(Message)).all()) == []


def test_while_sms_is_off_a_test_writes_and_sends_nothing(shop: Shop, boss: Browser) -> None:
    checked(shop)
    global_switch.switch_off()

    page = send_test(boss)

    assert "Nothing can be sent now" in page
    assert read(lambda session: session.scalars(select(Message)).all()) == []


def test_a_responsible_admin_may_test_too(shop: Shop, signed_in: SignedIn) -> None:
    checked(shop)

    send_test(signed_in("lead", in_charge=True))

    assert the_test().state == State.ACCEPTED


def stop(account: Account, reason: Reason) -> None:
    write(lambda session: accounts.stop(session, account.id, reason, None))


def test_a_stopped_account_says_why_and_goes_on_after_a_check(shop: Shop, boss: Browser) -> None:
    account = checked(shop)
    stop(account, Reason.NO_MONEY)
    assert "There is no money on the account. Top up the account, then go on." in boss.read("/integration/")

    page = boss.press("/integration/", "/integration/smsc/go-on").text

    assert "SMSC sends again." in page
    assert read(lambda session: session.get_one(Account, account.id)).stopped_reason is None


def test_a_check_that_fails_leaves_the_account_stopped(shop: Shop, boss: Browser) -> None:
    account = shop.connect(secret="wrong")
    stop(account, Reason.WRONG_PASSWORD)

    boss.press("/integration/", "/integration/smsc/go-on")

    assert read(lambda session: session.get_one(Account, account.id)).stopped_reason == "wrong_password"


def test_a_stop_whose_time_is_over_is_not_shown(shop: Shop, boss: Browser) -> None:
    account = checked(shop)
    over = {"stopped_reason": "provider_busy", "stopped_until": db_now(-1)}
    write(lambda session: session.execute(update(Account).where(Account.id == account.id).values(over)))

    assert "The provider asks to wait." not in boss.read("/integration/")
