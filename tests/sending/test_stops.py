"""An account that was stopped: what ends the stop, and what must not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from smsadmin import accounts
from smsadmin.accounts import CHECK_DEADLINE
from smsadmin.broadcasts import lifecycle
from smsadmin.clock import utc_now
from smsadmin.database import db_now, read, write
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.claim import claim
from smsadmin.sending.record import record
from smsadmin.sending.to_oneself import Addressee, send_test
from tests.plugin import Shop


def as_it_is(account: Account) -> Account:
    return read(lambda session: session.get_one(Account, account.id))


def test_a_pause_of_seconds_does_not_shorten_a_stop_for_a_person_to_look(shop: Shop) -> None:
    """Two workers: one hears "no money", the other, a moment later, "too many requests"."""
    account = shop.connect()
    write(lambda session: accounts.stop(session, account.id, Reason.NO_MONEY, None))

    write(lambda session: accounts.stop(session, account.id, Reason.PROVIDER_BUSY, timedelta(seconds=5)))

    stopped = as_it_is(account)
    assert (stopped.stopped_reason, stopped.stopped_until) == (Reason.NO_MONEY, None)


def test_a_short_pause_does_not_end_a_longer_one(shop: Shop) -> None:
    account = shop.connect()
    write(lambda session: accounts.stop(session, account.id, Reason.ADDRESS_BLOCKED, timedelta(minutes=30)))

    write(lambda session: accounts.stop(session, account.id, Reason.PROVIDER_BUSY, timedelta(seconds=5)))

    assert as_it_is(account).stopped_reason == Reason.ADDRESS_BLOCKED


def test_a_pause_that_ran_out_can_be_followed_by_another(shop: Shop) -> None:
    account = shop.connect()
    write(lambda session: accounts.stop(session, account.id, Reason.ADDRESS_BLOCKED, timedelta(minutes=30)))
    past = update(Account).values(stopped_until=db_now(-1))
    write(lambda session: session.execute(past))

    write(lambda session: accounts.stop(session, account.id, Reason.PROVIDER_BUSY, timedelta(seconds=5)))

    assert as_it_is(account).stopped_reason == Reason.PROVIDER_BUSY


def test_a_good_answer_does_not_end_a_stop_that_came_while_it_was_under_way(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = shop.connect()
    shop.customers(2)
    write(lambda session: accounts.stop(session, account.id, Reason.PROVIDER_BUSY, timedelta(seconds=5)))
    past = update(Account).values(stopped_until=db_now(-1))
    write(lambda session: session.execute(past))
    smsc = provider("smsc")
    really_send = smsc.send

    def send(*arguments: Any) -> list[Answer]:
        with shop.app.app_context():
            write(lambda session: accounts.stop(session, account.id, Reason.NO_MONEY, None))
        return really_send(*arguments)

    monkeypatch.setattr(smsc, "send", send, raising=False)
    broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"accepted": 1, "queued": 1}
    assert as_it_is(account).stopped_reason == Reason.NO_MONEY


def test_the_reason_of_a_pause_is_what_the_provider_said(shop: Shop) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    under_way = claim(account, provider("smsc"), broadcast_id, 1)
    not_there = Answer(Outcome.TRY_LATER, Reason.PROVIDER_UNREACHABLE, retry_after=timedelta(seconds=30))

    record(account.id, [(under_way.messages[0], not_there)])

    assert as_it_is(account).stopped_reason == Reason.PROVIDER_UNREACHABLE


def test_when_every_request_is_refused_the_account_stops_before_the_broadcast_is_gone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in what we ask (a wrong sender, say) is nobody's guilt among the recipients."""
    account = shop.connect()
    shop.customers(60)
    calls = []

    def refuse(credentials: Any, request_id: str, messages: Any, deadline: float) -> list[Answer]:
        calls.append(len(messages))
        outcome = Outcome.REJECTED if len(messages) == 1 else Outcome.BATCH_REFUSED
        return [Answer(outcome, Reason.BAD_REQUEST)] * len(messages)

    monkeypatch.setattr(provider("smsc"), "send", refuse, raising=False)
    broadcast_id = shop.sent()

    assert as_it_is(account).stopped_reason == Reason.BAD_REQUEST
    assert len([size for size in calls if size > 1]) == 10
    assert shop.states(broadcast_id)["queued"] > 50


def test_a_test_sms_has_a_lease_as_long_as_its_call_may_take(shop: Shop) -> None:
    account = shop.connect()
    wired = shop.app.extensions["smsadmin"]
    wired.settings = replace(wired.settings, lease=1.5, call_deadline=1)

    before = utc_now()
    message = send_test(account, Addressee("1", "Ольга", "+79261110000"), "Проверка")

    assert message.lease_until is not None
    assert message.lease_until > before + timedelta(seconds=CHECK_DEADLINE)
