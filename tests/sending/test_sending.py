"""Claim, submit, record over real HTTP: what the provider took is known here, and nothing goes twice."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from smsadmin import accounts
from smsadmin.broadcasts import global_switch, lifecycle
from smsadmin.database import db_now, read, write
from smsadmin.models import Account, Answered, Asked, Message
from smsadmin.providers import provider
from smsadmin.reasons import Reason
from smsadmin.sending.claim import claim
from smsadmin.sending.record import record
from smsadmin.sending.sweeper import expire_late
from smsadmin.states import BroadcastState, State
from smsadmin.suppression import suppress
from tests.hostapp.models import Client, db
from tests.plugin import Shop, fresh_phone


def count_at_provider(shop: Shop, name: str = "smsc") -> int:
    return shop.simulator.counts(name)["received"]


@pytest.mark.parametrize("name", ["smsc", "twilio", "seventech"])
def test_each_recipient_gets_it_once_and_the_broadcast_finishes(shop: Shop, name: str) -> None:
    shop.connect(name)
    shop.customers(5)
    before = shop.simulator.counts(name)

    broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"accepted": 5}
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED
    after = shop.simulator.counts(name)
    assert after["received"] == before["received"] + 5
    assert after["duplicates"] == before["duplicates"]


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_a_refused_number_is_rejected_with_its_reason_and_the_rest_goes(shop: Shop, name: str) -> None:
    shop.connect(name)
    shop.customer(phone=fresh_phone("9901"))
    shop.customers(2)

    broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"accepted": 2, "rejected": 1}
    assert set(shop.reasons(broadcast_id)) <= {"number_refused", "bad_number", "no_such_subscriber"}


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_an_answer_that_never_came_is_unknown_and_is_not_sent_again(shop: Shop, name: str) -> None:
    shop.connect(name)
    shop.customer(phone=fresh_phone("9911"))
    before = count_at_provider(shop, name)

    broadcast_id = shop.sent()
    shop.work()

    assert shop.states(broadcast_id) == {"unknown": 1}
    assert shop.reasons(broadcast_id) == {"no_answer": 1}
    assert count_at_provider(shop, name) == before + 1


def test_the_ledger_tells_what_was_asked_and_answered_without_codes(shop: Shop) -> None:
    shop.connect()
    shop.customer()

    shop.sent("Сюда: http://localhost/sale", wrap_clicks=True)

    asked = read(lambda session: session.scalars(select(Asked)).one())
    answered = read(lambda session: session.get_one(Answered, asked.attempt_id))
    assert asked.text == "Сюда: \ue000\ue100"
    assert asked.reference == f"{asked.request_id}:{asked.phone[1:]}"
    assert (answered.outcome, answered.parts, answered.currency) == ("accepted", 1, answered.currency)


def test_a_wrong_password_stops_the_account_and_everything_waits(shop: Shop) -> None:
    shop.connect(secret="wrong")
    shop.customers(3)

    broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"queued": 3}
    account = accounts.sending_account()
    assert account is not None
    assert account.stopped_reason == Reason.WRONG_PASSWORD
    assert shop.row(broadcast_id).state == BroadcastState.SENDING


def test_check_and_go_on_sends_the_rest(shop: Shop) -> None:
    account = shop.connect()
    shop.customers(3)
    broadcast_id = shop.formed()
    write(lambda session: accounts.stop(session, account.id, Reason.NO_MONEY, None))
    lifecycle.send(broadcast_id, "Мария")
    shop.work()
    assert shop.states(broadcast_id) == {"queued": 3}

    accounts.go_on(account.id)
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 3}


def test_an_unreachable_provider_makes_everything_wait_and_go_on_by_itself(shop: Shop) -> None:
    from dataclasses import replace

    account = shop.connect()
    shop.customers(2)
    plugin = shop.app.extensions["smsadmin"]
    there = plugin.settings
    plugin.settings = replace(there, base_urls={"smsc": "http://127.0.0.1:9"})

    broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"queued": 2}
    plugin.settings = there
    past = update(Account).where(Account.id == account.id).values(stopped_until=db_now(-1))
    write(lambda session: session.execute(past))
    now = update(Message).values(not_before=None)
    write(lambda session: session.execute(now))
    shop.work()
    assert shop.states(broadcast_id) == {"accepted": 2}
    assert (accounts.sending_account() or account).stopped_reason is None


def test_pause_lets_nothing_leave_and_resume_sends_exactly_the_rest(shop: Shop) -> None:
    shop.connect()
    shop.customers(4)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    lifecycle.pause(broadcast_id)
    before = count_at_provider(shop)
    shop.work()
    assert shop.states(broadcast_id) == {"queued": 4}
    assert count_at_provider(shop) == before

    lifecycle.resume(broadcast_id)
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 4}
    assert count_at_provider(shop) == before + 4


def test_cancel_stops_what_waits_and_what_comes_back_later(shop: Shop) -> None:
    account = shop.connect()
    shop.customers(3)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    under_way = claim(account, provider("smsc"), broadcast_id, 1)

    lifecycle.cancel(broadcast_id)
    from smsadmin.providers.base import Answer, Outcome

    record(account.id, [(m, Answer(Outcome.TRY_LATER)) for m in under_way.messages])

    assert shop.states(broadcast_id) == {"cancelled": 3}
    shop.work()
    assert shop.states(broadcast_id) == {"cancelled": 3}


def test_the_global_switch_pauses_broadcasts_which_do_not_resume_by_themselves(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    global_switch.switch_off()
    global_switch.switch_on()
    shop.work()

    assert shop.states(broadcast_id) == {"queued": 2}
    assert shop.row(broadcast_id).state == BroadcastState.PAUSED
    assert shop.row(broadcast_id).pause_reason == Reason.SMS_OFF


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda client: suppress(str(client.uid), by="Мария"), "suppressed"),
        (lambda client: setattr(client, "mobile", fresh_phone()), "phone_changed"),
        (db.session.delete, "customer_gone"),
    ],
)
def test_what_changed_after_the_list_was_formed_is_seen_before_it_leaves(
    shop: Shop, change: object, reason: str
) -> None:
    shop.connect()
    client = shop.customer()
    shop.customer()
    broadcast_id = shop.formed()
    change(db.session.get(Client, client.uid))  # type: ignore[operator]
    db.session.commit()

    lifecycle.send(broadcast_id, "Мария")
    shop.work()

    assert shop.states(broadcast_id) == {"cancelled": 1, "accepted": 1}
    assert shop.reasons(broadcast_id) == {reason: 1}


def test_a_batch_refused_as_a_whole_goes_again_in_halves_until_the_guilty_one_stands_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The simulator refuses numbers one by one, so the whole-batch refusal is played by the provider's object."""
    from smsadmin.providers.base import Answer, Outcome

    shop.connect()
    clients = shop.customers(9)
    guilty = clients[4].mobile
    before = shop.simulator.counts("smsc")["duplicates"]
    smsc = provider("smsc")
    really_send = smsc.send
    sizes = []

    def send(credentials, request_id, messages, deadline):  # type: ignore[no-untyped-def]
        sizes.append(len(messages))
        if guilty in [message.phone for message in messages]:
            outcome = Outcome.REJECTED if len(messages) == 1 else Outcome.BATCH_REFUSED
            return [Answer(outcome, Reason.NUMBER_REFUSED)] * len(messages)
        return really_send(credentials, request_id, messages, deadline)

    monkeypatch.setattr(smsc, "send", send, raising=False)
    broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"accepted": 8, "rejected": 1}
    assert sizes == [9, 5, 3, 2, 1, 1, 4]
    assert shop.simulator.counts("smsc")["duplicates"] == before


def test_what_waited_past_its_last_moment_expires(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    past = update(Message).values(not_after=db_now(-1))
    write(lambda session: session.execute(past))
    lifecycle.send(broadcast_id, "Мария")

    shop.work()
    expire_late()

    assert shop.states(broadcast_id) == {"expired": 1}
    assert shop.reasons(broadcast_id) == {"too_late": 1}


def test_a_stop_with_an_end_goes_on_by_itself_and_the_first_call_goes_alone(shop: Shop) -> None:
    account = shop.connect()
    shop.customers(3)
    broadcast_id = shop.formed()
    write(lambda session: accounts.stop(session, account.id, Reason.PROVIDER_BUSY, timedelta(seconds=0.01)))
    time.sleep(0.05)
    before = shop.simulator.counts("smsc")["requests"]
    lifecycle.send(broadcast_id, "Мария")

    shop.work()

    assert shop.states(broadcast_id) == {State.ACCEPTED: 3}
    assert shop.simulator.counts("smsc")["requests"] == before + 2
