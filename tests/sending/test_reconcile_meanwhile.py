"""What happens while somebody asks: accounts are replaced, workers are late, questions fail, clocks differ."""

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from smsadmin import links
from smsadmin.broadcasts import lifecycle
from smsadmin.broadcasts.confirm_anew import confirm_anew
from smsadmin.clock import utc_now
from smsadmin.database import db_now, read, write
from smsadmin.models import Account, Asked, Message
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Missing, Outcome
from smsadmin.reasons import Reason
from smsadmin.sealing import seal
from smsadmin.sending import lookups
from smsadmin.sending.apply import apply_receipts
from smsadmin.sending.claim import claim
from smsadmin.sending.doubts import due
from smsadmin.sending.lookups import ask_providers
from smsadmin.sending.record import record
from smsadmin.sending.submit import NOT_BEGUN
from smsadmin.sending.sweeper import end_leases, sweep
from smsadmin.states import BroadcastState
from tests.hostapp.models import db
from tests.plugin import Shop, fresh_phone
from tests.sending.test_lookups import sent_to
from tests.sending.test_reconcile import ask, never_left


def replace_account(shop: Shop, broadcast_id: int, **fields: Any) -> Account:
    """Connect another login and confirm the rest of the broadcast for it; return the account that is gone."""
    old = read(lambda session: session.get_one(Account, shop.row(broadcast_id).account_id))
    new = shop.connect(**fields)
    lifecycle.pause(broadcast_id, Reason.NOT_CONNECTED)
    confirm_anew(broadcast_id, "Ольга", new)
    return old


def make_due(**values: Any) -> None:
    due_now = update(Message).where(Message.lookup_at.is_not(None)).values(lookup_at=db_now(-1), **values)
    write(lambda session: session.execute(due_now))
    write(lambda session: session.execute(update(Account).values(next_lookup_at=None)))


def work(shop: Shop) -> None:
    """Let the worker go round: send, sweep, send."""
    shop.work()
    sweep("test")
    shop.work()


def test_what_never_arrived_at_a_replaced_account_ends_and_so_does_its_broadcast(shop: Shop) -> None:
    broadcast_id = never_left(shop)
    replace_account(shop, broadcast_id, login="other")

    ask()
    ask()
    work(shop)

    assert shop.states(broadcast_id) == {"cancelled": 1}
    assert shop.reasons(broadcast_id) == {"account_replaced": 1}
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_what_a_replaced_account_gives_back_ends_too(shop: Shop) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    [under_way] = claim(account, provider("smsc"), broadcast_id, 1).messages
    replace_account(shop, broadcast_id, login="other")

    record(account.id, [(under_way, Answer(Outcome.TRY_LATER))])
    work(shop)

    assert shop.reasons(broadcast_id) == {"account_replaced": 1}
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_what_waits_for_a_connected_account_is_not_touched(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    sweep("test")

    assert shop.states(broadcast_id) == {"queued": 2}


def test_nobody_asks_for_ever_through_a_removed_account_whose_password_is_refused(shop: Shop) -> None:
    broadcast_id = never_left(shop)
    old = replace_account(shop, broadcast_id, login="other")
    revoked = update(Account).where(Account.id == old.id).values(sealed_secret=seal("revoked"))
    write(lambda session: session.execute(revoked))

    ask()
    work(shop)

    assert shop.states(broadcast_id) == {"unknown": 1}
    assert shop.messages(broadcast_id)[0].lookup_at is None
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_a_settling_time_that_ends_between_two_statements_cancels_nothing(shop: Shop) -> None:
    broadcast_id = never_left(shop)
    ask()
    make_due(not_found_at=db_now(-116))
    moves: list[str] = []

    def slow(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE sms_messages SET state"):
            moves.append(statement)
            if len(moves) == 2:
                time.sleep(4.5)

    event.listen(db.engine, "before_cursor_execute", slow)
    try:
        assert ask_providers() == 1
    finally:
        event.remove(db.engine, "before_cursor_execute", slow)

    assert len(moves) >= 2
    assert shop.states(broadcast_id) == {"unknown": 1}


def test_a_late_worker_says_nothing_about_a_newer_attempt(shop: Shop) -> None:
    """It asked about the first attempt, and writes down the answer when the second is already in doubt."""
    broadcast_id = never_left(shop)
    account = read(lambda session: session.scalars(select(Account)).one())
    make_due()
    of_the_late_one = due(account, 100)
    assert len(of_the_late_one) == 1
    ask()
    ask()
    claim(account, provider("smsc"), broadcast_id, 1)
    shop.end_leases_now()
    end_leases()

    absent = [Missing.NOT_FOUND] * len(of_the_late_one)
    write(lambda session: lookups._keep(session, account, of_the_late_one, absent))

    [message] = shop.messages(broadcast_id)
    assert (message.state, message.not_found_at) == ("unknown", None)
    ask()
    assert shop.states(broadcast_id) == {"unknown": 1}


def test_a_claim_forgets_what_was_told_about_the_attempt_before(shop: Shop) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    write(lambda session: session.execute(update(Message).values(not_found_at=db_now(), lookup_at=db_now())))

    claim(account, provider("smsc"), broadcast_id, 1)

    [message] = shop.messages(broadcast_id)
    assert (message.not_found_at, message.lookup_at) == (None, None)


def test_a_question_that_failed_does_not_end_a_search(shop: Shop) -> None:
    shop.connect("twilio")
    shop.customer(phone=fresh_phone("9911"))
    broadcast_id = shop.sent()
    shop.simulator.order(provider="twilio", of="list", faults=["server-error"])
    write(lambda session: session.execute(update(Asked).values(at=utc_now() - timedelta(minutes=61))))
    make_due()

    assert ask_providers() == 0

    [message] = shop.messages(broadcast_id)
    assert (message.state, message.lookup_at is not None) == ("unknown", True)


def test_a_clock_of_ours_that_is_five_minutes_ahead_still_finds_at_twilio(shop: Shop) -> None:
    shop.connect("twilio")
    shop.customer(phone=fresh_phone("9911"))
    broadcast_id = shop.sent()
    write(lambda session: session.execute(update(Asked).values(at=utc_now() + timedelta(minutes=5))))
    make_due()

    ask_providers()
    apply_receipts()

    assert set(shop.states(broadcast_id)) <= {"accepted", "delivered"}


def test_calls_that_never_began_do_not_end_the_count_of_losses(shop: Shop) -> None:
    account = shop.connect("twilio")
    shop.customers(2)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    write(lambda session: session.execute(update(Account).values(lost_in_a_row=1)))
    lost, not_begun = claim(account, provider("twilio"), broadcast_id, 2).messages

    record(account.id, [(lost, Answer(Outcome.UNKNOWN)), (not_begun, NOT_BEGUN)])
    again = claim(account, provider("twilio"), broadcast_id, 2).messages
    record(account.id, [(message, NOT_BEGUN) for message in again])

    assert read(lambda session: session.get_one(Account, account.id)).lost_in_a_row == 2


def test_one_message_that_cannot_be_asked_about_keeps_nobody_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key of its links is gone, so its text cannot be written any more."""
    sent_to(shop, "", name="twilio")
    sent_to(shop, "")
    make_due()

    def no_key(messages: object) -> list[str]:
        raise LookupError("no such key")

    monkeypatch.setattr(links, "texts", no_key)

    assert ask_providers() == 2
    assert ask_providers() == 0


def test_a_turn_with_nothing_left_to_ask_makes_no_call(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    sent_to(shop, "")
    make_due()
    before = shop.simulator.counts("smsc")["requests"]
    # Receipts for all of them come after the turn was taken.
    monkeypatch.setattr(lookups, "due", lambda account, limit: [])

    assert ask_providers() == 0
    assert shop.simulator.counts("smsc")["requests"] == before
