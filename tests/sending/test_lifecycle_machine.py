"""The life of a broadcast as a state machine: starts, pauses, cancels, receipts and crashes in any order.

Between any two steps of a worker (claim, call, record) it may die or sleep over its lease. The provider is a model
that remembers what it has taken, so that every order of steps can be played; real ones stand in `test_storm.py`.
"""

import time
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import update

from smsadmin.broadcasts import drafts, lifecycle
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.broadcasts.prepare import form_list
from smsadmin.broadcasts.rules import as_json
from smsadmin.database import db_now, write
from smsadmin.models import Account, Message
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import Answer, Credentials, Found, Missing, Outcome, Outgoing, Question, Receipt
from smsadmin.providers.smsc import SMSC
from smsadmin.reasons import Reason
from smsadmin.sending.apply import apply_receipts
from smsadmin.sending.claim import Claim, claim
from smsadmin.sending.lookups import ask_providers
from smsadmin.sending.record import Pairs, record
from smsadmin.sending.submit import Calls, requests_of
from smsadmin.sending.sweeper import end_leases, tidy_broadcasts
from smsadmin.states import RANK, BroadcastState, State
from tests.plugin import Shop

_tags = count(1)

FATES = ("taken", "taken, answer lost", "lost", "refused", "later", "no money", "batch refused")
DELIVERED, NOT_DELIVERED, ON_ITS_WAY = "1", "20", "0"
TAKEN = (State.ACCEPTED, State.DELIVERED, State.UNDELIVERED)


class ModelProvider(SMSC):
    """SMSC without a wire: it does with the next call what it is told, and remembers what it has taken."""

    def __init__(self) -> None:
        self.fate = "taken"
        self.taken: dict[str, str] = {}
        """Reference → phone and text."""

    def send(
        self, credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> list[Answer]:
        """Take the messages or not, and answer or not."""
        if self.fate in ("taken", "taken, answer lost"):
            self.taken |= {self.reference(request_id, m): f"{m.phone} {m.text}" for m in messages}
        return [ANSWERS[self.fate]] * len(messages)

    def lookup(self, credentials: Credentials, questions: Sequence[Question], deadline: float) -> list[Found]:
        """Tell the truth."""
        return [
            Receipt(one.reference, ON_ITS_WAY) if one.reference in self.taken else Missing.NOT_FOUND
            for one in questions
        ]


ANSWERS = {
    "taken": Answer(Outcome.ACCEPTED, provider_id="1", parts=1),
    "taken, answer lost": Answer(Outcome.UNKNOWN, Reason.NO_ANSWER),
    "lost": Answer(Outcome.UNKNOWN, Reason.NO_ANSWER),
    "refused": Answer(Outcome.REJECTED, Reason.NUMBER_REFUSED),
    "later": Answer(Outcome.TRY_LATER, Reason.PROVIDER_BUSY),
    "no money": Answer(Outcome.ACCOUNT_PROBLEM, Reason.NO_MONEY),
    "batch refused": Answer(Outcome.BATCH_REFUSED, Reason.BAD_REQUEST),
}


class Here(Executor):
    """Makes the calls in this thread, one after the other."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Call at once."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Life(RuleBasedStateMachine):
    """One broadcast, any number of workers, and all that can happen to them.

    No rule has a precondition: what there is to act on hangs on the clock too, and the choice of rules must not.
    """

    def __init__(self, shop: Shop, account: Account, model: ModelProvider) -> None:
        super().__init__()
        self.shop, self.account, self.model = shop, account, model
        model.taken = {}
        tag = f"{next(_tags):05d}"
        for number in range(4):
            shop.customer(f"{tag}-{number}", language=tag)
        rule = as_json({"language": tag})
        self.broadcast_id = shop.broadcast("Привет, {name}!", rule=rule)
        drafts.form_list(self.broadcast_id, shop.row(self.broadcast_id).text)
        assert form_list(self.broadcast_id, time.monotonic() + 60) is False
        lifecycle.send(self.broadcast_id, "Мария")
        self.claimed: list[Claim] = []
        self.answered: list[Pairs] = []
        self.ranks: dict[int, int] = {}
        self.may_fall = False

    # What staff do.

    @rule()
    def pause(self) -> None:
        """Pause, if it sends."""
        self._press(lifecycle.pause)

    @rule()
    def resume(self) -> None:
        """Go on, if it is paused."""
        self._press(lifecycle.resume)

    @rule(really=some.integers(0, 5))
    def cancel(self, really: int) -> None:
        """Cancel, seldom: nothing much happens after it."""
        if really == 0:
            self._press(lifecycle.cancel)

    def _press(self, button: Callable[[int], None]) -> None:
        try:
            button(self.broadcast_id)
        except NotAllowed:
            return

    # What workers do, step by step.

    @rule(limit=some.integers(1, 3))
    def claim_some(self, limit: int) -> None:
        """Claim, as a worker begins its turn."""
        before = self.shop.row(self.broadcast_id).state
        found = claim(self.account, provider("smsc"), self.broadcast_id, limit)
        assert before == BroadcastState.SENDING or not found.messages
        if found.messages:
            self.claimed.append(found)

    @rule(which=some.integers(0, 9), fate=some.sampled_from(FATES))
    def call(self, which: int, fate: str) -> None:
        """Call the provider for one of the claims."""
        if not self.claimed:
            return
        found = self.claimed.pop(which % len(self.claimed))
        self.model.fate = fate
        chosen = provider("smsc")
        signed_in = Credentials("demo", "demo", "http://127.0.0.1:1")
        calls = Calls(found, requests_of(found, chosen), chosen, signed_in)
        calls.begin(Here(), 1, lambda: None)
        self.answered.append(calls.pairs())

    @rule(which=some.integers(0, 9))
    def write_down(self, which: int) -> None:
        """Record what one of the calls answered, perhaps long after its lease."""
        if not self.answered:
            return
        record(self.account.id, self.answered.pop(which % len(self.answered)))
        self.may_fall = True

    @rule(which=some.integers(0, 9))
    def die_before_the_call(self, which: int) -> None:
        """A worker is killed between claim and call."""
        if not self.claimed:
            return
        del self.claimed[which % len(self.claimed)]

    @rule(which=some.integers(0, 9))
    def die_before_the_record(self, which: int) -> None:
        """A worker is killed between call and record."""
        if not self.answered:
            return
        del self.answered[which % len(self.answered)]

    @rule()
    def leases_end(self) -> None:
        """Time passes over every lease; whoever has not called yet finds that he may not any more."""
        self.claimed.clear()
        self.shop.end_leases_now()
        end_leases()

    # What the provider tells.

    @rule(which=some.integers(0, 9), status=some.sampled_from((DELIVERED, NOT_DELIVERED, ON_ITS_WAY)))
    def receipt(self, which: int, status: str) -> None:
        """A receipt comes, in any order, perhaps again, perhaps before our own record."""
        if not self.model.taken:
            return
        self._receive(sorted(self.model.taken)[which % len(self.model.taken)], status)

    def _receive(self, reference: str, status: str) -> None:
        request_id, phone = reference.split(":")
        form = {"id": request_id, "phone": phone, "status": status, "err": "0", "cost": "1.40"}
        answer = self.shop.app.test_client().post(self.shop.smsc_callback(), data=form)
        assert answer.status_code == 200

    @rule()
    def apply(self) -> None:
        """The sweeper applies what has come."""
        apply_receipts()

    @rule()
    def ask(self) -> None:
        """The provider is asked about all that is in doubt, its settling time over."""
        self._ask()

    def _ask(self) -> None:
        # Nobody asks about an attempt whose worker may still call: its lease must have ended.
        due = update(Message).where(Message.lookup_at.is_not(None), Message.state == State.UNKNOWN)
        long_ago = db_now(-1000)
        write(lambda session: session.execute(due.values(lookup_at=long_ago)))
        seen = update(Message).where(Message.not_found_at.is_not(None)).values(not_found_at=long_ago)
        write(lambda session: session.execute(seen))
        write(lambda session: session.execute(update(Account).values(next_lookup_at=None)))
        ask_providers()
        self.may_fall = True

    @rule()
    def tidy(self) -> None:
        """The sweeper finishes what has nothing open, and somebody lets a stopped account go on."""
        tidy_broadcasts()
        going = update(Account).values(stopped_reason=None, stopped_until=None, lost_in_a_row=0)
        write(lambda session: session.execute(going))
        at_once = update(Message).values(not_before=None)
        write(lambda session: session.execute(at_once))

    # What must hold whatever happens.

    @invariant()
    def nobody_gets_it_twice(self) -> None:
        """The provider has taken each text for each phone at most once."""
        assert all(number == 1 for number in Tally(self.model.taken.values()).values())

    @invariant()
    def counters_equal_rows(self) -> None:
        """The counters say what the rows say, and none is below zero."""
        self.shop.states(self.broadcast_id)

    @invariant()
    def ranks_only_rise(self) -> None:
        """Down leads only the way back to `queued`, from a call or from doubt, by an answer about that attempt."""
        for message in self.shop.messages(self.broadcast_id):
            before = self.ranks.get(message.id, 0)
            fell = message.rank < before
            assert not fell or (self.may_fall and message.rank == 0 and before <= RANK[State.UNKNOWN])
            self.ranks[message.id] = message.rank
        self.may_fall = False

    def teardown(self) -> None:
        """Let everything settle: then each message has one end, and nothing taken is unknown here."""
        for pairs in self.answered:
            record(self.account.id, pairs)
        self.claimed.clear()
        self.leases_end()
        apply_receipts()
        for _ in range(3):
            self._ask()
            apply_receipts()
        self.nobody_gets_it_twice()
        taken = set(self.model.taken)
        for message in self.shop.messages(self.broadcast_id):
            mine = {r for r in taken if r.endswith(f":{message.phone[1:]}")}
            assert bool(mine) == (message.state in TAKEN), (message.state, message.reason, mine)
            assert message.state not in (State.SENDING, State.UNKNOWN)
        self.shop.states(self.broadcast_id)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ModelProvider:
    made = ModelProvider()
    monkeypatch.setitem(PROVIDERS, "smsc", made)
    return made


def test_whatever_happens_in_whatever_order_each_sms_goes_at_most_once_and_none_is_lost(
    shop: Shop, model: ModelProvider
) -> None:
    account = shop.connect()
    few = settings(
        max_examples=20,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )

    class LifeHere(Life):
        """In this shop."""

        def __init__(self) -> None:
            super().__init__(shop, account, model)

    run_state_machine_as_test(LifeHere, settings=few)
