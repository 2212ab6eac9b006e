"""The flusher: every line of the spool comes into the database exactly once."""

import shutil
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shortlinks.blocks import reserve
from shortlinks.bots import Kind, Signal
from shortlinks.clicks import ClickSpool
from shortlinks.flusher import LOCK_NAME, Flusher, flush_once, start_flusher
from shortlinks.gate import Outcome
from shortlinks.lines import ClickLine, LoginLine, LostLine, to_bytes
from shortlinks.models import Click, LinkBlock, Login, Spool, UserAgent
from shortlinks.spoolfile import read_batch, try_lock
from shortlinks.storing import store_batch
from tests.shortlinks.host import CRAWLER, PHONE

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def block(app: Flask, engine: Engine) -> LinkBlock:
    return reserve(engine, url="http://localhost/cabinet", owner="b1", link_index=0, count=1000, login=True)


@pytest.fixture
def clicks(app: Flask) -> ClickSpool:
    spool: ClickSpool = app.extensions["shortlinks"].clicks
    return spool


def click_on(number: int, agent: str = PHONE, seconds: int = 0) -> ClickLine:
    return ClickLine(number, NOON + timedelta(seconds=seconds), Signal.NONE, agent, "t.me", "10.1.2.0")


def login_on(number: int, seconds: int = 0) -> LoginLine:
    return LoginLine(number, NOON + timedelta(seconds=seconds), Outcome.SIGNED_IN, "")


def count(engine: Engine, table: type[Click | Login | UserAgent]) -> int:
    with Session(engine) as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def kinds(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(Click.kind).order_by(Click.at)))


def spool_row(engine: Engine) -> Spool:
    with Session(engine) as session:
        return session.scalars(select(Spool)).one()


def test_a_click_is_stored_with_everything_known_of_it(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool
) -> None:
    clicks.append(click_on(block.first + 7))
    assert flush_once(app) == 1
    with Session(engine) as session:
        click = session.scalars(select(Click)).one()
        agent = session.scalars(select(UserAgent)).one()
    assert (click.block_id, click.position, click.at, click.kind) == (block.id, 7, NOON, Kind.PERSON)
    assert (click.referrer_host, click.address, click.user_agent_id) == ("t.me", "10.1.2.0", agent.id)
    assert (agent.agent, agent.device) == (PHONE, "iPhone")


def test_what_was_flushed_is_not_flushed_again(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool
) -> None:
    clicks.append(click_on(block.first))
    assert [flush_once(app), flush_once(app)] == [1, 0]
    clicks.append(click_on(block.first))
    assert flush_once(app) == 1
    assert count(engine, Click) == 2


def test_more_clicks_than_one_batch_holds_are_all_stored(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool
) -> None:
    for index in range(1234):
        clicks.append(click_on(block.first + index % 1000))
    assert flush_once(app) == 1234
    assert count(engine, Click) == 1234
    assert count(engine, UserAgent) == 1


def test_a_batch_stored_twice_counts_once(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool, spool: Path
) -> None:
    clicks.append(click_on(block.first))
    (path,) = spool.glob("*.spool")
    flush_once(app)
    clicks.append(click_on(block.first))
    again = read_batch(path, 0)
    assert again is not None
    # As after a kill between the commit and whatever would have followed it: the old position is tried again.
    assert not store_batch(app.extensions["shortlinks"], again)
    assert count(engine, Click) == 1


def test_only_one_flusher_works_in_a_directory(
    app: Flask, block: LinkBlock, clicks: ClickSpool, spool: Path
) -> None:
    clicks.append(click_on(block.first))
    with try_lock(spool / LOCK_NAME):
        assert flush_once(app) == 0
    assert flush_once(app) == 1


def test_a_torn_line_is_counted_and_skipped(
    app: Flask, engine: Engine, block: LinkBlock, spool: Path
) -> None:
    torn = to_bytes(click_on(block.first))[:20] + b"\n"
    (spool / "dead.spool").write_bytes(torn + to_bytes(click_on(block.first)))
    assert flush_once(app) == 1
    assert spool_row(engine).broken == 1


def test_a_line_without_its_end_waits_while_its_writer_lives(
    app: Flask, block: LinkBlock, spool: Path
) -> None:
    path = spool / "alive.spool"
    line = to_bytes(click_on(block.first))
    path.write_bytes(line[:20])
    with try_lock(path):
        assert flush_once(app) == 0
        path.write_bytes(line)
        assert flush_once(app) == 1


def test_the_leftovers_of_a_dead_process_are_drained_and_deleted(
    app: Flask, engine: Engine, block: LinkBlock, spool: Path
) -> None:
    path = spool / "dead.spool"
    line = to_bytes(click_on(block.first))
    path.write_bytes(line + line + line[:20])
    assert flush_once(app) == 2
    assert not path.exists()
    assert spool_row(engine).broken == 1


def test_a_dead_writers_line_that_lacks_only_its_newline_counts(
    app: Flask, engine: Engine, block: LinkBlock, spool: Path
) -> None:
    (spool / "dead.spool").write_bytes(to_bytes(click_on(block.first)).rstrip())
    flush_once(app)
    assert count(engine, Click) == 1


def test_lines_written_after_the_last_look_at_a_dying_writers_file_are_stored(
    app: Flask, engine: Engine, block: LinkBlock, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = spool / "dying.spool"
    path.write_bytes(to_bytes(click_on(block.first)))

    def last_words_first(locked: Path) -> AbstractContextManager[bool]:
        if locked == path:
            with path.open("ab") as file:
                file.write(to_bytes(click_on(block.first + 1)) + to_bytes(click_on(block.first + 2)))
        return try_lock(locked)

    monkeypatch.setattr("shortlinks.flusher.try_lock", last_words_first)
    assert flush_once(app) == 3
    assert (count(engine, Click), spool_row(engine).broken) == (3, 0)


def test_a_file_that_comes_back_is_not_counted_again(
    app: Flask, engine: Engine, block: LinkBlock, spool: Path, tmp_path: Path
) -> None:
    path = spool / "dead.spool"
    path.write_bytes(to_bytes(click_on(block.first)))
    shutil.copy(path, tmp_path / "copy")
    flush_once(app)
    shutil.copy(tmp_path / "copy", path)
    assert flush_once(app) == 0
    assert count(engine, Click) == 1


def test_the_file_of_a_living_writer_stays(
    app: Flask, block: LinkBlock, clicks: ClickSpool, spool: Path
) -> None:
    clicks.append(click_on(block.first))
    flush_once(app)
    assert len(list(spool.glob("*.spool"))) == 1
    clicks.close()
    flush_once(app)
    assert list(spool.glob("*.spool")) == []


def test_a_number_of_no_block_is_counted_as_broken(app: Flask, engine: Engine, clicks: ClickSpool) -> None:
    clicks.append(click_on(10**12))
    flush_once(app)
    assert count(engine, Click) == 0
    assert spool_row(engine).broken == 1


def test_lost_clicks_are_counted(app: Flask, engine: Engine, clicks: ClickSpool) -> None:
    clicks.append(LostLine(3))
    flush_once(app)
    assert spool_row(engine).lost == 3


def test_a_click_is_judged_by_its_agent(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool
) -> None:
    clicks.append(click_on(block.first, PHONE))
    clicks.append(click_on(block.first, CRAWLER, seconds=1))
    clicks.append(click_on(block.first, "", seconds=2))
    flush_once(app)
    assert kinds(engine) == [Kind.PERSON, Kind.BOT, Kind.UNKNOWN]


def test_a_posted_login_makes_the_click_before_it_a_persons(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool
) -> None:
    for seconds in (0, 10, 30):
        clicks.append(click_on(block.first, "", seconds=seconds))
    clicks.append(login_on(block.first, seconds=12))
    flush_once(app)
    assert kinds(engine) == [Kind.UNKNOWN, Kind.PERSON, Kind.UNKNOWN]


def test_a_login_may_be_flushed_before_its_click(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool
) -> None:
    clicks.append(login_on(block.first, seconds=2))
    flush_once(app)
    clicks.append(click_on(block.first, ""))
    flush_once(app)
    assert kinds(engine) == [Kind.PERSON]


def test_a_login_after_a_persons_click_changes_nothing(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool
) -> None:
    clicks.append(click_on(block.first, PHONE))
    clicks.append(click_on(block.first, CRAWLER, seconds=1))
    clicks.append(login_on(block.first, seconds=2))
    flush_once(app)
    assert kinds(engine) == [Kind.PERSON, Kind.BOT]


def test_the_thread_flushes_until_it_is_stopped(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool
) -> None:
    flusher = Flusher(app, every=0.05)
    flusher.start()
    clicks.append(click_on(block.first))
    deadline = time.monotonic() + 60
    while count(engine, Click) == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    flusher.stop()
    assert count(engine, Click) == 1
    assert not flusher.is_alive()


def test_no_thread_runs_where_the_host_flushes_by_itself(app: Flask) -> None:
    assert start_flusher(app) is None


def test_a_file_that_cannot_be_read_holds_up_no_other(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool, spool: Path
) -> None:
    clicks.append(click_on(block.first))
    (spool / "0.spool").mkdir()
    assert flush_once(app) == 1
    assert count(engine, Click) == 1
