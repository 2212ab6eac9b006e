"""What people decide about messages in doubt: ask again, send again as if not sent, leave; and when they cannot."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from smsadmin import emit
from smsadmin.accounts import remove
from smsadmin.broadcasts import global_switch, lifecycle
from smsadmin.database import db_now, write
from smsadmin.events import switches
from smsadmin.models import Account
from smsadmin.reasons import Reason
from smsadmin.sending.decisions import send_again
from smsadmin.sending.in_doubt import Choice, Why
from smsadmin.sending.moves import Target, move
from smsadmin.sending.to_oneself import Addressee, send_test
from smsadmin.states import BroadcastState, State
from tests.hostapp.models import db
from tests.plugin import Shop
from tests.sending.deciding import (
    MARIA,
    attempts,
    change,
    decide,
    decisions_made,
    kill_worker,
    killed,
    lost,
    seen,
)


def arrived(shop: Shop, broadcast_id: int) -> int:
    [message] = shop.messages(broadcast_id)
    return len(shop.simulator.arrived(message.phone[1:]))


@pytest.mark.parametrize("name", ["smsc", "twilio", "seventech"])
def test_what_had_been_taken_arrives_twice_as_the_person_was_warned(shop: Shop, name: str) -> None:
    broadcast_id = lost(shop, "cut", name)
    assert arrived(shop, broadcast_id) == 1

    decide(shop, broadcast_id, send_again)
    shop.work()

    assert arrived(shop, broadcast_id) == 2
    assert shop.states(broadcast_id) == {"accepted": 1}
    assert attempts() == 2


@pytest.mark.parametrize("name", ["smsc", "twilio", "seventech"])
def test_what_had_not_been_taken_arrives_once(shop: Shop, name: str) -> None:
    broadcast_id = lost(shop, "reset-before", name)
    assert arrived(shop, broadcast_id) == 0

    decide(shop, broadcast_id, send_again)
    shop.work()

    assert arrived(shop, broadcast_id) == 1
    assert shop.states(broadcast_id) == {"accepted": 1}
    assert attempts() == 2


def test_it_is_written_down_who_decided_and_at_what_price(shop: Shop) -> None:
    broadcast_id = lost(shop)
    [before] = shop.messages(broadcast_id)

    decide(shop, broadcast_id, send_again)

    [decision] = decisions_made()
    assert (decision.message_id, decision.attempt_id) == (before.id, before.attempt_id)
    assert (decision.decision, decision.by_key, decision.by_name) == (Choice.SEND_AGAIN, "7", "Мария")
    assert (decision.price, decision.currency) == (Decimal("2.50"), "RUB")


def test_a_price_that_nobody_knows_is_written_down_as_unknown(shop: Shop) -> None:
    broadcast_id = lost(shop, price=None)

    decide(shop, broadcast_id, send_again)

    assert decisions_made()[0].price is None


def test_it_goes_at_the_price_of_today_which_was_shown(shop: Shop) -> None:
    broadcast_id = lost(shop)
    write(lambda session: session.execute(update(Account).values(price_of_part=Decimal(4))))

    decide(shop, broadcast_id, send_again)

    assert shop.messages(broadcast_id)[0].price == decisions_made()[0].price == Decimal(4)


def test_a_finished_broadcast_goes_on_for_it_and_is_finished_again(shop: Shop) -> None:
    broadcast_id = killed(shop, name="seventech")
    assert lifecycle.finish(broadcast_id)

    decide(shop, broadcast_id, send_again)
    assert (shop.row(broadcast_id).state, shop.row(broadcast_id).finished_at) == (
        BroadcastState.SENDING,
        None,
    )
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 1}
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_in_a_paused_broadcast_it_waits_until_that_goes_on(shop: Shop) -> None:
    broadcast_id = killed(shop)
    lifecycle.pause(broadcast_id)

    decide(shop, broadcast_id, send_again)
    shop.work()

    assert shop.states(broadcast_id) == {"queued": 1}
    assert shop.row(broadcast_id).state == BroadcastState.PAUSED


def notified(shop: Shop) -> Account:
    account = shop.connect()
    switches.turn("birthday", True, "Мария")
    emit("birthday", customer_key=str(shop.customer().uid), fact="2026")
    db.session.commit()
    kill_worker(shop, account, None)
    return account


def test_a_notification_is_sent_again_while_it_is_useful(shop: Shop) -> None:
    notified(shop)

    decide(shop, None, send_again)
    shop.work()

    assert [message.state for message in shop.messages()] == ["accepted"]


def in_a_cancelled_broadcast(shop: Shop) -> int:
    broadcast_id = killed(shop)
    lifecycle.cancel(broadcast_id)
    return broadcast_id


def too_late(shop: Shop) -> int:
    broadcast_id = killed(shop)
    change(not_after=db_now(-1))
    return broadcast_id


def of_a_removed_account(shop: Shop) -> int:
    broadcast_id = killed(shop)
    remove("smsc")
    shop.connect("twilio")
    return broadcast_id


def while_sms_is_off(shop: Shop) -> int:
    broadcast_id = killed(shop)
    global_switch.switch_off()
    return broadcast_id


def already_waiting(shop: Shop) -> int:
    broadcast_id = killed(shop)
    decide(shop, broadcast_id, send_again)
    return broadcast_id


@pytest.mark.parametrize(
    ("arrange", "why"),
    [
        (in_a_cancelled_broadcast, Why.CANCELLED),
        (too_late, Why.TOO_LATE),
        (of_a_removed_account, Why.ACCOUNT_REMOVED),
        (while_sms_is_off, Why.SMS_OFF),
        (already_waiting, Why.SETTLED),
    ],
)
def test_where_it_may_not_go_it_is_left_out_and_told_why(shop: Shop, arrange: Any, why: Why) -> None:
    broadcast_id = arrange(shop)
    [before], made = shop.messages(broadcast_id), len(decisions_made())

    decided = decide(shop, broadcast_id, send_again)

    assert (list(decided.done), dict(decided.left_out)) == ([], {why: 1})
    [after] = shop.messages(broadcast_id)
    assert (after.state, after.account_id) == (before.state, before.account_id)
    assert len(decisions_made()) == made


def test_a_notification_that_is_too_late_is_left_out(shop: Shop) -> None:
    notified(shop)
    change(not_after=db_now(-1))

    assert decide(shop, None, send_again).left_out == {Why.TOO_LATE: 1}


def test_a_test_sms_is_left_out(shop: Shop) -> None:
    account = shop.connect()
    shop.simulator.order(provider="smsc", faults=["cut"])
    assert send_test(account, Addressee("1", "Ольга", "+79261110000"), "Проверка").state == "unknown"

    assert decide(shop, None, send_again).left_out == {Why.TEST: 1}


def test_several_go_at_once_whatever_put_them_in_doubt_and_every_figure_agrees(shop: Shop) -> None:
    broadcast_id = killed(shop, 5)
    first, second, *_ = shop.messages(broadcast_id)
    unanswered = Target(State.UNKNOWN, Reason.NO_ANSWER)
    ids = [first.id, second.id]
    write(lambda session: move(session, ids, State.UNKNOWN, unanswered, source_reason=first.reason))
    chosen = {key: mark for key, mark in seen(shop, broadcast_id).items() if key != first.id}

    decided = send_again(chosen, MARIA)

    assert len(decided.done) == 4
    assert shop.states(broadcast_id) == {"queued": 4, "unknown": 1}
    assert shop.reasons(broadcast_id) == {"no_answer": 1}
    assert len(decisions_made()) == 4
