"""The finish forecast is within a quarter of the truth once a tenth is sent: on a simulated clock, and really."""

import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsadmin import accounts
from smsadmin.broadcasts import lifecycle
from smsadmin.database import db_now, read, write
from smsadmin.reasons import Reason
from smsadmin.sending.account_loop import send_for
from smsadmin.statistics.pace import Sharer, forecast, measured
from smsadmin.statistics.pace_marks import Marks, Rest, is_due, keep_marks, moved
from smsadmin.statistics.report import reports
from tests.plugin import Shop

START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = timedelta(seconds=30)
STEP = 1.0
"""Seconds of the simulated clock."""


@dataclass
class Sending:
    """A broadcast of the simulation, from its `begins` (seconds)."""

    size: int
    begins: float = 0.0
    paused: tuple[float, float] = (-1.0, -1.0)
    marks: Marks = Marks(None, 0)
    gone: float = 0.0
    ended: float | None = None
    told: list[tuple[float, float]] = field(default_factory=list)
    """(when, finish forecast), both in seconds."""

    def sends(self, at: float) -> bool:
        return self.begins <= at and self.ended is None and not self.paused[0] <= at < self.paused[1]


def at_second(second: float) -> datetime:
    return START + timedelta(seconds=second)


def play(broadcasts: list[Sending], rate: float, rest: tuple[float, float], phase: float, cap: float) -> None:
    """Let an account send with this rate, sharing it equally, and ask for forecasts at every step."""
    second, saved, next_sweep = 0.0, rate, phase
    while any(one.ended is None for one in broadcasts):
        now = at_second(second)
        resting = Rest(at_second(rest[1])) if rest[0] <= second < rest[1] else None
        for one in broadcasts:
            if second in (one.begins, one.paused[1]):
                one.marks = Marks(now, int(one.gone))
        active = [one for one in broadcasts if one.sends(second)]
        saved = min(saved + rate * STEP, rate)
        # A chunk of one second at a time, as claims are.
        if saved >= rate * 0.99 and active and resting is None:
            for one in active:
                one.gone = min(one.size, one.gone + saved / len(active))
                if one.gone >= one.size - 1e-6:
                    one.ended = second
            saved = 0.0
        if second >= next_sweep:
            next_sweep += WINDOW.total_seconds()
            sending = [one for one in broadcasts if one.sends(second)]
            due = is_due([one.marks for one in sending], now, WINDOW)
            for one in sending:
                one.marks = moved(one.marks, now, int(one.gone), resting, due)
        _ask(broadcasts, second, resting, cap)
        second += STEP


def _ask(broadcasts: list[Sending], second: float, resting: Rest | None, cap: float) -> None:
    now = at_second(second)
    for mine in broadcasts:
        if not mine.sends(second) or mine.gone < 0.1 * mine.size or mine.marks.since is None:
            continue
        sharers = [
            Sharer(one.marks, int(one.gone), int(one.size - one.gone) * one.sends(second), one.sends(second))
            for one in broadcasts
            if one.sends(second) or max(one.marks.since or START, one.marks.then or START) >= now - 2 * WINDOW
        ]
        rate = measured(now, mine.marks, sharers, resting, WINDOW)
        if rate is not None:
            left = sum(min(one.left, int(mine.size - mine.gone)) for one in sharers) / min(rate, cap)
            begins = (resting.until - START).total_seconds() if resting and resting.until else second
            mine.told.append((second, begins + left))


def worst(one: Sending, ignoring: tuple[float, float] = (-1.0, -1.0)) -> float:
    """Return the largest error of a forecast, as a share of the time that was left; a few seconds are forgiven.

    What was told before `ignoring` has begun could not know of it.
    """
    assert one.ended is not None
    errors = [0.0]
    for at, told in one.told:
        if at < ignoring[0]:
            continue
        truth = one.ended - at
        errors.append(max(0.0, abs(told - one.ended) - 3.0) / max(truth, 1.0))
    return max(errors)


def some(one: Sending) -> bool:
    """Say whether there were forecasts for most of its time."""
    assert one.ended is not None
    return len(one.told) * STEP >= 0.5 * (one.ended - one.begins)


@given(
    size=st.integers(300, 6_000),
    rate=st.integers(15, 200),
    phase=st.floats(0, 30),
    knows_rate=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_one_broadcast_alone(size: int, rate: int, phase: float, knows_rate: bool) -> None:
    one = Sending(size)

    play([one], rate, (-1, -1), phase, cap=rate if knows_rate else 10 * rate)

    if knows_rate or size > 60 * rate:
        assert worst(one) <= 0.25
        assert some(one) or size < 10 * rate


@given(
    sizes=st.tuples(st.integers(2_000, 9_000), st.integers(2_000, 9_000)),
    joins=st.integers(0, 200),
    rate=st.integers(20, 60),
    phase=st.floats(0, 30),
)
@settings(max_examples=25, deadline=None)
def test_two_that_share_an_account(sizes: tuple[int, int], joins: int, rate: int, phase: float) -> None:
    """What was told before the second one began could not know of it."""
    first, second = Sending(sizes[0]), Sending(sizes[1], begins=float(joins))

    play([first, second], rate, (-1, -1), phase, cap=rate)

    assert worst(first, (joins, joins)) <= 0.25
    assert worst(second) <= 0.25
    assert some(second)


@given(
    begins=st.integers(70, 200),
    lasts=st.integers(31, 120),
    rate=st.integers(20, 60),
    phase=st.floats(0, 30),
    sharers=st.integers(1, 2),
)
@settings(max_examples=25, deadline=None)
def test_an_account_that_rests(begins: int, lasts: int, rate: int, phase: float, sharers: int) -> None:
    rest = (float(begins), float(begins + lasts))
    broadcasts = [Sending(rate * 600 // sharers) for _ in range(sharers)]

    play(broadcasts, rate, rest, phase, cap=2 * rate)

    for one in broadcasts:
        assert worst(one, rest) <= 0.25
        assert some(one)


@given(at=st.integers(70, 200), lasts=st.integers(31, 300), rate=st.integers(20, 60), phase=st.floats(0, 30))
@settings(max_examples=25, deadline=None)
def test_a_broadcast_that_is_paused_and_goes_on(at: int, lasts: int, rate: int, phase: float) -> None:
    pause = (float(at), float(at + lasts))
    one, other = Sending(rate * 200, paused=pause), Sending(rate * 300)

    play([one, other], rate, (-1, -1), phase, cap=rate)

    assert worst(one, (pause[1], 0)) <= 0.25
    # Nobody knows that a pause is coming, or when it ends.
    assert worst(other, (pause[1], 0)) <= 0.25


def test_where_nothing_leaves_nothing_is_told() -> None:
    marks = Marks(START, 10, START + WINDOW, 40)
    now = START + 2 * WINDOW

    idle = moved(marks, now, 40, None, due=True)

    assert measured(now + WINDOW / 2, idle, [Sharer(idle, 40, 60, True)], None, WINDOW) is None


def test_marks_that_no_worker_keeps_tell_nothing() -> None:
    marks = Marks(START, 10, START + WINDOW, 40)

    assert measured(START + 5 * WINDOW, marks, [Sharer(marks, 60, 40, True)], None, WINDOW) is None


def test_an_account_that_waits_for_a_person_has_no_forecast() -> None:
    marks = Marks(START, 10, START + WINDOW, 40)

    assert measured(START + 1.5 * WINDOW, marks, [Sharer(marks, 50, 40, True)], Rest(None), WINDOW) is None


@pytest.fixture
def fast(shop: Shop) -> Shop:
    """A shop whose sweeper's window is a second."""
    wired = shop.app.extensions["smsadmin"]
    wired.settings = replace(wired.settings, sweep_every=1.0, rate=20.0, batch_size=5)
    return shop


def told(shop: Shop, broadcast_id: int) -> datetime | None:
    row = shop.row(broadcast_id)
    return forecast(row, reports([row])[0])


def sending(shop: Shop, account_id: int, seconds: float) -> threading.Thread:
    def work() -> None:
        with shop.app.app_context():
            end = time.monotonic() + seconds
            while time.monotonic() < end and send_for(account_id, end):
                pass

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_real_run_ends_when_it_was_told_also_after_a_pause(fast: Shop) -> None:
    account = fast.connect()
    fast.customers(360)
    broadcast_id = fast.formed()
    lifecycle.send(broadcast_id, "Мария")
    assert told(fast, broadcast_id) is None

    worker = sending(fast, account.id, 5)
    while worker.is_alive():
        keep_marks()
        worker.join(0.2)
    lifecycle.pause(broadcast_id)
    assert told(fast, broadcast_id) is None
    time.sleep(1)
    lifecycle.resume(broadcast_id)

    worker = sending(fast, account.id, 120)
    answers: list[tuple[datetime, datetime]] = []
    while worker.is_alive():
        keep_marks()
        expected = told(fast, broadcast_id)
        if expected:
            answers.append((datetime.now(UTC), expected))
        worker.join(0.2)

    ended = fast.row(broadcast_id).finished_at
    assert ended is not None
    assert len(answers) > 3
    for at, expected in answers[2:]:
        assert abs(expected - ended) <= 0.25 * (ended - at) + timedelta(seconds=2)


def test_the_rest_of_an_account_is_part_of_the_forecast(fast: Shop) -> None:
    account = fast.connect()
    fast.customers(300)
    broadcast_id = fast.formed()
    lifecycle.send(broadcast_id, "Мария")
    worker = sending(fast, account.id, 5)
    while worker.is_alive():
        keep_marks()
        worker.join(0.2)

    write(lambda session: accounts.stop(session, account.id, Reason.PROVIDER_BUSY, timedelta(minutes=1)))
    keep_marks()

    now = read(lambda session: session.scalar(db_now().select()))
    expected = told(fast, broadcast_id)
    assert now is not None
    assert expected is not None
    left = fast.states(broadcast_id)["queued"] / 20
    assert 55 + 0.75 * left <= (expected - now).total_seconds() <= 61 + 1.5 * left


def test_marks_of_several_broadcasts_are_kept_in_one_go(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    both = [shop.formed(), shop.formed()]
    for broadcast_id in both:
        lifecycle.send(broadcast_id, "Мария")

    keep_marks()

    assert all(shop.row(broadcast_id).pace_from for broadcast_id in both)
