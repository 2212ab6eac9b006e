"""The blocks a process knows: finding the block of a number is a bisection in memory, not a database read."""

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Collection

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shortlinks.models import LinkBlock

# A miss reads the database at most so often; whoever comes in between waits for the next read.
_RELOAD_EVERY = 1.0

# A code is handed out when its block is there, so a number that was missed is a guess: it is not waited for
# again so soon, or one lucky guess, repeated, would hold every thread of the server.
_MISS_LASTS = 60.0
_MOST_MISSES = 1000


class BlockCache:
    """All blocks in the order of their numbers; those that other processes opened are read when missed."""

    def __init__(
        self,
        engine: Callable[[], Engine],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._blocks: list[LinkBlock] = []
        self._firsts: list[int] = []
        self._tried_at = self._read_at = float("-inf")
        self._missed: dict[int, float] = {}

    def find(self, number: int) -> LinkBlock | None:
        """Return the block that holds `number` if this process knows it; `revoked_at` may be out of date."""
        # The two lists only grow, blocks before firsts, so a reader needs no lock.
        index = bisect_right(self._firsts, number) - 1
        if index < 0:
            return None
        block = self._blocks[index]
        return block if number < block.first + block.count else None

    def find_or_read(self, number: int) -> LinkBlock | None:
        """Return the block of `number`, reading newer blocks from the database when this process knows none.

        Call it only for a number that is proven (a code's tag verifies): it may wait up to a second.
        """
        asked_at = self._clock()
        block = self.find(number)
        if block is not None or asked_at < self._missed.get(number, float("-inf")) + _MISS_LASTS:
            return block
        self._read_after(asked_at, [number])
        block = self.find(number)
        if block is None:
            self._note_miss(number)
        return block

    def refresh(self) -> None:
        """Read newer blocks if none were read for a second: a first click then needs no database."""
        if self._clock() < self._tried_at + _RELOAD_EVERY or not self._lock.acquire(blocking=False):
            return
        try:
            self._read_newer()
        finally:
            self._lock.release()

    def find_all(self, numbers: Collection[int]) -> dict[int, LinkBlock]:
        """Return the block of each number that has one, reading newer blocks once at most."""
        asked_at = self._clock()
        self._read_after(asked_at, numbers)
        found = ((number, self.find(number)) for number in numbers)
        return {number: block for number, block in found if block is not None}

    def _note_miss(self, number: int) -> None:
        with self._lock:
            if len(self._missed) >= _MOST_MISSES:
                self._missed.clear()
            self._missed[number] = self._clock()

    def _read_after(self, asked_at: float, numbers: Collection[int]) -> None:
        if self._knows(numbers):
            return
        with self._lock:
            # The read that was waited for may have begun too early to count, and still have found them.
            if self._read_at < asked_at and not self._knows(numbers):
                self._wait_for_turn()
                self._read_newer()

    def _knows(self, numbers: Collection[int]) -> bool:
        return all(self.find(number) is not None for number in numbers)

    def _wait_for_turn(self) -> None:
        early = self._tried_at + _RELOAD_EVERY - self._clock()
        if early > 0:
            self._sleep(early)

    def _read_newer(self) -> None:
        self._tried_at = self._clock()
        last = self._firsts[-1] if self._firsts else -1
        # Blocks are committed in the order of their numbers (the counter's row lock), so none appears below.
        newer = select(LinkBlock).where(LinkBlock.first > last).order_by(LinkBlock.first)
        with Session(self._engine(), expire_on_commit=False) as session:
            blocks = list(session.scalars(newer))
        self._blocks.extend(blocks)
        self._firsts.extend(block.first for block in blocks)
        # Only now: whoever waited for a read that failed must not take a block for missing.
        self._read_at = self._tried_at
