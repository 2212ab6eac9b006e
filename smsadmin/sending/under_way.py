"""What a loop has handed to its threads and not recorded yet: the next claim is made while the last calls go on."""

from collections import deque
from dataclasses import dataclass
from threading import Semaphore

from smsadmin.api_log.record import Watched
from smsadmin.models import Message
from smsadmin.providers.base import Answer
from smsadmin.sending.record import record
from smsadmin.sending.submit import Calls


@dataclass(frozen=True)
class Turn:
    """The calls of one turn, which broadcast's they are (or events'), and what sees them."""

    source: int | None
    calls: Calls
    watched: Watched


@dataclass(frozen=True)
class Back:
    """A turn whose answers are recorded."""

    source: int | None
    pairs: list[tuple[Message, Answer]]


class UnderWay:
    """The turns of one loop whose calls are open, oldest first."""

    def __init__(self, account_id: int) -> None:
        self._account_id = account_id
        self._turns: deque[Turn] = deque()
        self._open = 0
        self._came_back = Semaphore(0)

    def __bool__(self) -> bool:
        """Say whether anything is not recorded yet."""
        return bool(self._turns)

    @property
    def sources(self) -> set[int | None]:
        """Return whose turns they are."""
        return {turn.source for turn in self._turns}

    def add(self, turn: Turn) -> None:
        """Note a turn whose calls have begun."""
        self._turns.append(turn)
        self._open += len(turn.calls.answers)
        for answer in turn.calls.answers:
            answer.add_done_callback(lambda _: self._came_back.release())

    def wait(self, calls: int) -> list[Back]:
        """Wait until no more than so many calls are open; record the turns that are over, and return them."""
        while self._open > calls:
            self._came_back.acquire()
            self._open -= 1
        over = [turn for turn in self._turns if turn.calls.are_over()]
        return [self._record(turn) for turn in over]

    def record_all(self) -> None:
        """Record everything, also when some of it cannot be: nothing that left may be without its outcome."""
        while self._turns:
            try:
                self._record(self._turns[0])
            finally:
                self.record_all()

    def _record(self, turn: Turn) -> Back:
        self._turns.remove(turn)
        try:
            pairs = turn.calls.pairs()
            record(self._account_id, pairs)
        finally:
            turn.watched.keep(turn.calls.messages, turn.calls.claim.request_id)
        return Back(turn.source, pairs)
