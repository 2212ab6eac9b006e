"""The judge of `make faults`: what it must see, and what it must not take for a fault."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from faults.evidence import Arrival, Attempt, Evidence, Row, on_the_one_clock
from faults.journal import Entry
from faults.judge import Verdict, judge
from faults.plan import Plan, draw
from faults.settings import THREADS, under_way

PHONE, TEXT = "+79260000001", "Клиент 1"
NOON = 1_000_000.0
CLEAN = Verdict(0, 0, 0, 0, 0, 0, 0, 0)


def plan(provider: str = "smsc") -> Plan:
    seed = ("smsc", "twilio", "seventech").index(provider) + 3
    return draw(seed, 1)


def row(state: str = "delivered") -> Row:
    return Row(1, PHONE, TEXT, state, "a-1")


def arrival(at: float = NOON, told: bool = True) -> Arrival:
    return Arrival(PHONE, TEXT, at, told)


def attempt(outcome: str = "accepted", asked: float = NOON, answered: float | None = NOON + 0.1) -> Attempt:
    return Attempt("a-1", 1, asked, answered, outcome)


def verdict(
    rows: Sequence[Row] = (row(),),
    arrivals: Sequence[Arrival] = (arrival(),),
    attempts: Sequence[Attempt] = (attempt(),),
    entries: Sequence[Entry] = (),
    **more: Any,
) -> Verdict:
    evidence = Evidence(list(rows), list(attempts), list(arrivals), more.get("counters_off", 0))
    told = Counter(more.get("complaints", ()))
    return judge(plan(more.get("provider", "smsc")), evidence, entries, told)[0]


def test_a_run_in_which_all_is_well_has_only_zeros() -> None:
    assert verdict() == CLEAN


def test_an_sms_that_arrived_twice_is_a_double() -> None:
    assert verdict(arrivals=[arrival(), arrival()]).double == 1


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_a_message_without_an_end_is_lost(state: str) -> None:
    assert verdict(rows=[row(state)], arrivals=[]).lost == 1


@pytest.mark.parametrize("state", ["cancelled", "expired", "rejected", "skipped"])
def test_what_arrived_and_is_not_known_to_have_gone_is_lost(state: str) -> None:
    assert verdict(rows=[row(state)]).lost == 1


def test_what_is_said_to_have_gone_and_never_arrived_is_lost() -> None:
    assert verdict(arrivals=[]).lost == 1


def test_a_row_too_few_is_lost() -> None:
    assert verdict(rows=[], arrivals=[]).lost == 1


def test_what_arrived_may_stay_in_doubt_only_where_nobody_can_be_asked_and_nobody_told() -> None:
    def lost(provider: str, told: bool) -> int:
        return verdict([row("unknown")], [arrival(told=told)], [], provider=provider).lost

    assert lost("seventech", told=False) == 0
    assert lost("seventech", told=True) == 1
    assert lost("smsc", told=False) == 1


def test_a_call_in_doubt_needs_a_fault_while_it_was_open() -> None:
    doubted = [attempt("unknown", answered=NOON + 1)]
    during, before = Entry("script", "hang", NOON + 0.5, NOON + 0.9), Entry("script", "hang", 0.0, 1.0)

    assert verdict(attempts=doubted, entries=[during]).unknown_without_cause == 0
    assert verdict(attempts=doubted, entries=[before]).unknown_without_cause == 1


def test_a_redis_that_is_killed_is_no_cause() -> None:
    killed = Entry("kill redis", "redis", NOON, NOON + 3)

    assert verdict(attempts=[attempt("unknown")], entries=[killed]).unknown_without_cause == 1


def test_a_kill_leaves_no_more_in_doubt_than_the_claims_under_way() -> None:
    killed = Entry("kill worker", "worker 0", NOON, NOON + 1, claims=1)
    unanswered = [attempt("", answered=None)] * (under_way("smsc") + 2)

    assert verdict(attempts=unanswered, entries=[killed]).unknown_without_cause == 2


def test_counters_that_differ_are_counted() -> None:
    assert verdict(counters_off=1).counters_off == 1


def test_an_sms_after_a_pause_is_late_unless_its_worker_was_frozen() -> None:
    pause = Entry("pause", "", NOON, NOON + 10)
    frozen = Entry("freeze worker", "worker 0", NOON - 1, NOON + 5)

    assert verdict(arrivals=[arrival(NOON + 2.5)], entries=[pause]).late_after_pause == 0
    assert verdict(arrivals=[arrival(NOON + 4)], entries=[pause]).late_after_pause == 1
    assert verdict(arrivals=[arrival(NOON + 4)], entries=[pause, frozen]).late_after_pause == 0


def test_half_a_request_is_a_complaint_only_where_nobody_was_killed() -> None:
    halves = {"smsc: login is missing": THREADS}
    killed = Entry("kill worker", "worker 0", NOON, NOON + 1, claims=1)

    assert verdict(complaints=halves).complaints == THREADS
    assert verdict(complaints=halves, entries=[killed]).complaints == 0


def test_a_request_after_not_found_is_only_the_frozen_ones() -> None:
    late = {"smsc: id: status.php said of this id and phone that there is no such message": 1}
    frozen = Entry("freeze worker", "worker 0", NOON, NOON + 5, claims=1)

    assert verdict(complaints=late).complaints == 1
    assert verdict(complaints=late, entries=[frozen]) == Verdict(0, 0, 0, 0, 0, 0, 0, late_calls=1)


@pytest.mark.parametrize("off", [300.0, -300.0, 0.0])
def test_a_time_of_a_wrong_clock_is_put_right(off: float) -> None:
    begun = NOON

    assert on_the_one_clock(begun + 20 + off, begun, off) == begun + 20
    assert on_the_one_clock(begun + 20, begun, off) == begun + 20
