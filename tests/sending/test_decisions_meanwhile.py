"""What happens between what a person sees and what he decides: others are first, and nothing goes twice for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update

from smsadmin.broadcasts import lifecycle
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.database import read, write
from smsadmin.models import Account, Asked
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome
from smsadmin.sending.claim import claim
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.decisions import Decided, ask_again, leave, send_again
from smsadmin.sending.in_doubt import Why
from smsadmin.sending.record import record
from smsadmin.sending.sweeper import end_leases
from smsadmin.states import BroadcastState
from tests.plugin import Shop
from tests.sending.deciding import (
    MARIA,
    OLGA,
    attempts,
    decide,
    decisions_made,
    kill_worker,
    killed,
    lost,
    seen,
)
from tests.sending.test_reconcile import ask

ACTS = pytest.mark.parametrize("act", [ask_again, leave, send_again])


def the_account() -> Account:
    return read(lambda session: session.scalars(select(Account)).one())


@ACTS
def test_what_a_receipt_has_settled_is_left_out(shop: Shop, act: Any) -> None:
    broadcast_id = killed(shop)
    shown = seen(shop, broadcast_id)
    shop.receive(shop.messages(broadcast_id)[0], "1")

    assert act(shown, MARIA).left_out == {Why.SETTLED: 1}

    assert shop.states(broadcast_id) == {"delivered": 1}
    assert decisions_made() == []


def test_a_receipt_that_is_stored_but_not_applied_wins_too(shop: Shop) -> None:
    broadcast_id = killed(shop)
    shown = seen(shop, broadcast_id)
    shop.receive(shop.messages(broadcast_id)[0], "1", apply=False)

    assert send_again(shown, MARIA).left_out == {Why.SETTLED: 1}
    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_lookup_that_was_first_wins(shop: Shop) -> None:
    broadcast_id = killed(shop)
    shown = seen(shop, broadcast_id)
    ask()
    ask()
    assert shop.states(broadcast_id) == {"queued": 1}

    assert send_again(shown, MARIA).left_out == {Why.SETTLED: 1}
    assert decisions_made() == []


@ACTS
def test_another_attempt_than_the_one_that_was_seen_is_left_out(shop: Shop, act: Any) -> None:
    broadcast_id = killed(shop)
    shown = seen(shop, broadcast_id)
    decide(shop, broadcast_id, send_again)
    kill_worker(shop, the_account(), broadcast_id)
    assert shop.states(broadcast_id) == {"unknown": 1}

    assert act(shown, OLGA).left_out == {Why.CHANGED: 1}

    assert shop.states(broadcast_id) == {"unknown": 1}
    assert len(decisions_made()) == 1


def test_another_price_than_the_one_that_was_seen_is_left_out(shop: Shop) -> None:
    broadcast_id = lost(shop)
    shown = seen(shop, broadcast_id)
    write(lambda session: session.execute(update(Account).values(price_of_part=3)))

    assert send_again(shown, MARIA).left_out == {Why.CHANGED: 1}
    assert shop.states(broadcast_id) == {"unknown": 1}


def at_once(shop: Shop, *acts: Callable[[], Any]) -> list[Any]:
    """Let several people press at the same moment."""
    together = Barrier(len(acts))

    def press(act: Callable[[], Any]) -> Any:
        with shop.app.app_context():
            together.wait(10)
            return act()

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(lambda act: Context().run(press, act), acts))


def test_of_people_who_press_at_once_one_sends_and_it_goes_once(shop: Shop) -> None:
    broadcast_id = killed(shop, 3)
    shown = seen(shop, broadcast_id)

    told: list[Decided] = at_once(
        shop, *[lambda: send_again(shown, MARIA), lambda: send_again(shown, OLGA)] * 2
    )

    assert sum(len(decided.done) for decided in told) == 3
    assert sum(decided.left_out[Why.SETTLED] for decided in told) == 9
    assert len(decisions_made()) == 3
    shop.work()
    assert shop.states(broadcast_id) == {"accepted": 3}
    assert attempts() == 6
    assert {len(shop.simulator.arrived(message.phone[1:])) for message in shop.messages(broadcast_id)} == {1}


def test_several_workers_together_make_one_attempt_of_one_decision(shop: Shop) -> None:
    broadcast_id = killed(shop)
    account = the_account()
    decide(shop, broadcast_id, send_again)

    claims = at_once(shop, *[lambda: claim(account, provider("smsc"), broadcast_id, 10)] * 4)

    assert sum(len(claimed.messages) for claimed in claims) == 1
    assert attempts() == 2


def test_one_who_sends_and_one_who_cancels_leave_nothing_waiting(shop: Shop) -> None:
    broadcast_id = killed(shop)
    shown = seen(shop, broadcast_id)

    at_once(shop, lambda: send_again(shown, MARIA), lambda: lifecycle.cancel(broadcast_id))

    assert shop.row(broadcast_id).state == BroadcastState.CANCELLED
    states = shop.states(broadcast_id)
    assert states in ({"cancelled": 1}, {"unknown": 1})
    assert len(decisions_made()) == states.get("cancelled", 0)


def test_the_late_answer_to_the_attempt_before_still_counts(shop: Shop) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    [frozen] = claim(account, provider("smsc"), broadcast_id, 1).messages
    shop.end_leases_now()
    end_leases()
    decide(shop, broadcast_id, send_again)

    record(account.id, [(frozen, Answer(Outcome.ACCEPTED))])
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 1}
    assert attempts() == 1


def test_a_late_refusal_of_the_attempt_before_changes_nothing(shop: Shop) -> None:
    broadcast_id = killed(shop)
    [before] = shop.messages(broadcast_id)
    decide(shop, broadcast_id, send_again)

    record(the_account().id, [(Claimed.of(before), Answer(Outcome.TRY_LATER))])
    record(the_account().id, [(Claimed.of(before), Answer(Outcome.REJECTED))])

    assert shop.states(broadcast_id) == {"queued": 1}


def test_a_receipt_of_the_attempt_before_keeps_the_next_from_leaving(shop: Shop) -> None:
    broadcast_id = killed(shop)
    [before] = shop.messages(broadcast_id)
    decide(shop, broadcast_id, send_again)

    shop.receive(before, "1")
    shop.work()

    assert shop.states(broadcast_id) == {"delivered": 1}
    assert attempts() == 1


def test_the_ledger_keeps_both_attempts(shop: Shop) -> None:
    broadcast_id = lost(shop)
    [before] = shop.messages(broadcast_id)

    decide(shop, broadcast_id, send_again)
    shop.work()

    [after] = shop.messages(broadcast_id)
    asked = select(Asked.attempt_id).where(Asked.message_id == after.id)
    kept = set(read(lambda session: session.scalars(asked).all()))
    assert kept == {before.attempt_id, after.attempt_id}
    assert len(kept) == 2


def test_a_broadcast_is_reopened_by_nothing_else(shop: Shop) -> None:
    broadcast_id = killed(shop, name="seventech")
    assert lifecycle.finish(broadcast_id)

    for step in (lifecycle.resume, lifecycle.pause, lifecycle.cancel):
        with pytest.raises(NotAllowed):
            step(broadcast_id)
    decide(shop, broadcast_id, leave)

    assert shop.row(broadcast_id).state == BroadcastState.FINISHED
