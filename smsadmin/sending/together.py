"""Work that arrives on several threads at once and is done in one go: many callbacks, one commit."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

AT_ONCE = 100
"""So many are done in one go at most."""

EXPECTED = 8
"""For no more is ever waited: with 12 or 16 no gain could be told from the noise of a measurement."""

PATIENCE = 0.001
"""Seconds that are waited for them at most: a commit takes as long."""


def _locked() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(eq=False, slots=True)
class _Waiting(Generic[Item, Result]):
    """One item, and what became of it."""

    item: Item
    called: Lock = field(default_factory=_locked)
    """Released once: when all is done for him, or when it is his turn to lead."""
    done: bool = False
    results: list[Result] = field(default_factory=list)
    error: BaseException | None = None


class Together(Generic[Item, Result]):
    """Hands what waits to `work`, which returns a result for each; a caller returns when his own is done.

    There is no thread of its own: whoever comes when nobody leads works for all that wait by then, and the others sleep
    until theirs is done. He goes as soon as so many wait as in the last go, or when his patience ends, and then calls
    the first of those who came meanwhile to lead. So one who comes alone does not wait, but once after a rush.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._work = work
        self._waiting: deque[_Waiting[Item, Result]] = deque()
        self._leader: _Waiting[Item, Result] | None = None
        self._changing = Lock()
        """Held by whoever changes who waits and who leads; never for long."""
        self._expected = 1
        self._enough = Event()

    def do(self, item: Item) -> Result:
        """Return the result for this item; raise what `work` raises for it."""
        mine: _Waiting[Item, Result] = _Waiting(item)
        try:
            self._queue(mine)
            if self._leader is not mine:
                mine.called.acquire()
            if not mine.done:
                self._lead()
        finally:
            # Also where the server ends this thread: nobody may wait for one who has gone.
            if not mine.done or self._leader is mine:
                self._leave(mine)
        if mine.error:
            raise mine.error
        return mine.results[0]

    def _queue(self, mine: _Waiting[Item, Result]) -> None:
        with self._changing:
            self._waiting.append(mine)
            if len(self._waiting) == self._expected:
                self._enough.set()
            if self._leader is None:
                self._leader = mine

    def _leave(self, mine: _Waiting[Item, Result]) -> None:
        """Wait and lead no more; call the next one to lead."""
        with self._changing:
            if mine in self._waiting:
                self._waiting.remove(mine)
            if self._leader is mine:
                self._leader = self._waiting[0] if self._waiting else None
                if self._leader:
                    self._leader.called.release()

    def _lead(self) -> None:
        """Work for all that wait; the leader is the first of them."""
        several = self._gathered()
        try:
            self._do_all(several)
        except BaseException as error:
            for each in several:
                if not each.done:
                    each.error, each.done = error, True
            raise
        finally:
            for each in several:
                if each is not self._leader:
                    each.called.release()

    def _gathered(self) -> list[_Waiting[Item, Result]]:
        """Wait for as many as came last time, within reason; take those who are there out of those who wait."""
        with self._changing:
            self._enough.clear()
            too_few = len(self._waiting) < self._expected
        if too_few:
            self._enough.wait(PATIENCE)
        with self._changing:
            there = [self._waiting.popleft() for _ in range(min(len(self._waiting), AT_ONCE))]
        self._expected = min(len(there), EXPECTED)
        return there

    def _do_all(self, several: Sequence[_Waiting[Item, Result]]) -> None:
        try:
            results = self._work([each.item for each in several])
        except Exception as error:
            self._after(several, error)
            return
        for each, result in zip(several, results, strict=True):
            each.results.append(result)
            each.done = True

    def _after(self, several: Sequence[_Waiting[Item, Result]], error: Exception) -> None:
        """Do each alone where they failed together: one that cannot be done must not take the others with it."""
        for each in several:
            if len(several) > 1:
                self._do_all([each])
            else:
                each.error, each.done = error, True
