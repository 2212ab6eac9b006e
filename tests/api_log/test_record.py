"""Recording calls: only while the switch is on, after the accounting, and never in its way."""

import logging
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import func, insert, select, text, update

from smsadmin import accounts
from smsadmin.api_log import record, switch
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import db_now, engine, read, write
from smsadmin.models import Account, ApiCall, Integration
from smsadmin.providers.base import CheckFailed
from smsadmin.sending.sweeper import sweep
from smsadmin.sending.to_oneself import Addressee, send_test
from smsadmin.states import State
from tests.plugin import Shop


def calls() -> list[ApiCall]:
    """Return what the log holds, oldest first."""
    return list(read(lambda session: session.scalars(select(ApiCall).order_by(ApiCall.id)).all()))


def old(number: int, days: float) -> None:
    """Write calls that ended some days ago."""
    row = {
        **{
            "at": db_now(-days * 86_400),
            "provider": "smsc",
            "kind": "send",
            "method": "POST",
            "request_id": "",
        },
        **{"address": "", "failure": "", "milliseconds": 1, "request": "", "reply": ""},
        **{"address_cut": "", "request_cut": "", "reply_cut": ""},
    }
    for _ in range(number):
        write(lambda session: session.execute(insert(ApiCall).values(row)))


def test_it_is_off_until_it_is_switched_on(shop: Shop) -> None:
    accounts.refresh_balance(shop.connect())

    assert switch.on_until() is None
    assert calls() == []


def test_every_kind_of_call_is_written(shop: Shop) -> None:
    switch.switch_on()
    account = shop.connect()
    shop.customers(3)
    shop.sent()
    accounts.refresh_balance(account)
    send_test(account, Addressee("1", "Мария", "+79261110000"), "Проверка")

    found = calls()

    assert [call.kind for call in found] == ["quote", "send", "balance", "send"]
    assert {call.status for call in found} == {200}
    assert {(call.provider, call.account_id, call.method) for call in found} == {("smsc", account.id, "POST")}
    scripts = ["send.php", "send.php", "balance.php", "send.php"]
    assert [call.address.rpartition("/")[2] for call in found] == scripts
    assert all(0 <= call.milliseconds < 10_000 for call in found)
    assert all(abs((utc_now() - call.at).total_seconds()) < 60 for call in found)
    assert [bool(call.request_id) for call in found] == [False, True, False, True]


def test_calls_of_several_threads_are_all_written(shop: Shop) -> None:
    switch.switch_on()
    shop.connect("twilio")
    shop.customers(20)
    shop.sent()

    found = calls()

    assert len(found) == 20
    assert {call.status for call in found} == {201}
    # With a whole one, the address at which its receipt comes could be worked out.
    assert {len(call.request_id) for call in found} == {record.SHOWN_OF_A_KEY}


def test_a_call_that_fails_is_written_with_the_kind_of_its_failure(shop: Shop) -> None:
    switch.switch_on()
    account = shop.connect(base_url="http://127.0.0.1:9/")
    write(lambda session: session.execute(update(Account).values(base_url="http://127.0.0.1:9/")))

    with pytest.raises(CheckFailed):
        accounts.refresh_balance(read(lambda session: session.get_one(Account, account.id)))

    [call] = calls()
    assert (call.status, call.reply) == (None, "")
    assert call.failure


def test_a_log_that_cannot_be_written_changes_nothing_for_the_sms(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    switch.switch_on()
    shop.connect()
    shop.customers(2)
    with engine().begin() as connection:
        connection.execute(text("DROP TABLE sms_api_calls"))

    with caplog.at_level(logging.ERROR):
        broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"accepted": 2}
    assert {message.state for message in shop.messages(broadcast_id)} == {State.ACCEPTED}
    # The question about the price, and the SMS.
    lines = [each.getMessage() for each in caplog.records if "API access log" in each.getMessage()]
    assert len(lines) == 2
    assert all(line.startswith("the API access log misses calls to smsc: ") for line in lines)
    assert "+79" not in "".join(lines)


def test_the_log_is_looked_for_once_a_turn_and_not_in_every_call(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[datetime | None] = []

    def look() -> datetime | None:
        looks.append(switch.on_until())
        return looks[-1]

    monkeypatch.setattr(record, "on_until", look)
    shop.connect("twilio")
    shop.customers(40)

    shop.sent()

    # Forty calls in two claims: sixteen in the first, thirty-two at most in those after it.
    assert 1 <= len(looks) <= 2


def test_it_switches_itself_off(shop: Shop) -> None:
    switch.switch_on()
    until = switch.on_until()
    assert until is not None
    assert abs((until - utc_now()).total_seconds() - settings().api_log_for) < 60

    write(lambda session: session.execute(update(Integration).values(log_until=db_now(-1))))
    accounts.refresh_balance(shop.connect())

    assert switch.on_until() is None
    assert calls() == []


def test_it_is_switched_off_by_hand(shop: Shop) -> None:
    switch.switch_on()
    switch.switch_off()

    accounts.refresh_balance(shop.connect())

    assert calls() == []


def test_the_sweeper_forgets_what_is_older_than_a_week(shop: Shop) -> None:
    old(1, days=7.01)
    old(1, days=6.99)

    sweep("worker")

    assert len(calls()) == 1


def test_no_more_calls_are_kept_than_the_setting_says(shop: Shop) -> None:
    shop.app.extensions["smsadmin"].settings = replace(settings(), api_log_calls=3)
    old(5, days=1)
    before = [call.id for call in calls()]

    switch.forget_old_calls()

    assert [call.id for call in calls()] == before[2:]
    assert read(lambda session: session.scalar(select(func.count(ApiCall.id)))) == 3
