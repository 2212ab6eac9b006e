"""Messages in doubt that the provider does not know: they wait again the second time, and only where they may."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from smsadmin import emit
from smsadmin.broadcasts import lifecycle
from smsadmin.clock import utc_now
from smsadmin.database import db_now, read, write
from smsadmin.events import switches
from smsadmin.models import Account, Asked, Message
from smsadmin.providers import provider
from smsadmin.reasons import Reason
from smsadmin.sending.claim import claim
from smsadmin.sending.lookups import ask_providers
from smsadmin.sending.sweeper import end_leases
from smsadmin.sending.waiting import TEST
from smsadmin.states import BroadcastState
from tests.hostapp.models import db
from tests.plugin import Shop


def never_left(shop: Shop, name: str = "smsc") -> int:
    """Let the worker of a broadcast to one customer have been killed before its call."""
    account = shop.connect(name)
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    claim(account, provider(name), broadcast_id, 1)
    shop.end_leases_now()
    end_leases()
    assert shop.states(broadcast_id) == {"unknown": 1}
    return broadcast_id


def ask(minutes: float = 3, **values: Any) -> int:
    """Ask after so many minutes; `values` change the message first."""
    earlier = utc_now() - timedelta(minutes=minutes)
    found = update(Message).where(Message.not_found_at.is_not(None)).values(not_found_at=earlier)
    write(lambda session: session.execute(found))
    write(lambda session: session.execute(update(Asked).values(at=earlier)))
    due = update(Message).where(Message.lookup_at.is_not(None))
    write(lambda session: session.execute(due.values(lookup_at=db_now(-1), **values)))
    write(lambda session: session.execute(update(Account).values(next_lookup_at=None)))
    return ask_providers()


def test_not_found_once_is_not_believed(shop: Shop) -> None:
    broadcast_id = never_left(shop)

    assert ask() == 1

    [message] = shop.messages(broadcast_id)
    assert message.state == "unknown"
    assert message.not_found_at is not None
    assert message.lookup_at is not None
    assert message.lookup_at > utc_now() + timedelta(minutes=1)


def test_not_found_again_too_soon_is_not_believed_either(shop: Shop) -> None:
    broadcast_id = never_left(shop)
    ask()

    ask(minutes=1)

    assert shop.states(broadcast_id) == {"unknown": 1}


def test_not_found_minutes_apart_waits_again_and_is_sent_once(shop: Shop) -> None:
    broadcast_id = never_left(shop)
    [before] = shop.messages(broadcast_id)
    ask()
    ask()
    assert shop.states(broadcast_id) == {"queued": 1}

    shop.work()

    [after] = shop.messages(broadcast_id)
    assert shop.states(broadcast_id) == {"accepted": 1}
    assert after.attempt_id != before.attempt_id
    assert len(shop.simulator.arrived(after.phone[1:])) == 1
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_a_broadcast_is_not_finished_while_somebody_still_asks(shop: Shop) -> None:
    broadcast_id = never_left(shop)

    assert lifecycle.finish(broadcast_id) is False


@pytest.mark.parametrize("step", [lifecycle.pause, lifecycle.cancel])
def test_it_waits_where_the_broadcast_is_paused_and_ends_where_it_is_cancelled(shop: Shop, step: Any) -> None:
    broadcast_id = never_left(shop)
    step(broadcast_id)

    ask()
    ask()

    ends = {"queued": 1} if step is lifecycle.pause else {"cancelled": 1}
    assert shop.states(broadcast_id) == ends


def test_what_is_not_useful_any_more_is_too_late(shop: Shop) -> None:
    broadcast_id = never_left(shop)

    ask(not_after=db_now(-1))
    ask()

    assert shop.states(broadcast_id) == {"expired": 1}
    assert shop.reasons(broadcast_id) == {"too_late": 1}


def test_a_receipt_that_waits_is_applied_first(shop: Shop) -> None:
    broadcast_id = never_left(shop)
    ask()
    shop.receive(shop.messages(broadcast_id)[0], "1", apply=False)

    ask()

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_notification_in_doubt_waits_again(shop: Shop) -> None:
    account = shop.connect()
    switches.turn("birthday", True, "Мария")
    emit("birthday", customer_key=str(shop.customer().uid), fact="2026")
    db.session.commit()
    claim(account, provider("smsc"), None, 1)
    shop.end_leases_now()
    end_leases()

    ask()
    ask()

    assert [message.state for message in shop.messages()] == ["queued"]


def test_a_test_sms_in_doubt_is_not_sent_again(shop: Shop) -> None:
    broadcast_id = never_left(shop)

    ask(broadcast_id=None, event_kind=TEST)
    ask()

    assert [message.state for message in shop.messages()] == ["cancelled"]
    assert shop.messages(broadcast_id) == []


def test_a_search_that_finds_nothing_proves_nothing_and_ends_after_an_hour(shop: Shop) -> None:
    broadcast_id = never_left(shop, "twilio")

    ask()
    ask()
    assert shop.states(broadcast_id) == {"unknown": 1}

    ask(minutes=61)
    assert ask(minutes=61) == 0
    assert shop.states(broadcast_id) == {"unknown": 1}
    assert lifecycle.finish(broadcast_id) is True


def test_where_nobody_can_be_asked_a_broadcast_ends_with_what_is_in_doubt(shop: Shop) -> None:
    broadcast_id = never_left(shop, "seventech")

    assert lifecycle.finish(broadcast_id) is True


def test_a_provider_that_is_down_costs_few_messages(shop: Shop) -> None:
    """Every call ends in an error page of something on the way; nothing arrives."""
    shop.connect("twilio")
    shop.customers(60)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    shop.simulator.order(provider="twilio", faults=["server-error"] * 48)

    shop.work()

    account = read(lambda session: session.get_one(Account, shop.row(broadcast_id).account_id))
    assert account.stopped_reason == Reason.PROVIDER_UNREACHABLE
    assert shop.states(broadcast_id) == {"queued": 12, "unknown": 48}


def test_after_losses_the_next_call_goes_alone_and_an_answer_ends_the_count(shop: Shop) -> None:
    shop.connect("twilio")
    shop.customer()
    shop.simulator.order(provider="twilio", faults=["cut"])
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    write(lambda session: session.execute(update(Account).values(lost_in_a_row=2)))
    shop.work()
    account = read(lambda session: session.get_one(Account, shop.row(broadcast_id).account_id))
    assert (account.stopped_reason, account.lost_in_a_row) == (Reason.PROVIDER_UNREACHABLE, 3)

    write(lambda session: session.execute(update(Account).values(stopped_until=db_now(-1))))
    shop.customer()
    shop.sent()
    account = read(lambda session: session.get_one(Account, account.id))

    assert (account.stopped_reason, account.lost_in_a_row) == (None, 0)
