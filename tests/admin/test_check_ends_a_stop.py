"""A check of the connection that succeeds ends the stop of an account: one button mends it."""

import pytest

from smsadmin.database import read
from smsadmin.integration_changes import changes
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.reasons import Reason
from smsadmin.states import State
from tests.admin.browser import Browser
from tests.admin.checking import check, sent_tests
from tests.admin.test_balance_and_stops import stop
from tests.plugin import Shop, fresh_phone


def stop_of(account: Account) -> str | None:
    """Return why the account is stopped now."""
    return read(lambda session: session.get_one(Account, account.id)).stopped_reason


@pytest.mark.parametrize("name", ["smsc", "twilio", "seventech"])
def test_a_check_that_succeeds_ends_a_stop_and_says_so(shop: Shop, boss: Browser, name: str) -> None:
    account = shop.connect(name)
    shop.customers(3)
    stop(account, Reason.NO_MONEY)
    broadcast_id = shop.sent()
    assert shop.states(broadcast_id) == {"queued": 3}

    page = check(boss, name)

    assert f"{provider(name).title} sends again." in page
    assert stop_of(account) is None
    assert [change.what for change in changes(5)] == ["went_on"]
    shop.work()
    assert shop.states(broadcast_id) == {"accepted": 3}


def test_the_test_sms_goes_through_a_stopped_account_alone(shop: Shop, boss: Browser) -> None:
    stop(shop.connect(), Reason.ACCOUNT_LIMIT)
    shop.customers(3)
    shop.sent()
    before = shop.simulator.counts("smsc")["received"]

    check(boss)

    assert shop.simulator.counts("smsc")["received"] == before + 1
    assert [test.state for test in sent_tests()] == [State.ACCEPTED]


@pytest.mark.parametrize(
    ("ending", "reason"), [("9922", "no_money"), ("9901", "account_limit"), ("9910", "account_limit")]
)
def test_a_test_sms_that_is_not_taken_leaves_the_account_stopped(
    shop: Shop, boss: Browser, monkeypatch: pytest.MonkeyPatch, ending: str, reason: str
) -> None:
    monkeypatch.setattr("smsadmin.sending.to_oneself.CHECK_DEADLINE", 1.0)
    account = shop.connect()
    stop(account, Reason.ACCOUNT_LIMIT)

    page = check(boss, phone=fresh_phone(ending))

    assert "sends again" not in page
    assert stop_of(account) == reason
    assert changes(5) == []


def test_a_balance_that_does_not_come_leaves_the_account_stopped(shop: Shop, boss: Browser) -> None:
    account = shop.connect(secret="wrong")
    stop(account, Reason.WRONG_PASSWORD)

    assert "sends again" not in check(boss)

    assert stop_of(account) == "wrong_password"
    assert sent_tests() == []


def test_a_check_that_was_pressed_twice_ends_no_later_stop(shop: Shop, boss: Browser) -> None:
    account = shop.connect()
    check(boss, once="a" * 32)
    stop(account, Reason.NO_MONEY)

    assert "This check was started already" in check(boss, once="a" * 32)

    assert stop_of(account) == "no_money"


def test_an_account_that_was_not_stopped_is_not_let_go_on(shop: Shop, boss: Browser) -> None:
    shop.connect()

    assert "sends again" not in check(boss)

    assert changes(5) == []


def test_a_check_that_is_refused_for_the_password_is_still_said_on_every_later_page(
    shop: Shop, boss: Browser
) -> None:
    account = shop.connect(secret="wrong")  # noqa: S106 - it is meant to be refused

    check(boss)

    assert stop_of(account) == Reason.WRONG_PASSWORD
    assert "does not send at the moment" in boss.read("/broadcasts/")
