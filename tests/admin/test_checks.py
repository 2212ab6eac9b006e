"""Checking a connection from the integration screen: the balance, a test SMS, and what went wrong."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from smsadmin import integration
from smsadmin.admin.integration.check_wording import OF_A_CHECK
from smsadmin.admin.wording import REASON_SENTENCES
from smsadmin.broadcasts import global_switch
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.models import Account, Answered, Asked, Integration, Message
from smsadmin.reasons import Reason
from smsadmin.sending.waiting import TEST
from smsadmin.states import State
from tests.admin.browser import Browser
from tests.admin.checking import check
from tests.admin.conftest import MY_PHONE, SignedIn
from tests.plugin import Shop, fresh_phone
from tests.providers.canned import canned_server


def the_test() -> Message:
    """Return the one test SMS."""
    return read(lambda session: session.scalars(select(Message).where(Message.event_kind == TEST)).one())


def no_test() -> bool:
    """Say whether no message was written at all."""
    return read(lambda session: session.scalars(select(Message)).all()) == []


@pytest.mark.parametrize("name", ["smsc", "twilio", "seventech"])
def test_a_check_goes_through_both_steps_and_tells_their_time(shop: Shop, boss: Browser, name: str) -> None:
    account = shop.connect(name)
    integration.set_prefix("Shop")
    before = shop.simulator.counts(name)["received"]
    assert f'value="{MY_PHONE}"' in boss.open("/integration/").text

    page = check(boss, name)

    message = the_test()
    asked = read(lambda session: session.scalars(select(Asked)).one())
    answered = read(lambda session: session.scalars(select(Answered)).one())
    assert shop.simulator.counts(name)["received"] == before + 1
    assert (message.state, message.account_id, message.parts) == (State.ACCEPTED, account.id, 1)
    assert message.text == "Shop: This is a test: SMS can be sent."
    assert (asked.message_id, asked.phone) == (message.id, MY_PHONE)
    assert (answered.attempt_id, answered.outcome) == (message.attempt_id, "accepted")
    assert "<b>✓</b>" in page
    assert "<b>✗</b>" not in page
    assert "Test SMS to +7 926 111-00-00: accepted by the provider." in page
    assert page.count(" ms</small>") == (1 if name == "seventech" else 2)
    assert ("SevenTech does not tell the balance." in page) == (name == "seventech")


def test_the_outcome_of_a_check_is_shown_once_and_the_last_test_stays(shop: Shop, boss: Browser) -> None:
    shop.connect()
    assert "Balance: " in check(boss)

    page = boss.read("/integration/")

    assert " ms</small>" not in page
    assert "Test SMS to +7 926 111-00-00: accepted by the provider." in page


def test_a_receipt_for_the_test_sms_is_shown(shop: Shop, boss: Browser) -> None:
    shop.connect()
    check(boss)

    shop.receive(the_test(), "1")

    assert "Test SMS to +7 926 111-00-00: delivered." in boss.read("/integration/")


def test_a_wrong_password_ends_the_check_before_an_sms_is_paid_for(shop: Shop, boss: Browser) -> None:
    shop.connect(secret="wrong")

    page = check(boss)

    assert "<b>✗</b>" in page
    assert "The provider does not accept the login or password. Copy both anew" in page
    assert no_test()


@pytest.mark.parametrize(("balance", "shown"), [("-5.00", "-RUB5.00"), ("0.00", "RUB0.00")])
def test_an_account_on_credit_can_be_checked(
    shop: Shop, boss_elsewhere: SignedIn, balance: str, shown: str
) -> None:
    shop.connect()
    with canned_server() as smsc:
        smsc.answer(200, {"balance": balance, "credit": "1000.00", "currency": "RUB"}, page="balance.php")
        smsc.answer(200, {"id": "1", "cnt": 1}, page="send.php")
        page = check(boss_elsewhere(SMSADMIN_BASE_URLS={"smsc": smsc.url}))

    assert the_test().state == State.ACCEPTED
    assert "<b>✗</b>" not in page
    assert f"Balance: {shown}." in page


def test_without_money_it_is_the_provider_who_says_so(shop: Shop, boss_elsewhere: SignedIn) -> None:
    shop.connect()
    with canned_server() as smsc:
        smsc.answer(200, {"balance": "0.00", "currency": "RUB"}, page="balance.php")
        smsc.answer(200, {"error": "no money", "error_code": 3}, page="send.php")
        page = check(boss_elsewhere(SMSADMIN_BASE_URLS={"smsc": smsc.url}))

    assert "There is no money on the account. Top it up" in page
    assert the_test().state == State.CANCELLED


@pytest.mark.parametrize(
    ("ending", "sentence"),
    [
        ("9921", "The provider does not accept the login or password. Copy both anew"),
        ("9922", "There is no money on the account. Top it up"),
        ("9923", "The provider has blocked the address of this site"),
        ("9924", "The sender's name is not registered. Have it registered"),
    ],
)
def test_what_the_provider_refuses_is_said_with_what_to_do(
    shop: Shop, boss: Browser, ending: str, sentence: str
) -> None:
    shop.connect("twilio" if ending == "9924" else "smsc")

    page = check(boss, "twilio" if ending == "9924" else "smsc", phone=fresh_phone(ending))

    assert sentence in page
    assert page.count("<b>✓</b>") == 1
    assert the_test().state == State.CANCELLED


def test_a_provider_that_is_away_is_named_so_and_is_no_error_page(
    shop: Shop, boss_elsewhere: SignedIn
) -> None:
    shop.connect()
    boss = boss_elsewhere(SMSADMIN_BASE_URLS={"smsc": "http://127.0.0.1:9"})

    page = check(boss)

    assert "The provider's host cannot be reached. Try again in a minute." in page
    assert no_test()


def test_a_refused_number_says_why(shop: Shop, boss: Browser) -> None:
    shop.connect()

    page = check(boss, phone=fresh_phone("9901"))

    assert the_test().state == State.REJECTED
    assert ": rejected." in page


def test_a_test_that_was_not_taken_is_not_sent_later(shop: Shop, boss: Browser) -> None:
    account = shop.connect("seventech", secret="wrong")

    page = check(boss, "seventech")

    message = the_test()
    assert (message.state, message.reason) == (State.CANCELLED, Reason.WRONG_PASSWORD)
    assert "was not sent. The provider does not accept the login or password." in page
    assert read(lambda session: session.get_one(Account, account.id)).stopped_reason == "wrong_password"


def test_each_failure_that_a_person_can_mend_has_its_own_advice() -> None:
    mendable = (
        Reason.WRONG_PASSWORD,
        Reason.NO_MONEY,
        Reason.ADDRESS_BLOCKED,
        Reason.SENDER_NOT_REGISTERED,
        Reason.PROVIDER_UNREACHABLE,
        Reason.NO_ANSWER,
        Reason.STRANGE_ANSWER,
    )

    advice = {str(OF_A_CHECK[reason].advice) for reason in mendable}

    assert len(advice) >= len(mendable) - 1
    # "Open the integration settings" helps nobody who has them open.
    assert not any(
        str(each.advice) == str(REASON_SENTENCES[reason].advice) for reason, each in OF_A_CHECK.items()
    )


def test_a_worker_never_takes_a_test_sms(shop: Shop, boss: Browser) -> None:
    shop.connect()
    check(boss)

    assert shop.work() is False
    assert the_test().state == State.ACCEPTED


def test_what_is_no_number_gets_no_test(shop: Shop, boss: Browser) -> None:
    shop.connect()

    for phone in ("", "маме", "12", "+7 926"):
        assert "alert-danger" in check(boss, phone=phone), phone
    assert no_test()


def test_while_sms_is_off_a_test_writes_and_sends_nothing(shop: Shop, boss: Browser) -> None:
    shop.connect()
    global_switch.switch_off()

    page = check(boss)

    assert "No test SMS was sent: SMS is switched off." in page
    assert no_test()


def test_a_responsible_admin_may_test_too(shop: Shop, signed_in: SignedIn) -> None:
    shop.connect()

    check(signed_in("lead", in_charge=True))

    assert the_test().state == State.ACCEPTED


def test_a_check_that_hangs_ends_in_time(shop: Shop, boss: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.connect()
    monkeypatch.setattr("smsadmin.sending.to_oneself.CHECK_DEADLINE", 2.0)
    started = time.monotonic()

    page = check(boss, phone=fresh_phone("9910"))

    assert time.monotonic() - started < 20
    assert "outcome unknown" in page


def test_a_failed_check_ends_in_the_log(shop: Shop, boss: Browser) -> None:
    shop.connect(secret="wrong")
    assert "Switch the API access log on and repeat the check" in check(boss)

    ahead = utc_now() + timedelta(hours=1)
    write(lambda session: session.execute(update(Integration).values(log_until=ahead)))
    assert "The API access log is on:" in check(boss)
