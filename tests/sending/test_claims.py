"""What a claim takes, and that it is one transaction with its counters and the ledger, on both databases."""

import time
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import OperationalError

from smsadmin import emit
from smsadmin.broadcasts import drafts, lifecycle
from smsadmin.database import read, write
from smsadmin.events import switches
from smsadmin.jobs import prepare_broadcast
from smsadmin.models import Asked, Message
from smsadmin.providers import provider
from smsadmin.sending import to_oneself
from smsadmin.sending.account_loop import send_for
from smsadmin.sending.claim import claim
from smsadmin.states import BroadcastState, State
from tests.hostapp.models import Client, db
from tests.plugin import Shop, fresh_phone

VALUES = {"amount": "150", "balance": "1 150"}


def credited(client: Client, fact: str) -> None:
    emit("bonuses_credited", customer_key=str(client.uid), fact=fact, values=VALUES)
    db.session.commit()


def test_two_notifications_to_one_phone_leave_in_two_requests(shop: Shop) -> None:
    """SMSC knows a message by request and phone: a phone may stand only once in a request."""
    shop.connect()
    switches.turn("bonuses_credited", True, "Мария")
    client = shop.customer()
    credited(client, "1")
    credited(client, "2")
    credited(shop.customer(), "3")
    before = shop.simulator.counts("smsc")["requests"]

    shop.work()

    assert [message.state for message in shop.messages()] == ["accepted"] * 3
    assert shop.simulator.counts("smsc")["requests"] == before + 2


def test_a_claim_that_fails_half_way_takes_nothing(shop: Shop) -> None:
    account = shop.connect()
    shop.customers(3)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    def fail(conn, cursor, statement, *rest):  # type: ignore[no-untyped-def]
        if "INTO sms_asked" in statement:
            raise OperationalError(statement, {}, Exception("the disk is full"))

    event.listen(db.engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(OperationalError):
            claim(account, provider("smsc"), broadcast_id, 2)
    finally:
        event.remove(db.engine, "before_cursor_execute", fail)

    assert shop.states(broadcast_id) == {"queued": 3}


def test_a_claim_that_is_repeated_whole_gives_every_message_one_attempt(shop: Shop) -> None:
    account = shop.connect()
    shop.customers(3)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    locked = ["database is locked"]

    def fail_once(conn, cursor, statement, *rest):  # type: ignore[no-untyped-def]
        if "INTO sms_asked" in statement and locked:
            raise OperationalError(statement, {}, Exception(locked.pop()))

    event.listen(db.engine, "before_cursor_execute", fail_once)
    try:
        claimed = claim(account, provider("smsc"), broadcast_id, 2)
    finally:
        event.remove(db.engine, "before_cursor_execute", fail_once)

    assert len(claimed.messages) == 2
    assert shop.states(broadcast_id) == {"queued": 1, "sending": 2}
    assert read(lambda session: session.scalar(select(func.count()).select_from(Asked))) == 2


def test_what_cannot_be_put_into_words_goes_back_because_nothing_was_sent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed("Сюда: http://localhost/sale", wrap_clicks=True)
    lifecycle.send(broadcast_id, "Мария")
    before = shop.simulator.counts("smsc")["received"]

    def broken(*arguments: object) -> str:
        raise IndexError("Position 7 is not in the block")

    with monkeypatch.context() as patched:
        patched.setattr("shortlinks.blocks.short_addresses", broken)
        send_for(account.id, time.monotonic() + 60)

    assert shop.states(broadcast_id) == {"queued": 2}
    assert shop.simulator.counts("smsc")["received"] == before
    lifecycle.resume(broadcast_id)
    shop.work()
    assert shop.states(broadcast_id) == {"accepted": 2}


def test_no_transaction_of_the_host_is_open_during_a_call(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect()
    shop.customer()
    smsc = provider("smsc")
    pool: Any = db.engine.pool
    really_send, seen = smsc.send, []

    def send(*arguments):  # type: ignore[no-untyped-def]
        seen.append(pool.checkedout())
        return really_send(*arguments)

    monkeypatch.setattr(smsc, "send", send, raising=False)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    shop.work()

    assert seen == [0]


def test_a_test_sms_that_was_left_waiting_does_not_hold_the_notifications_up(shop: Shop) -> None:
    """The process died before it could cancel it; no customer of the host has such a key."""
    account = shop.connect()
    switches.turn("bonuses_credited", True, "Мария")
    to_oneself.send_test(account, to_oneself.Addressee("1", "Мария", fresh_phone()), "Проверка")
    left = update(Message).values(state=State.QUEUED, rank=0)
    write(lambda session: session.execute(left))
    credited(shop.customer(), "1")

    shop.work()

    assert [(m.state, m.reason) for m in shop.messages()] == [
        ("cancelled", "customer_gone"),
        ("accepted", ""),
    ]


def test_a_job_leaves_no_transaction_of_the_host_open(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.broadcast("Сюда: http://localhost/sale", wrap_login=True)
    drafts.form_list(broadcast_id, shop.row(broadcast_id).text)

    prepare_broadcast(broadcast_id, "a")

    assert shop.row(broadcast_id).state == BroadcastState.READY
    assert not db.session().in_transaction()
