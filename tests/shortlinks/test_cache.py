"""The blocks a process knows: read when missed, and not more often than once a second."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from shortlinks.blocks import reserve
from shortlinks.cache import BlockCache
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

    def test_who_waited_for_a_read_that_failed_reads_again(self, engine: Engine, clock: Clock) -> None:
        block = a_block(engine)
        gone = BlockCache(_Away(engine), clock, clock.sleep)
        with pytest.raises(OperationalError):
            gone.find_or_read(block.first)
        # As one who asked before that read began, and stood behind it.
        clock.now -= 0.5
        assert gone.find_or_read(block.first) is not None

    def test_who_came_while_the_block_was_being_read_does_not_wait_for_another_read(
        self, engine: Engine, clock: Clock, reads: list[str]
    ) -> None:
        block = a_block(engine)
        begun, asked = threading.Event(), threading.Event()

        def slow_engine() -> Engine:
            begun.set()
            asked.wait(5)
            return engine

        cache = BlockCache(slow_engine, clock, clock.sleep)
        first = threading.Thread(target=cache.find_or_read, args=[block.first])
        first.start()
        begun.wait(5)
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
    """The engine of a database that does not answer at first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked = False

    def __call__(self) -> Engine:
        if not self._asked:
            self._asked = True
            raise OperationalError("SELECT", {}, Exception("away"))
        return self._engine
