"""Says what is wrong with a run, from its evidence alone: pure, so that the judge can be judged."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faults.evidence import Arrival, Attempt, Evidence, Row
from faults.journal import DOUBTFUL, Entry
from faults.plan import Plan
from faults.settings import DEADLINE, LEASE, PAUSE_TAKES, THREADS, under_way
from smsadmin.states import State

KNOWN = (State.ACCEPTED, State.DELIVERED, State.UNDELIVERED)
"""The provider has taken it, and we know."""

OPEN = (State.QUEUED, State.SENDING)

TOO_LATE = "there is no such message"
"""What the simulator says of a request that comes after it answered "not found" about it."""

SLACK = 0.3
"""Seconds between something and its being written down, on a busy machine."""

LEASE_ENDS_WITHIN = 1.0
"""Seconds after which an ended lease is seen."""


@dataclass(frozen=True)
class Verdict:
    """The figures of one run; all but `unknown` and `late_calls` must be 0."""

    double: int
    lost: int
    unknown: int
    unknown_without_cause: int
    counters_off: int
    late_after_pause: int
    complaints: int
    late_calls: int
    """What a frozen worker still handed over after the provider had said "not found": the provider refused it."""


def judge(
    plan: Plan, evidence: Evidence, entries: Sequence[Entry], complaints: Counter[str]
) -> tuple[Verdict, list[str]]:
    """Return the figures and, for a person, what they are made of."""
    doubles = list(_doubles(evidence))
    losses = [*_losses(plan, evidence), *_missing(plan, evidence)]
    causeless = [*_without_cause(evidence.attempts, entries), *_more_than_killed(plan, evidence, entries)]
    late = list(_after_a_pause(evidence, entries))
    late_calls = sum(number for words, number in complaints.items() if TOO_LATE in words)
    verdict = Verdict(
        double=len(doubles),
        lost=len(losses),
        unknown=sum(row.state == State.UNKNOWN for row in evidence.rows),
        unknown_without_cause=len(causeless),
        counters_off=evidence.counters_off,
        late_after_pause=len(late),
        complaints=max(0, complaints.total() - _excused(late_calls, complaints, entries)),
        late_calls=late_calls,
    )
    said = [f"complaint: {words} ({number} times)" for words, number in complaints.items()]
    return verdict, [*doubles, *losses, *causeless, *late, *said]


def _excused(late_calls: int, complaints: Counter[str], entries: Sequence[Entry]) -> int:
    """Return how many complaints are the faults' own doing and no breach of a protocol."""
    frozen = any(entry.kind == "freeze worker" for entry in entries)
    # Who is killed after the headers and before the body of a request leaves half of one behind.
    broken_off = THREADS * sum(entry.kind in ("kill worker", "kill supervisor") for entry in entries)
    halves = complaints.total() - late_calls
    return (late_calls if frozen else 0) + min(halves, broken_off)


def _doubles(evidence: Evidence) -> Iterator[str]:
    seen = Counter((arrival.phone, arrival.text) for arrival in evidence.arrivals)
    rows = {(row.phone, row.text): row for row in evidence.rows}
    for key, number in seen.items():
        for _ in range(number - 1):
            yield f"double: message {rows[key].id if key in rows else 'of nobody'} arrived {number} times"


def _losses(plan: Plan, evidence: Evidence) -> Iterator[str]:
    """Name the rows that are open, that we think went and did not, and that went without our knowing."""
    arrived = {(arrival.phone, arrival.text): arrival for arrival in evidence.arrivals}
    for row in evidence.rows:
        arrival = arrived.get((row.phone, row.text))
        if row.state in OPEN:
            yield f"lost: message {row.id} is {row.state}"
        elif row.state in KNOWN:
            if arrival is None:
                yield f"lost: message {row.id} is {row.state} and never arrived"
        elif arrival is not None and not _may_stay_in_doubt(plan, row, arrival):
            yield f"lost: message {row.id} arrived and is {row.state} here"


def _may_stay_in_doubt(plan: Plan, row: Row, arrival: Arrival) -> bool:
    """Say whether nobody has told us of it: SMSC can be asked, where nobody can only a receipt tells."""
    return row.state == State.UNKNOWN and plan.provider != "smsc" and not arrival.told


def _missing(plan: Plan, evidence: Evidence) -> Iterator[str]:
    if len(evidence.rows) != plan.messages:
        yield f"lost: {plan.messages} customers, {len(evidence.rows)} rows"
    ours = {(row.phone, row.text) for row in evidence.rows}
    for arrival in evidence.arrivals:
        if (arrival.phone, arrival.text) not in ours:
            yield "lost: an SMS arrived that is no row's"


def _without_cause(attempts: Sequence[Attempt], entries: Sequence[Entry]) -> Iterator[str]:
    """Name the attempts without an understood answer that were open when nothing was done to anybody.

    Of all attempts, not only of the messages that stay in doubt: SMSC is asked, and leaves none.
    """
    causes = [entry for entry in entries if entry.kind in DOUBTFUL]
    for attempt in attempts:
        if in_doubt(attempt) and not any(_touches(attempt, cause) for cause in causes):
            what = attempt.outcome or "never answered"
            yield f"unknown without cause: message {attempt.message_id}, {what}, asked at {attempt.asked:.2f}"


def in_doubt(attempt: Attempt) -> bool:
    """Say whether nobody knows what became of an attempt, as far as its call has told."""
    return attempt.outcome in ("", "unknown")


def _touches(attempt: Attempt, cause: Entry) -> bool:
    ended = attempt.asked + LEASE + LEASE_ENDS_WITHIN if attempt.answered is None else attempt.answered
    return attempt.asked - SLACK <= cause.ended and cause.begun <= ended + SLACK


def _more_than_killed(plan: Plan, evidence: Evidence, entries: Sequence[Entry]) -> Iterator[str]:
    """Name how many more attempts have no answer than the claims could hold that faults ended."""
    claims = sum(entry.claims for entry in entries)
    unanswered = sum(attempt.answered is None for attempt in evidence.attempts)
    for _ in range(unanswered - claims * under_way(plan.provider)):
        yield f"unknown without cause: {unanswered} attempts unanswered, of {claims} claims at the most"


def _after_a_pause(evidence: Evidence, entries: Sequence[Entry]) -> Iterator[str]:
    """Name what arrived later after a pause, or a cancelling, than is promised."""
    frozen = [entry for entry in entries if entry.kind == "freeze worker"]
    for pause in entries:
        if pause.kind not in ("pause", "cancel"):
            continue
        holds = pause.begun + PAUSE_TAKES + DEADLINE + SLACK
        for arrival in evidence.arrivals:
            # What was frozen on its way to the socket goes when it is thawed: the one exception of the promise.
            thawed = any(each.begun <= arrival.at <= each.ended + DEADLINE for each in frozen)
            if holds < arrival.at < pause.ended and not thawed:
                yield f"late: an SMS arrived {arrival.at - pause.begun:.1f} s after the {pause.kind}"
