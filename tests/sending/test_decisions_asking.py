"""Asking the provider again at a person's word, and leaving what is in doubt as it is."""

from datetime import timedelta

from smsadmin.accounts import remove, stop
from smsadmin.broadcasts import lifecycle
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.reasons import Reason
from smsadmin.sending import in_doubt
from smsadmin.sending.apply import apply_receipts
from smsadmin.sending.decisions import ask_again, leave, send_again
from smsadmin.sending.in_doubt import Choice, Why
from smsadmin.sending.lookups import ask_providers
from smsadmin.sending.sweeper import sweep
from smsadmin.states import BroadcastState
from tests.plugin import Shop
from tests.sending.deciding import change, decide, decisions_made, killed, let_it_settle, lost
from tests.sending.test_reconcile import ask


def given_up(shop: Shop, name: str = "smsc") -> int:
    """Let a broadcast be finished with a message about which nobody asks any more; it never left."""
    broadcast_id = killed(shop, name=name)
    change(lookup_at=None)
    assert lifecycle.finish(broadcast_id)
    return broadcast_id


def test_the_provider_is_asked_at_once_and_tells(shop: Shop) -> None:
    broadcast_id = lost(shop)
    let_it_settle()
    change(lookup_at=None)
    assert ask_providers() == 0

    decided = decide(shop, broadcast_id, ask_again)

    assert len(decided.done) == 1
    assert ask_providers() == 1
    apply_receipts()
    assert set(shop.states(broadcast_id)) <= {"accepted", "delivered"}
    [decision] = decisions_made()
    assert (decision.decision, decision.by_name, decision.price) == (Choice.ASK_AGAIN, "Мария", None)


def test_asking_about_a_finished_broadcast_opens_it_not(shop: Shop) -> None:
    broadcast_id = given_up(shop)

    decide(shop, broadcast_id, ask_again)
    ask()
    decide(shop, broadcast_id, ask_again)
    ask()
    sweep("test")

    assert shop.row(broadcast_id).state == BroadcastState.FINISHED
    assert shop.states(broadcast_id) == {"cancelled": 1}
    assert shop.reasons(broadcast_id) == {"never_arrived": 1}


def test_nobody_is_asked_while_the_call_may_still_be_on_its_way(shop: Shop) -> None:
    broadcast_id = lost(shop, "reset-before")
    [before] = shop.messages(broadcast_id)

    decide(shop, broadcast_id, ask_again)

    [after] = shop.messages(broadcast_id)
    assert after.lookup_at == before.lookup_at
    assert after.lookup_at is not None
    assert after.lookup_at > utc_now()


def test_what_was_left_while_on_its_way_is_asked_about_when_that_is_over(shop: Shop) -> None:
    broadcast_id = lost(shop, "reset-before")
    decide(shop, broadcast_id, leave)

    decide(shop, broadcast_id, ask_again)

    [message] = shop.messages(broadcast_id)
    assert message.lookup_at is not None
    assert message.lease_until is not None
    # A call may take 3 s here, and settles for two minutes.
    assert message.lookup_at >= message.lease_until + timedelta(seconds=123)


def test_seventech_cannot_be_asked_and_the_person_is_told(shop: Shop) -> None:
    broadcast_id = killed(shop, name="seventech")

    assert decide(shop, broadcast_id, ask_again).left_out == {Why.CANNOT_BE_ASKED: 1}

    assert shop.messages(broadcast_id)[0].lookup_at is None
    assert decisions_made() == []


def test_an_account_whose_password_is_refused_is_not_asked(shop: Shop) -> None:
    broadcast_id = killed(shop)
    account_id = shop.messages(broadcast_id)[0].account_id or 0
    write(lambda session: stop(session, account_id, Reason.WRONG_PASSWORD, None))

    assert decide(shop, broadcast_id, ask_again).left_out == {Why.QUESTION_REFUSED: 1}


def test_a_removed_account_can_still_be_asked(shop: Shop) -> None:
    broadcast_id = killed(shop)
    remove("smsc")

    assert len(decide(shop, broadcast_id, ask_again).done) == 1


def test_what_is_left_is_asked_about_no_more_and_its_broadcast_ends(shop: Shop) -> None:
    broadcast_id = killed(shop)
    assert lifecycle.finish(broadcast_id) is False

    decide(shop, broadcast_id, leave)

    assert ask() == 0
    assert shop.states(broadcast_id) == {"unknown": 1}
    assert lifecycle.finish(broadcast_id) is True
    [decision] = decisions_made()
    assert (decision.decision, decision.price) == (Choice.LEAVE, None)


def test_what_is_left_waits_for_no_decision_until_somebody_asks_again(shop: Shop) -> None:
    broadcast_id = killed(shop)
    decide(shop, broadcast_id, leave)
    assert (in_doubt.number(None, left=False), in_doubt.number(broadcast_id, left=True)) == (0, 1)

    decide(shop, broadcast_id, ask_again)

    assert (in_doubt.number(None, left=False), in_doubt.number(broadcast_id, left=True)) == (1, 0)


def test_that_an_earlier_attempt_was_left_says_nothing_of_a_new_one(shop: Shop) -> None:
    broadcast_id = killed(shop)
    decide(shop, broadcast_id, leave)
    decide(shop, broadcast_id, send_again)
    shop.simulator.order(provider="smsc", faults=["cut"])

    shop.work()

    assert shop.states(broadcast_id) == {"unknown": 1}
    assert in_doubt.number(broadcast_id, left=False) == 1


def test_a_receipt_still_settles_what_was_left(shop: Shop) -> None:
    broadcast_id = killed(shop)
    decide(shop, broadcast_id, leave)

    shop.receive(shop.messages(broadcast_id)[0], "1")

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_of_several_the_newest_comes_first_and_the_list_goes_on_from_a_row(shop: Shop) -> None:
    broadcast_id = killed(shop, 3)
    ids = [message.id for message in shop.messages(broadcast_id)]

    first = in_doubt.page(None, left=False, before=None, limit=2)
    second = in_doubt.page(broadcast_id, left=False, before=first[-1].message.id, limit=2)

    assert [doubt.message.id for doubt in [*first, *second]] == ids[::-1]
