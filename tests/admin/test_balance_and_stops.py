"""The balance and the stops of an account on the integration screen: shown, refreshed, low, and gone on from."""

import re
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import update

from smsadmin import accounts
from smsadmin.accounts import refresh_balance
from smsadmin.database import db_now, read, write
from smsadmin.models import Account
from smsadmin.reasons import Reason
from tests.admin.browser import Browser
from tests.plugin import Shop


def set_account(**values: object) -> None:
    """Change the connected accounts behind the screen's back."""
    write(lambda session: session.execute(update(Account).values(**values)))


def stop(account: Account, reason: Reason) -> None:
    """Stop an account until somebody goes on."""
    write(lambda session: accounts.stop(session, account.id, reason, None))


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


def test_a_balance_that_does_not_come_says_why(shop: Shop, boss: Browser) -> None:
    shop.connect(secret="wrong")

    page = unescape(boss.press("/integration/", "/integration/smsc/balance").text)

    assert "The provider does not accept the login or password. Copy both anew" in page
    assert "SMS go through SMSC, which is stopped at the moment." in page
    assert ">sends</span>" not in page


def test_a_low_balance_is_said_on_the_card_and_where_sms_are_written(shop: Shop, boss: Browser) -> None:
    account = shop.connect()
    refresh_balance(account)
    assert "SMS still go" not in boss.read("/integration/") + boss.read("/broadcasts/")

    set_account(balance=Decimal("499.99"), balance_currency="RUB")

    page = boss.read("/integration/")
    assert re.search(r"The balance is below \S+?\s?500\.00\. SMS still go", page)
    assert "SMS still go, but top it up in time." in boss.read("/broadcasts/")


@pytest.mark.parametrize("currency", ["KZT", None])
def test_a_balance_without_a_limit_is_never_low(shop: Shop, boss: Browser, currency: str | None) -> None:
    shop.connect(currency="KZT")
    set_account(balance=Decimal(1), balance_currency=currency)

    assert "SMS still go" not in boss.read("/integration/")


def test_a_stopped_account_says_why_and_goes_on_after_a_check(shop: Shop, boss: Browser) -> None:
    account = shop.connect()
    stop(account, Reason.NO_MONEY)
    page = boss.read("/integration/")
    assert "There is no money on the account. Top up the account, then go on." in page
    assert "SMS go through SMSC, which is stopped at the moment." in page

    page = boss.press("/integration/", "/integration/smsc/go-on").text

    assert "SMSC sends again." in page
    assert read(lambda session: session.get_one(Account, account.id)).stopped_reason is None


def test_a_check_that_fails_leaves_the_account_stopped(shop: Shop, boss: Browser) -> None:
    account = shop.connect(secret="wrong")
    stop(account, Reason.WRONG_PASSWORD)

    boss.press("/integration/", "/integration/smsc/go-on")

    assert read(lambda session: session.get_one(Account, account.id)).stopped_reason == "wrong_password"


def test_a_stop_whose_time_is_over_is_not_shown(shop: Shop, boss: Browser) -> None:
    shop.connect()
    set_account(stopped_reason="provider_busy", stopped_until=db_now(-1))

    assert "The provider asks to wait." not in boss.read("/integration/")
