"""The blocks a process knows: finding the block of a number is a bisection in memory, not a database read.

What was kept on the disk is known until the database is read for the first time, which says what there really is.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shortlinks.models import LinkBlock

# A miss reads the database at most so often; whoever comes in between waits for the next read.
_RELOAD_EVERY = 1.0

# A code is handed out when its block is there, so a number that was missed is a guess: it is not waited for
# again so soon, or one lucky guess, repeated, would hold every thread of the server.
_MISS_LASTS = 60.0
_MOST_MISSES = 1000

# So long a visitor waits for a read of somebody else's. A database that is out of reach may take minutes to say so.
_PATIENCE = 3.0


class DatabaseAway(Exception):
    """What a link stands for cannot be read now; nothing is known of it here."""


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
        # Replaced as a whole, or else they only grow, blocks before firsts: a reader needs no lock.
        self._known: tuple[list[int], list[LinkBlock]] = [], []
        self._tried_at = self._read_at = float("-inf")
        self._away = False
        self._missed: dict[int, float] = {}

    def begin_with(self, kept: Sequence[LinkBlock]) -> None:
        """Know these, in the order of their numbers, until the database is read for the first time."""
        with self._lock:
            if not self._was_read:
                self._known = [block.first for block in kept], list(kept)

    def find(self, number: int) -> LinkBlock | None:
        """Return the block that holds `number` if this process knows it; `revoked_at` may be out of date."""
        firsts, blocks = self._known
        index = bisect_right(firsts, number) - 1
        if index < 0:
            return None
        block = blocks[index]
        return block if number < block.first + block.count else None

    def find_or_read(self, number: int) -> LinkBlock | None:
        """Return the block of `number`, reading newer blocks from the database when this process knows none.

        Call it only for a number that is proven (a code's tag verifies): it may wait up to a second. While the
        database is away one caller a second tries it, and raises its error; to all others `DatabaseAway` is raised.
        """
        asked_at = self._clock()
        block = self.find(number)
        if block is not None or asked_at < self._missed.get(number, float("-inf")) + _MISS_LASTS:
            return block
        # One who tries while the database is away holds nobody up: he may wait for minutes.
        if not self._lock.acquire(timeout=0 if self._away else _PATIENCE):
            self._away = True
            raise DatabaseAway
        try:
            if self._away and self._clock() < self._tried_at + _RELOAD_EVERY:
                raise DatabaseAway
            self._read_after(asked_at, [number])
            block = self.find(number)
            if block is None:
                self._note_miss(number)
            return block
        finally:
            self._lock.release()

    def refresh(self) -> None:
        """Read newer blocks if none were read for a second: a first click then needs no database."""
        if self._clock() < self._tried_at + _RELOAD_EVERY or not self._lock.acquire(blocking=False):
            return
        try:
            self._read_newer()
        finally:
            self._lock.release()

    def find_all(self, numbers: Collection[int]) -> dict[int, LinkBlock]:
        """Return the block of each number that the database has one of, reading newer blocks once at most."""
        asked_at = self._clock()
        if not self._knows(numbers):
            with self._lock:
                self._read_after(asked_at, numbers)
        found = ((number, self.find(number)) for number in numbers)
        return {number: block for number, block in found if block is not None}

    def all_read(self) -> Sequence[LinkBlock]:
        """Return all blocks of the database, which may become more meanwhile; nothing before it was read."""
        return self._known[1] if self._was_read else ()

    @property
    def _was_read(self) -> bool:
        return self._read_at > float("-inf")

    def _note_miss(self, number: int) -> None:
        if len(self._missed) >= _MOST_MISSES:
            self._missed.clear()
        self._missed[number] = self._clock()

    def _read_after(self, asked_at: float, numbers: Collection[int]) -> None:
        # The read that was waited for may have begun too early to count, and still have found them.
        if self._read_at < asked_at and not self._knows(numbers):
            early = self._tried_at + _RELOAD_EVERY - self._clock()
            if early > 0:
                self._sleep(early)
            self._read_newer()

    def _knows(self, numbers: Collection[int]) -> bool:
        return self._was_read and all(self.find(number) is not None for number in numbers)

    def _read_newer(self) -> None:
        self._tried_at = self._clock()
        firsts, blocks = self._known if self._was_read else ([], [])
        # Blocks are committed in the order of their numbers (the counter's row lock), so none appears below.
        newer = select(LinkBlock).order_by(LinkBlock.first).where(LinkBlock.first > (firsts or [-1])[-1])
        try:
            with Session(self._engine(), expire_on_commit=False) as session:
                found = list(session.scalars(newer))
        except Exception:
            self._away = True
            raise
        blocks.extend(found)
        firsts.extend(block.first for block in found)
        self._known = firsts, blocks
        self._away = False
        # Only now: whoever waited for a read that failed must not take a block for missing.
        self._read_at = self._tried_at
