"""While visitors click, the flusher of their process lets them go first; what waits is safe in the spool."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine

from shortlinks import flusher
from shortlinks.blocks import reserve
from shortlinks.bots import Signal
from shortlinks.flusher import LONGEST_REST, Flush
from shortlinks.lines import ClickLine
from shortlinks.shortener import Shortener
from shortlinks.spoolfile import MOST_LINES, Batch
from shortlinks.storing import store_batch
from tests.shortlinks.host import PHONE


@pytest.fixture
def shortener(app: Flask) -> Shortener:
    found: Shortener = app.extensions["shortlinks"]
    return found


def click(shortener: Shortener, number: int, times: int) -> None:
    for _ in range(times):
        line = ClickLine(number, datetime.now(UTC), Signal.NONE, PHONE, "", "10.1.2.0")
        shortener.clicks.append(line)


@pytest.mark.parametrize(("meanwhile", "rests"), [(0, 0), (50_000, 2)])
def test_it_rests_between_batches_while_clicks_come(
    shortener: Shortener,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: int,
    rests: int,
) -> None:
    block = reserve(engine, url="https://x.ru", owner="b1", link_index=0, count=10, login=False)
    click(shortener, block.first, MOST_LINES + 100)

    def store_while_visitors_come(shortener: Shortener, batch: Batch) -> bool:
        shortener.clicks.appended += meanwhile
        return store_batch(shortener, batch)

    monkeypatch.setattr(flusher, "store_batch", store_while_visitors_come)
    # A batch takes too short for a rest that is too long.
    monkeypatch.setattr(flusher, "SHARE", 0.0001)
    rested: list[float] = []

    stored = Flush(shortener, rested.append).run()

    assert stored == MOST_LINES + 100
    assert len(rested) == rests
    assert all(0 < seconds <= LONGEST_REST for seconds in rested)
