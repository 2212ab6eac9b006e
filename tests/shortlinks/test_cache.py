"""The blocks a process knows: read when missed, and not more often than once a second."""

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from shortlinks.blocks import reserve
from shortlinks.cache import BlockCache, DatabaseAway
from shortlinks.models import LinkBlock


class Clock:
    """A monotonic clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(engine: Engine, clock: Clock) -> BlockCache:
    return BlockCache(lambda: engine, clock, clock.sleep)


@pytest.fixture
def reads(engine: Engine) -> Iterator[list[str]]:
    """Every SELECT of blocks since the test began."""
    reads: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM shortlinks_blocks" in statement and "shortlinks_blocks.first >" in statement:
            reads.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield reads
    event.remove(engine, "before_cursor_execute", note)


def a_block(engine: Engine, owner: str = "a") -> LinkBlock:
    return reserve(engine, url="http://x.ru", owner=owner, link_index=0, count=5, login=False)


@pytest.mark.usefixtures("app")
class TestBlockCache:
    def test_all_blocks_are_read_at_the_first_miss(
        self, engine: Engine, cache: BlockCache, reads: list[str]
    ) -> None:
        blocks = [a_block(engine, owner) for owner in ("a", "b", "c")]
        found = [cache.find_or_read(block.first + 4) for block in blocks]
        assert [block.id for block in found if block] == [block.id for block in blocks]
        assert len(reads) == 1

    def test_the_numbers_between_and_after_blocks_are_nobodys(
        self, engine: Engine, cache: BlockCache
    ) -> None:
        last = a_block(engine)
        cache.find_or_read(last.first)
        assert cache.find(last.first + 5) is None
        assert cache.find(-1) is None

    def test_a_block_opened_right_after_a_read_is_found_by_the_next(
        self, engine: Engine, cache: BlockCache, clock: Clock, reads: list[str]
    ) -> None:
        assert cache.find_or_read(10**6) is None
        clock.now += 0.25
        assert cache.find_or_read(a_block(engine).first) is not None
        assert clock.slept == [0.75]
        assert len(reads) == 2

    def test_a_miss_after_more_than_a_second_does_not_wait(self, cache: BlockCache, clock: Clock) -> None:
        cache.find_or_read(0)
        clock.now += 5
        cache.find_or_read(1)
        assert clock.slept == []

    def test_a_lucky_guess_that_is_repeated_holds_nobody_up(
        self, cache: BlockCache, clock: Clock, reads: list[str]
    ) -> None:
        for _ in range(5):
            assert cache.find_or_read(7) is None
            clock.now += 0.01
        assert clock.slept == []
        assert len(reads) == 1

    def test_a_number_that_was_missed_is_found_once_its_block_is_known(
        self, engine: Engine, cache: BlockCache, clock: Clock
    ) -> None:
        assert cache.find_or_read(0) is None
        block = a_block(engine)
        clock.now += 2
        cache.find_or_read(block.first + 1)
        found = cache.find_or_read(block.first)
        assert found is not None
        assert found.id == block.id

    def test_many_numbers_of_no_block_cost_one_read(
        self, engine: Engine, cache: BlockCache, clock: Clock, reads: list[str]
    ) -> None:
        block = a_block(engine)
        found = cache.find_all({block.first, *range(1000, 1500)})
        assert set(found) == {block.first}
        assert clock.slept == []
        assert len(reads) == 1

    def test_a_missed_number_does_not_keep_new_blocks_from_a_batch(
        self, engine: Engine, cache: BlockCache, clock: Clock
    ) -> None:
        assert cache.find_or_read(10**6) is None
        block = a_block(engine)
        clock.now += 2
        assert set(cache.find_all({block.first, 10**6})) == {block.first}

    def test_while_the_database_is_away_one_a_second_tries_it_and_nobody_else_waits(
        self, engine: Engine, clock: Clock
    ) -> None:
        block = a_block(engine)
        away = _Away(engine)
        cache = BlockCache(away, clock, clock.sleep)
        with pytest.raises(OperationalError):
            cache.find_or_read(block.first)
        for _ in range(3):
            with pytest.raises(DatabaseAway):
                cache.find_or_read(block.first)
        assert (away.asked, clock.slept) == (1, [])
        clock.now += 1
        with pytest.raises(OperationalError):
            cache.find_or_read(block.first)
        away.back = True
        clock.now += 1
        assert cache.find_or_read(block.first) is not None

    def test_a_read_that_failed_makes_no_block_a_missing_one(self, engine: Engine, clock: Clock) -> None:
        block = a_block(engine)
        away = _Away(engine)
        cache = BlockCache(away, clock, clock.sleep)
        with pytest.raises(OperationalError):
            cache.find_all([block.first])
        away.back = True
        # As one who asked before that read began, and stood behind it.
        clock.now -= 0.5
        assert set(cache.find_all([block.first])) == {block.first}

    def test_behind_a_database_that_says_nothing_each_waits_once_at_most(
        self, engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shortlinks.cache._PATIENCE", 0.05)
        begun, asked = threading.Event(), threading.Event()

        def silent_engine() -> Engine:
            begun.set()
            asked.wait(60)
            return engine

        cache = BlockCache(silent_engine, clock, clock.sleep)
        first = threading.Thread(target=cache.find_or_read, args=[0])
        first.start()
        begun.wait(60)
        with pytest.raises(DatabaseAway):
            cache.find_or_read(1)
        monkeypatch.setattr("shortlinks.cache._PATIENCE", 60)
        came = time.monotonic()
        with pytest.raises(DatabaseAway):
            cache.find_or_read(1)
        assert time.monotonic() < came + 30
        asked.set()
        first.join()

    def test_what_was_kept_is_known_without_a_read(
        self, engine: Engine, cache: BlockCache, reads: list[str]
    ) -> None:
        kept = a_block(engine)
        cache.begin_with([kept])
        assert cache.find_or_read(kept.first + 4) is kept
        assert reads == []

    def test_the_first_read_takes_the_place_of_what_was_kept(self, engine: Engine, cache: BlockCache) -> None:
        url = "http://other.example"
        of_another = LinkBlock(id=1, first=0, count=10, url=url, owner="b", login=False, first_position=0)
        cache.begin_with([of_another])
        real = a_block(engine)
        assert cache.find(real.first) is of_another
        cache.refresh()
        found = cache.find(real.first)
        assert found is not None
        assert (found.owner, cache.find(real.first + 5)) == ("a", None)
        cache.begin_with([of_another])
        assert cache.find(real.first) is found

    def test_a_batch_is_stored_by_what_the_database_has_not_by_what_was_kept(
        self, engine: Engine, cache: BlockCache
    ) -> None:
        cache.begin_with([LinkBlock(id=1, first=10**6, count=10)])
        real = a_block(engine)
        assert set(cache.find_all([real.first, 10**6])) == {real.first}

    def test_who_came_while_the_block_was_being_read_does_not_wait_for_another_read(
        self, engine: Engine, clock: Clock, reads: list[str]
    ) -> None:
        block = a_block(engine)
        begun, asked = threading.Event(), threading.Event()

        def slow_engine() -> Engine:
            begun.set()
            asked.wait(60)
            return engine

        cache = BlockCache(slow_engine, clock, clock.sleep)
        first = threading.Thread(target=cache.find_or_read, args=[block.first])
        first.start()
        begun.wait(60)
        clock.now += 0.1
        threading.Timer(0.2, asked.set).start()
        assert cache.find_or_read(block.first) is not None
        first.join()
        assert clock.slept == []
        assert len(reads) == 1

    def test_a_block_that_was_refreshed_is_found_without_a_read(
        self, engine: Engine, cache: BlockCache, reads: list[str]
    ) -> None:
        block = a_block(engine)
        cache.refresh()
        assert cache.find_or_read(block.first) is not None
        assert len(reads) == 1

    def test_blocks_are_refreshed_once_a_second_at_most_and_nobody_waits(
        self, cache: BlockCache, clock: Clock, reads: list[str]
    ) -> None:
        for _ in range(10):
            cache.refresh()
            clock.now += 0.3
        assert len(reads) == 3
        assert clock.slept == []


class _Away:
    """The engine of a database that is away until it is `back`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.asked = 0
        self.back = False

    def __call__(self) -> Engine:
        self.asked += 1
        if not self.back:
            raise OperationalError("SELECT", {}, Exception("away"))
        return self._engine
