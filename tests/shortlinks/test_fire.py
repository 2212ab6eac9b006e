"""Clicks under fire, with real processes: none is stored twice, none is lost, and no visitor sees an error."""

import fcntl
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import Engine

from shortlinks.blocks import block_code, reserve
from shortlinks.flusher import LOCK_NAME
from shortlinks.kept import KeptBlocks
from shortlinks.models import LinkBlock
from tests.servers import Servers
from tests.shortlinks.fire import (
    MOST_LINKS,
    NOTHING_WRONG,
    Place,
    Visitors,
    dice,
    outcome,
    wait_for_more_stored,
    wait_until,
)

Fire = Callable[[Place], Visitors]
Away = Callable[[], AbstractContextManager[None]]

AWAY = 2.0
"""Seconds that stand for a minute."""


RUBBISH = [
    b'["c",17,1761998',
    b'["c",17,17619984000',
    b'["c"]',
    b"\xff\xfe\x00",
    b"null",
    b"NaN",
    b"[" * 100_000,
    b'["x",-5]',
    b'["x",1' + b"0" * 30 + b"]",
    b'["c",1' + b"0" * 30 + b',1761998400000,"","","",""]',
    b'["c",17,1e300,"","","",""]',
    b'["l",17,1761998400000,"no such outcome",""]',
]
"""What no writer of ours leaves in a spool as a whole line: halves of records, and worse."""


@pytest.fixture
def block(app: Flask, engine: Engine) -> LinkBlock:
    return a_block(engine, "fire")


def a_block(engine: Engine, owner: str) -> LinkBlock:
    url = "https://shop.example/sale"
    return reserve(engine, url=url, owner=owner, link_index=0, count=MOST_LINKS, login=False)


@pytest.fixture
def visitors_of(app: Flask, block: LinkBlock) -> Fire:
    return lambda place: Visitors(place, app.extensions["shortlinks"], block)


@pytest.fixture
def away(servers: Servers, engine: Engine, database_kind: str) -> Away:
    """What takes the database away for as long as a block lasts: nobody gets in, and who is in is thrown out."""
    return (lambda: _refused(servers, engine)) if database_kind == "postgresql" else (lambda: _locked(engine))


def knows(spool: Path, block: LinkBlock) -> bool:
    """Say whether a process, where only one serves, has read the block: it keeps what it has read."""
    return any(kept.id == block.id for kept in KeptBlocks(spool).read())


@contextmanager
def no_flusher(spool: Path) -> Iterator[None]:
    """Keep flushers away, so that no file is deleted."""
    with (spool / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _refused(servers: Servers, engine: Engine) -> Iterator[None]:
    name = sql.Identifier(str(engine.url.database))
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with servers.postgresql().connect() as server:
        server.execute(allow.format(name, sql.SQL("false")))
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [engine.url.database]
        )
        try:
            yield
        finally:
            server.execute(allow.format(name, sql.SQL("true")))
    # The connections that this process had are gone too.
    engine.dispose()


@contextmanager
def _locked(engine: Engine) -> Iterator[None]:
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield
        database.execute("ROLLBACK")


def test_a_web_server_that_is_killed_loses_no_click(
    app: Flask, engine: Engine, spool: Path, visitors_of: Fire
) -> None:
    chance = dice()
    place = Place(engine, spool)
    with place.web_server() as web, visitors_of(place) as visitors:
        for _ in range(2):
            visitors.wait_for(200)
            for _ in range(3):
                time.sleep(chance.uniform(0, 0.3))
                web.kill_one(chance)
            time.sleep(chance.uniform(0, 0.3))
            web.kill()
            web.start()
        visitors.wait_for(200)
    assert outcome(app, engine, visitors) == NOTHING_WRONG


def test_a_flusher_that_is_killed_stores_no_click_twice(
    app: Flask, engine: Engine, spool: Path, visitors_of: Fire
) -> None:
    chance = dice()
    place = Place(engine, spool, flush_every=0)
    with place.web_server(), visitors_of(place) as visitors, place.flusher() as flusher:
        for _ in range(12):
            wait_for_more_stored(engine)
            time.sleep(chance.uniform(0, 0.03))
            os.kill(flusher(), signal.SIGKILL)
    assert outcome(app, engine, visitors) == NOTHING_WRONG


def test_a_web_server_that_is_asked_to_end_loses_no_click(
    app: Flask, engine: Engine, spool: Path, visitors_of: Fire
) -> None:
    chance = dice()
    place = Place(engine, spool)
    # One process: granian hangs when it is asked to end while one of several still starts.
    with place.web_server(processes=1) as web, visitors_of(place) as visitors:
        for _ in range(2):
            visitors.wait_for(200)
            time.sleep(chance.uniform(0, 0.3))
            assert web.terminate() == 0
            web.start()
        visitors.wait_for(200)
    assert outcome(app, engine, visitors) == NOTHING_WRONG


def test_while_the_database_is_away_visitors_are_led_on(
    app: Flask, engine: Engine, spool: Path, visitors_of: Fire, away: Away
) -> None:
    place = Place(engine, spool)
    with place.web_server(processes=1) as web, visitors_of(place) as visitors:
        visitors.wait_for(200)
        unseen = a_block(engine, "its first click comes while the database is away")
        assert wait_until(lambda: knows(spool, unseen)), "every process looks for new links each second"
        with away(), Visitors(place, app.extensions["shortlinks"], unseen, threads=1) as first_comers:
            first_comers.wait_for(20)
            time.sleep(AWAY)
        visitors.wait_for(200)
        wait_for_more_stored(engine)
        web.kill()
    assert first_comers.wrong == []
    assert outcome(app, engine, visitors, first_comers) == NOTHING_WRONG


def test_who_starts_while_the_database_is_away_leads_on_too(
    app: Flask, engine: Engine, spool: Path, visitors_of: Fire, away: Away
) -> None:
    chance = dice()
    place = Place(engine, spool)
    with place.web_server() as web, visitors_of(place) as visitors:
        visitors.wait_for(200)
        assert wait_until(lambda: knows(spool, visitors.block)), "what is known of links is kept"
        web.kill()
        unseen = a_block(engine, "no process has ever known it")
        with away():
            for _ in range(3):
                web.start()
                visitors.wait_for(50)
                time.sleep(chance.uniform(0, 0.3))
                web.kill()
            web.start()
            visitors.wait_for(50)
            answer = web.status_of(block_code(unseen, 0))
        # SQLite lets readers in while its one writer is away.
        assert answer == (302 if engine.dialect.name == "sqlite" else 503)
        assert wait_until(lambda: web.status_of(block_code(unseen, 1)) == 302)
        visitors.wait_for(200)
        wait_for_more_stored(engine)
        web.kill()
    asked = Visitors(place, app.extensions["shortlinks"], unseen, threads=0)
    asked.unanswered |= {unseen.first, unseen.first + 1}
    assert outcome(app, engine, visitors, asked) == NOTHING_WRONG


def test_torn_lines_and_rubbish_cost_no_click(
    app: Flask, engine: Engine, spool: Path, visitors_of: Fire
) -> None:
    chance = dice()
    place = Place(engine, spool, flush_every=0.2)
    with place.web_server() as web, visitors_of(place) as visitors:
        for number in range(15):
            visitors.wait_for(5)
            with no_flusher(spool):
                # Into a file that is being written, and as the end of one whose writer has died.
                with max(spool.glob("*.spool"), key=os.path.getmtime).open("ab", buffering=0) as file:
                    file.write(chance.choice(RUBBISH) + b"\n")
                (spool / f"dead-{number}.spool").write_bytes(chance.choice(RUBBISH))
        web.kill()
    found = outcome(app, engine, visitors)
    assert replace(found, broken=0) == NOTHING_WRONG
    assert found.broken == 30
