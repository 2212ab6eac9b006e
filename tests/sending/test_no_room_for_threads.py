"""Where no thread can be started the work of a turn is done once, by whoever is there."""

from collections import Counter as Tally
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from smsadmin.providers.base import Answer, Outcome
from smsadmin.sending.under_way import Back, Turn, UnderWay
from tests.plugin import Shop


class NoRoomAtFirst(Executor):
    """Keeps its first work and raises, as the real one does where no thread can be started."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._kept: list[Callable[[], Any]] = []
        self._is_first = True

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Take the work up behind what was kept."""
        if self._is_first:
            self._is_first = False
            self._kept.append(lambda: fn(*args, **kwargs))
            raise RuntimeError("can't start new thread")
        while self._kept:
            self._threads.submit(self._kept.pop())
        return self._threads.submit(fn, *args, **kwargs)


class Calls:
    """One call of which this answer has come back."""

    requests = ((None,),)
    failure = None

    def __init__(self, outcome: Outcome) -> None:
        self.answers = [[Answer(outcome)]]

    def begin(self, _threads: Executor, _at_once: int, came_back: Callable[[], None]) -> None:
        """Come back at once."""
        came_back()


def test_a_turn_is_recorded_once_where_the_recorder_found_no_room_at_first(shop: Shop) -> None:
    recorded: Tally[int | None] = Tally()

    def record(turn: Turn) -> Back:
        recorded[turn.source] += 1
        return Back(turn.source, [], 0.0)

    with ThreadPoolExecutor(1) as threads:
        under_way = UnderWay(threads, NoRoomAtFirst(threads), record)
        for source in (1, 2):
            calls: Any = Calls(Outcome.ACCEPTED)
            nobody: Any = SimpleNamespace()
            under_way.begin(Turn(source, calls, nobody))
        under_way.wait(0, 0)

    assert recorded == {1: 1, 2: 1}
