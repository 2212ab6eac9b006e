"""Work that arrives on several threads at once and is done in one go: many callbacks, one commit."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

AT_ONCE = 100
"""So many are done in one go at most."""

PAUSE = 0.0005
"""Seconds: a tenth of what a commit takes on a disk."""


@dataclass(eq=False)
class _Waiting(Generic[Item, Result]):
    """One item, and what became of it."""

    item: Item
    done: bool = False
    results: list[Result] = field(default_factory=list)
    error: BaseException | None = None


class Together(Generic[Item, Result]):
    """Hands what waits to `work`, which returns a result for each; a caller returns when his own is done.

    There is no thread of its own: whoever comes first works for all that wait by then, and the others find theirs
    done. He goes as soon as nobody new came within `PAUSE`.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._work = work
        self._waiting: deque[_Waiting[Item, Result]] = deque()
        self._turn = Lock()

    def do(self, item: Item) -> Result:
        """Return the result for this item; raise what `work` raises for it."""
        mine: _Waiting[Item, Result] = _Waiting(item)
        self._waiting.append(mine)
        with self._turn:
            while not mine.done:
                self._do_all([self._waiting.popleft() for _ in range(min(self._gathered(), AT_ONCE))])
        if mine.error:
            raise mine.error
        return mine.results[0]

    def _gathered(self) -> int:
        """Wait while more keep coming; return how many there are."""
        seen = 0
        while seen < (there := len(self._waiting)) < AT_ONCE:
            seen = there
            time.sleep(PAUSE)
        return there

    def _do_all(self, several: Sequence[_Waiting[Item, Result]]) -> None:
        try:
            results = self._work([each.item for each in several])
        except Exception as error:
            self._after(several, error)
            return
        except BaseException as error:
            # The server ends this thread: nobody may wait for what it had taken upon itself.
            for each in several:
                each.error, each.done = error, True
            raise
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
