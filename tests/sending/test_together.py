"""Work done together: one go for all that wait, a result for each, and one failure takes nobody else with it."""

import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest

from smsadmin.sending.together import Together


def test_whoever_waits_meanwhile_is_served_in_one_go_and_gets_his_own_result() -> None:
    goes: list[list[int]] = []
    first_is_at_work, go_on = Event(), Event()

    def work(items: Sequence[int]) -> list[int]:
        goes.append(sorted(items))
        if len(goes) == 1:
            first_is_at_work.set()
            assert go_on.wait(60)
        return [item * 10 for item in items]

    together: Together[int, int] = Together(work)
    with ThreadPoolExecutor(5) as threads:
        first = threads.submit(together.do, 1)
        assert first_is_at_work.wait(60)
        others = [threads.submit(together.do, item) for item in (2, 3, 4, 5)]
        while len(together._waiting) < 4:
            pass
        go_on.set()

        assert [each.result(60) for each in (first, *others)] == [10, 20, 30, 40, 50]

    assert goes == [[1], [2, 3, 4, 5]]


def test_one_that_cannot_be_done_fails_alone() -> None:
    at_work, go_on = Event(), Event()

    def work(items: Sequence[int]) -> list[int]:
        if items == [0]:
            at_work.set()
            assert go_on.wait(60)
        if 3 in items:
            raise ValueError("three")
        return list(items)

    together: Together[int, int] = Together(work)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(together.do, 0)
        assert at_work.wait(60)
        good, bad = threads.submit(together.do, 2), threads.submit(together.do, 3)
        while len(together._waiting) < 2:
            pass
        go_on.set()

        assert (first.result(60), good.result(60)) == (0, 2)
        with pytest.raises(ValueError, match="three"):
            bad.result(60)


def test_after_a_failure_the_next_one_is_served() -> None:
    def work(items: Sequence[int]) -> list[int]:
        return [10 // item for item in items]

    together: Together[int, int] = Together(work)
    with pytest.raises(ZeroDivisionError):
        together.do(0)

    assert together.do(5) == 2


def test_who_waits_together_is_not_hung_by_a_thread_that_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server ends a worker's thread by an exception that is no `Exception`."""
    # Long enough that both come into one go.
    monkeypatch.setattr("smsadmin.sending.together.PATIENCE", 1)

    def work(items: Sequence[str]) -> list[str]:
        raise SystemExit

    together: Together[str, str] = Together(work)
    together._expected = 2

    def do(item: str) -> None:
        with contextlib.suppress(SystemExit):
            together.do(item)

    both = [Thread(target=do, args=(item,), daemon=True) for item in ("one", "other")]
    for thread in both:
        thread.start()
        time.sleep(0.05)
    for thread in both:
        thread.join(60)

    assert not any(thread.is_alive() for thread in both)


class Gate:
    """Work whose first go holds until it is let on: meanwhile others come."""

    def __init__(self, after: Callable[[Sequence[int]], Sequence[int]]) -> None:
        self.after = after
        self.at_work, self.go_on = Event(), Event()

    def __call__(self, items: Sequence[int]) -> Sequence[int]:
        first = not self.at_work.is_set()
        self.at_work.set()
        assert self.go_on.wait(60)
        return list(items) if first else self.after(items)


def until_there_wait(together: Together[int, int], number: int) -> None:
    while len(together._waiting) < number:
        time.sleep(0.001)


def test_who_came_while_a_thread_that_is_ended_worked_is_served_by_the_next() -> None:
    at_work, go_on = Event(), Event()

    def work(items: Sequence[int]) -> Sequence[int]:
        if 0 in items:
            at_work.set()
            assert go_on.wait(60)
            raise SystemExit
        return list(items)

    together: Together[int, int] = Together(work)
    with ThreadPoolExecutor(3) as threads:
        ended = threads.submit(together.do, 0)
        assert at_work.wait(60)
        others = [threads.submit(together.do, item) for item in (1, 2)]
        until_there_wait(together, 2)
        go_on.set()

        assert [each.result(60) for each in others] == [1, 2]
        with pytest.raises(SystemExit):
            ended.result(60)


def test_a_thread_that_is_ended_while_it_waits_is_not_called_to_lead() -> None:
    gate = Gate(list)
    together: Together[int, int] = Together(gate)

    def end(_signal: int, _frame: object) -> None:
        raise SystemExit

    def wait_until_the_alarm() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        together.do(2)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(together.do, 1)
        assert gate.at_work.wait(60)
        before = signal.signal(signal.SIGALRM, end)
        try:
            with pytest.raises(SystemExit):
                wait_until_the_alarm()
        finally:
            signal.signal(signal.SIGALRM, before)
        third = threads.submit(together.do, 3)
        until_there_wait(together, 1)
        gate.go_on.set()

        assert (first.result(60), third.result(60), together.do(4)) == (1, 3, 4)


def test_a_thread_that_is_ended_while_it_does_each_alone_leaves_nobody_waiting() -> None:
    def each_alone(items: Sequence[int]) -> Sequence[int]:
        if len(items) > 1:
            raise ValueError("together")
        if items == [2]:
            raise SystemExit
        return list(items)

    gate = Gate(each_alone)
    together: Together[int, int] = Together(gate)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(together.do, 0)
        assert gate.at_work.wait(60)
        others = []
        for item in (1, 2, 3):
            others.append(threads.submit(together.do, item))
            until_there_wait(together, item)
        gate.go_on.set()

        assert (first.result(60), others[0].exception(60)) == (0, others[1].exception(60))
        assert isinstance(others[2].exception(60), SystemExit)
        assert together.do(4) == 4


def test_a_result_too_few_is_an_error_for_all_of_the_go_and_for_nobody_else() -> None:
    gate = Gate(lambda items: list(items)[1:] if 1 in items else list(items))
    together: Together[int, int] = Together(gate)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(together.do, 0)
        assert gate.at_work.wait(60)
        others = [threads.submit(together.do, item) for item in (1, 2)]
        until_there_wait(together, 2)
        gate.go_on.set()

        assert first.result(60) == 0
        assert [type(each.exception(60)) for each in others] == [ValueError, ValueError]
        assert together.do(3) == 3


def test_more_than_fit_into_one_go_are_all_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsadmin.sending.together.AT_ONCE", 3)
    goes: list[int] = []

    def work(items: Sequence[int]) -> Sequence[int]:
        goes.append(len(items))
        return [item * 10 for item in items]

    gate = Gate(work)
    together: Together[int, int] = Together(gate)
    with ThreadPoolExecutor(9) as threads:
        first = threads.submit(together.do, 0)
        assert gate.at_work.wait(60)
        others = [threads.submit(together.do, item) for item in range(1, 9)]
        until_there_wait(together, 8)
        gate.go_on.set()

        assert first.result(60) == 0
        assert sorted(each.result(60) for each in others) == [item * 10 for item in range(1, 9)]
    assert (max(goes), sum(goes)) == (3, 8)


def test_many_threads_that_come_again_and_again_all_get_their_own_results() -> None:
    def work(items: Sequence[int]) -> Sequence[int]:
        if any(item % 97 == 0 for item in items):
            raise ValueError
        return [item + 1 for item in items]

    together: Together[int, int] = Together(work)

    def come(begin: int) -> int:
        right = 0
        for item in range(begin, begin + 200):
            try:
                right += together.do(item) == item + 1
            except ValueError:
                right += item % 97 == 0
        return right

    with ThreadPoolExecutor(16) as threads:
        assert [each.result(60) for each in [threads.submit(come, n * 200) for n in range(16)]] == [200] * 16


def test_as_many_as_came_last_time_are_waited_for_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsadmin.sending.together.PATIENCE", 60)
    goes: list[list[int]] = []

    def work(items: Sequence[int]) -> Sequence[int]:
        goes.append(sorted(items))
        return items

    together: Together[int, int] = Together(work)
    together._expected = 2
    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(together.do, 1)
        until_there_wait(together, 1)
        other = threads.submit(together.do, 2)

        assert (one.result(20), other.result(20)) == (1, 2)
    assert goes == [[1, 2]]


def test_who_comes_alone_after_a_rush_is_served_when_the_patience_ends() -> None:
    together: Together[int, int] = Together(list)
    together._expected = 8

    assert together.do(1) == 1
    assert together._expected == 1
