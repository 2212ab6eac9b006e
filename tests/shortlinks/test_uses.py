"""The counters of how links are used: they say what the clicks and logins say, whoever stored them, and when."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, func, inspect, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shortlinks import migrate, recount, rules, uses
from shortlinks.blocks import reserve
from shortlinks.bots import Signal
from shortlinks.flusher import Flush, flush_once
from shortlinks.gate import Outcome
from shortlinks.lines import ClickLine, Line, LoginLine, to_bytes
from shortlinks.models import Click, ClickCounter, LinkBlock, Login, Spool, UseCounter
from shortlinks.reclassify import reclassify
from shortlinks.recount import UseDifference
from shortlinks.report import Figures, figures
from shortlinks.spoolfile import read_batch
from shortlinks.storing import store_batch
from tests.shortlinks.clicking import NOON, assert_counters_are_right
from tests.shortlinks.host import CRAWLER, OWN_APP, PHONE, make_host

OWNERS = ("b1", "b2")
ROOT = Path(__file__).parents[2]


class Event(NamedTuple):
    """A click (`outcome` None) or a login on one of the links, by somebody, at some second."""

    link: int
    position: int
    agent: str
    outcome: Outcome | None
    second: int


events = st.builds(
    Event,
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([PHONE, OWN_APP, CRAWLER, ""]),
    st.none() | st.sampled_from(Outcome),
    st.sampled_from([0, 1, 2, 30, 3600, 7200]),
)


@pytest.fixture
def links(app: Flask, engine: Engine) -> list[LinkBlock]:
    return four_links(engine)


def four_links(engine: Engine) -> list[LinkBlock]:
    """Reserve two links of each owner, the second one of each a login link."""
    return [
        reserve(engine, url="http://localhost/c", owner=owner, link_index=index, count=2000, login=index == 1)
        for owner in OWNERS
        for index in (0, 1)
    ]


def line(event: Event, links: list[LinkBlock]) -> Line:
    number = links[event.link].first + event.position
    at = NOON + timedelta(seconds=event.second)
    if event.outcome is None:
        return ClickLine(number, at, Signal.NONE, event.agent, "", "")
    return LoginLine(number, at, event.outcome, "")


def of_rows(engine: Engine) -> dict[str, Figures]:
    with Session(engine) as session:
        return recount.counted(session, OWNERS)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=st.lists(st.lists(events, max_size=8), max_size=5), often=st.booleans())
def test_counters_and_rows_say_the_same_after_any_batches(
    app: Flask, engine: Engine, links: list[LinkBlock], batches: list[list[Event]], often: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # So that a few people of one agent are a burst, and many clicks turn out to be no person's.
        patch.setattr(rules, "BURST_RECIPIENTS", 2)
        patch.setattr(rules, "RARE_BELOW", 1.0)
        for batch in batches:
            for event in batch:
                app.extensions["shortlinks"].clicks.append(line(event, links))
            flush_once(app)
            if often:
                list(reclassify(app.extensions["shortlinks"], everything=True))

    assert figures(OWNERS) == of_rows(engine)
    assert_counters_are_right(engine)


def test_in_each_run_of_an_owner_a_message_is_unique_over_its_links(app: Flask, engine: Engine) -> None:
    runs = [
        [
            reserve(
                engine,
                url="http://localhost/c",
                owner="b1",
                link_index=index,
                count=10,
                login=False,
                first_position=first,
            )
            for index in (0, 1)
        ]
        for first in (0, 10)
    ]
    for index in (0, 1, 1):
        for links in runs:
            app.extensions["shortlinks"].clicks.append(line(Event(index, 3, PHONE, None, 0), links))
        flush_once(app)

    assert figures(OWNERS) == of_rows(engine)
    assert figures(OWNERS)["b1"] == Figures(clicks=6, unique=2)


def test_a_batch_that_is_stored_twice_is_counted_once(
    app: Flask, engine: Engine, links: list[LinkBlock], spool: Path
) -> None:
    app.extensions["shortlinks"].clicks.append(line(Event(0, 3, PHONE, None, 0), links))
    (path,) = spool.glob("*.spool")
    flush_once(app)
    again = read_batch(path, 0)
    assert again is not None

    assert not store_batch(app.extensions["shortlinks"], again)

    assert figures(OWNERS)["b1"] == Figures(clicks=1, unique=1)


def test_where_the_counters_cannot_be_written_no_click_is_stored_either(
    app: Flask, engine: Engine, links: list[LinkBlock], monkeypatch: pytest.MonkeyPatch
) -> None:
    app.extensions["shortlinks"].clicks.append(line(Event(0, 3, PHONE, None, 0), links))

    def fails(_: object) -> None:
        raise OperationalError("", {}, Exception("the server has gone"))

    with monkeypatch.context() as patch:
        patch.setattr(uses.Uses, "count", fails)
        with pytest.raises(OperationalError):
            flush_once(app)
    assert (figures(OWNERS), of_rows(engine)) == ({"b1": Figures(), "b2": Figures()},) * 2

    flush_once(app)
    assert figures(OWNERS) == of_rows(engine)
    assert figures(OWNERS)["b1"] == Figures(clicks=1, unique=1)


def written(spool: Path, names: list[str], links: list[LinkBlock], number: int) -> int:
    """Write spools of dead processes: the same people click on both links in all of them; return how many lines."""
    chance = Random(17)
    for name in names:
        spool.mkdir(exist_ok=True)
        lines = []
        for second in range(number):
            agent = chance.choice([PHONE, PHONE, CRAWLER, ""])
            outcome = chance.choice([None, None, None, Outcome.SIGNED_IN, Outcome.REFUSED])
            event = Event(chance.randrange(4), chance.randrange(400), agent, outcome, second % 100)
            lines.append(to_bytes(line(event, links)))
        (spool / name).write_bytes(b"".join(lines))
    return number * len(names)


def test_flushers_of_several_machines_count_each_message_once(
    app: Flask, engine: Engine, links: list[LinkBlock], tmp_path: Path
) -> None:
    folders = [tmp_path / f"machine-{number}" for number in range(3)]
    for folder in folders:
        written(folder, [f"{folder.name}-{number}.spool" for number in range(2)], links, 1200)
    hosts = [make_host(engine, folder) for folder in folders]

    with ThreadPoolExecutor(len(hosts)) as pool:
        assert sum(pool.map(flush_once, hosts)) == 3 * 2 * 1200

    assert figures(OWNERS) == of_rows(engine)
    assert figures(OWNERS)["b1"].unique > 200


FLUSHER = """
import sys
from pathlib import Path
from sqlalchemy import create_engine
from shortlinks.flusher import flush_once
from tests.shortlinks.host import make_host
host = make_host(create_engine(sys.argv[1]), Path(sys.argv[2]))
flush_once(host)
"""


def test_a_flusher_that_is_killed_leaves_clicks_and_counters_equal(
    app: Flask, engine: Engine, links: list[LinkBlock], tmp_path: Path
) -> None:
    folder = tmp_path / "dead"
    lines = written(folder, [f"{number}.spool" for number in range(6)], links, 6000)
    url = engine.url.render_as_string(hide_password=False)
    for _ in range(3):
        before = stored(engine)
        argv = [sys.executable, "-c", FLUSHER, url, str(folder)]
        with subprocess.Popen(argv, cwd=ROOT) as flusher:
            deadline = time.monotonic() + 60
            while stored(engine) == before and time.monotonic() < deadline:
                time.sleep(0.005)
            flusher.kill()
        assert before < stored(engine) < lines, "it was killed in the middle"
        assert figures(OWNERS) == of_rows(engine)

    Flush(make_host(engine, folder).extensions["shortlinks"]).run()

    assert stored(engine) == lines
    assert figures(OWNERS) == of_rows(engine)


def stored(engine: Engine) -> int:
    """Return how many lines are in the tables."""
    with Session(engine) as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Click, Login))


def test_every_way_to_differ_is_found_and_mended(app: Flask, engine: Engine, links: list[LinkBlock]) -> None:
    for event in (Event(0, 3, PHONE, None, 0), Event(3, 1, CRAWLER, None, 0), Event(1, 2, "", None, 1)):
        app.extensions["shortlinks"].clicks.append(line(event, links))
    flush_once(app)
    with Session(engine) as session, session.begin():
        session.execute(update(UseCounter).where(UseCounter.use == "bot_clicks").values(count=5))
        session.execute(delete(UseCounter).where(UseCounter.use == "clicks"))
        session.add(UseCounter(owner="nobody", use="logins", count=2))

    with Session(engine) as session:
        found = recount.differences(session, 100)
    assert [each for each in found if isinstance(each, UseDifference)] == [
        UseDifference("b1", "bot_clicks", 5, 1),
        UseDifference("b1", "clicks", 0, 1),
        UseDifference("b2", "bot_clicks", 5, 1),
        UseDifference("nobody", "logins", 2, 0),
    ]

    with Session(engine) as session, session.begin():
        assert recount.mend(session, 100) == 4

    assert_counters_are_right(engine)
    assert figures(OWNERS) == of_rows(engine)


def test_clicks_of_before_are_counted_when_the_tables_come_up(
    app: Flask, engine: Engine, links: list[LinkBlock], tmp_path: Path
) -> None:
    folder = tmp_path / "machine"
    written(folder, ["1.spool"], links, 300)
    flush_once(make_host(engine, folder))
    before = figures(OWNERS)

    migrate.downgrade(engine, "0001")
    assert "shortlinks_use_counters" not in inspect(engine).get_table_names()
    migrate.upgrade(engine)

    assert figures(OWNERS) == before == of_rows(engine)
    assert before["b1"].unique > 20


def test_what_is_missing_is_mended_exactly_while_clicks_come(
    app: Flask, engine: Engine, links: list[LinkBlock], tmp_path: Path
) -> None:
    folder = tmp_path / "machine"
    written(folder, ["1.spool", "2.spool"], links, 1500)
    with Session(engine) as session, session.begin():
        session.add(UseCounter(owner="b1", use="unique", count=7))
        wrong = {"hour": NOON, "device": "phone", "person": True, "first_at": NOON - timedelta(days=1)}
        session.add(ClickCounter(owner="b1", link_index=0, count=7, **wrong))
    host = make_host(engine, folder)

    def mend() -> int:
        with Session(engine) as session, session.begin():
            # As a mender does, it begins with a write: SQLite knows one writer.
            session.execute(update(Spool).values(lost=Spool.lost))
            return recount.mend(session, 100)

    with ThreadPoolExecutor(1) as pool:
        flushing = pool.submit(flush_once, host)
        mended = 0
        while not flushing.done():
            mended += mend()
    assert mended + mend() == 2
    assert figures(OWNERS) == of_rows(engine)
    assert_counters_are_right(engine)
