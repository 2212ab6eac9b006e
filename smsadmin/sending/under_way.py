"""What a loop has handed to its threads and not recorded yet: the next claims are made while the last calls go on.

One more thread records the answers of a turn as soon as its last call has come back, so that claiming and recording,
which mostly wait for the database, do not wait for each other. Where something was not simply taken or refused, the
loop records it itself, and learns of it, before it claims again: what goes back is halved, not claimed anew whole.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from threading import Condition

from flask import Flask

from smsadmin.api_log.record import Watched
from smsadmin.current import settings
from smsadmin.failures import named
from smsadmin.providers.base import Answer, Outcome
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.record import record
from smsadmin.sending.submit import Calls

log = logging.getLogger(__name__)

PLAIN = (Outcome.ACCEPTED, Outcome.REJECTED)
"""Of these the loop learns nothing that the next claim depends on."""


@dataclass(frozen=True)
class Turn:
    """The calls of one turn, which broadcast's they are (or events'), and what sees them."""

    source: int | None
    calls: Calls
    watched: Watched
    begun: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Back:
    """A turn whose answers are recorded."""

    source: int | None
    pairs: list[tuple[Claimed, Answer]]
    seconds: float
    """From the first call's being handed over until the last one's answer is taken up."""


def recording(app: Flask, account_id: int) -> Callable[[Turn], Back]:
    """Return what records a turn of the account, on any thread."""

    def record_turn(turn: Turn) -> Back:
        with app.app_context():
            try:
                pairs = turn.calls.pairs()
                seconds = time.monotonic() - turn.begun
                record(account_id, pairs)
            finally:
                turn.watched.keep(turn.calls.messages, turn.calls.claim.request_id)
        return Back(turn.source, pairs, seconds)

    return record_turn


class _Open:
    """A turn until the loop has learnt of its end."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.calls = len(turn.calls.requests)
        self.is_taken_up = False
        self.is_for_the_loop = False
        self.back: Back | None = None
        self.error: BaseException | None = None

    @property
    def is_over(self) -> bool:
        """Say whether it is recorded, or could not be."""
        return self.back is not None or self.error is not None

    def record(self, record: Callable[[Turn], Back]) -> None:
        """Record it, or keep what it could not be recorded for."""
        try:
            self.back = record(self.turn)
        except BaseException as failure:  # noqa: BLE001 - the loop raises it, on its own thread
            self.error = failure


class UnderWay:
    """The turns of one loop that it has not learnt of yet, oldest first."""

    def __init__(self, threads: Executor, recorder: Executor, record: Callable[[Turn], Back]) -> None:
        """Make the calls on `threads`, record by `record`, on the one thread of `recorder`."""
        self._threads = threads
        self._recorder = recorder
        self._record = record
        self._turns: list[_Open] = []
        self._open_calls = 0
        self._enough = 0
        self._changed = Condition()

    def __bool__(self) -> bool:
        """Say whether there is anything that the loop has not learnt of."""
        return bool(self._turns)

    @property
    def is_troubled(self) -> bool:
        """Say whether calls have come back of which the loop has to learn before it claims again."""
        return any(each.is_for_the_loop and not each.is_over for each in self._turns)

    @property
    def sources(self) -> set[int | None]:
        """Return whose turns they are."""
        return {each.turn.source for each in self._turns}

    def begin(self, turn: Turn) -> None:
        """Begin the calls of a turn."""
        each = _Open(turn)
        self._turns.append(each)
        with self._changed:
            self._open_calls += each.calls
        turn.calls.begin(self._threads, settings().threads, lambda: self._came_back(each))

    def wait(self, calls: int, turns: int) -> list[Back]:
        """Wait until no more than so many calls are open and so many turns unrecorded; return those that are over.

        Raise what one of them could not be recorded for; the others are recorded nevertheless.
        """
        troubled = self._come_back(calls, turns)
        while troubled:
            for each in troubled:
                each.record(self._record)
            troubled = self._come_back(calls, turns)
        over = [each for each in self._turns if each.is_over]
        self._turns = [each for each in self._turns if not each.is_over]
        errors = [each.error for each in over if each.error]
        for error in errors[1:]:
            log.error("answers of an account's calls cannot be recorded: %s", named(error))
        if errors:
            raise errors[0]
        return [each.back for each in over if each.back]

    def _come_back(self, calls: int, turns: int) -> list[_Open]:
        """Wait until so few are open, or until something is for the loop to record; return that."""
        with self._changed:
            self._enough = calls
            self._changed.wait_for(lambda: self.is_troubled or self._are_few(calls, turns))
            return [each for each in self._turns if each.is_for_the_loop and not each.is_over]

    def _are_few(self, calls: int, turns: int) -> bool:
        return self._open_calls <= calls and sum(not each.is_over for each in self._turns) <= turns

    def _came_back(self, each: _Open) -> None:
        with self._changed:
            each.calls -= 1
            self._open_calls -= 1
            if self._open_calls <= self._enough:
                self._changed.notify()
            if each.calls:
                return
        try:
            self._recorder.submit(self._end, each)
        except RuntimeError:
            # The process ends, and takes nothing new up: this thread records it.
            self._end(each)

    def _end(self, each: _Open) -> None:
        with self._changed:
            # An executor that found no room for its thread has kept the work, and does it when there is room.
            if each.is_taken_up:
                return
            each.is_taken_up = True
        if _is_plain(each.turn.calls):
            each.record(self._record)
        with self._changed:
            each.is_for_the_loop = not each.is_over
            self._changed.notify()


def _is_plain(calls: Calls) -> bool:
    """Say whether everything was taken, or refused for good, and nothing said for how long to rest."""
    return calls.failure is None and all(
        answer.outcome in PLAIN and answer.retry_after is None for each in calls.answers for answer in each
    )
