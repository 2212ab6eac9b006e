"""Work done together: one go for all that wait, a result for each, and one failure takes nobody else with it."""

import contextlib
import time
from collections.abc import Sequence
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
            assert go_on.wait(5)
        return [item * 10 for item in items]

    together: Together[int, int] = Together(work)
    with ThreadPoolExecutor(5) as threads:
        first = threads.submit(together.do, 1)
        assert first_is_at_work.wait(5)
        others = [threads.submit(together.do, item) for item in (2, 3, 4, 5)]
        while len(together._waiting) < 4:
            pass
        go_on.set()

        assert [each.result(5) for each in (first, *others)] == [10, 20, 30, 40, 50]

    assert goes == [[1], [2, 3, 4, 5]]


def test_one_that_cannot_be_done_fails_alone() -> None:
    at_work, go_on = Event(), Event()

    def work(items: Sequence[int]) -> list[int]:
        if items == [0]:
            at_work.set()
            assert go_on.wait(5)
        if 3 in items:
            raise ValueError("three")
        return list(items)

    together: Together[int, int] = Together(work)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(together.do, 0)
        assert at_work.wait(5)
        good, bad = threads.submit(together.do, 2), threads.submit(together.do, 3)
        while len(together._waiting) < 2:
            pass
        go_on.set()

        assert (first.result(5), good.result(5)) == (0, 2)
        with pytest.raises(ValueError, match="three"):
            bad.result(5)


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
    monkeypatch.setattr("smsadmin.sending.together.PAUSE", 0.2)

    def work(items: Sequence[str]) -> list[str]:
        raise SystemExit

    together: Together[str, str] = Together(work)

    def do(item: str) -> None:
        with contextlib.suppress(SystemExit):
            together.do(item)

    both = [Thread(target=do, args=(item,), daemon=True) for item in ("one", "other")]
    for thread in both:
        thread.start()
        time.sleep(0.05)
    for thread in both:
        thread.join(5)

    assert not any(thread.is_alive() for thread in both)
