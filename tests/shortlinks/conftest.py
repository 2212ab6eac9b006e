"""Fixtures: a migrated database on each server, emptied after each test, and hosts on it."""

import contextvars
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, update
from werkzeug.test import TestResponse

from shortlinks import blocks, front, migrate
from shortlinks.models import Base, Counter
from shortlinks.shortener import Shortener
from tests.servers import Servers
from tests.shortlinks.host import PHONE, ShopGate, ShopValues, make_host


@pytest.fixture
def empty_engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated(servers: Servers) -> Iterator[dict[str, Engine]]:
    """The engines of this run, by kind; each database is made and migrated once, which is most of a test's time."""
    with ExitStack() as stack:
        yield _Migrated(servers, stack)


class _Migrated(dict[str, Engine]):
    def __init__(self, servers: Servers, stack: ExitStack) -> None:
        self._servers = servers
        self._stack = stack

    def __missing__(self, kind: str) -> Engine:
        engine = create_engine(self._stack.enter_context(self._servers.fresh_database(kind)))
        self._stack.callback(engine.dispose)
        migrate.upgrade(engine)
        self[kind] = engine
        return engine


@pytest.fixture
def engine(migrated: dict[str, Engine], database_kind: str) -> Iterator[Engine]:
    engine = migrated[database_kind]
    yield engine
    with engine.begin() as connection:
        connection.execute(update(Counter).values(next=0))
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != Counter.__tablename__:
                connection.execute(table.delete())


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def gate() -> ShopGate:
    return ShopGate()


@pytest.fixture
def values() -> ShopValues:
    return ShopValues()


@pytest.fixture
def app(engine: Engine, spool: Path, gate: ShopGate, values: ShopValues) -> Iterator[Flask]:
    app = make_host(engine, spool, gate, values)
    with app.app_context():
        yield app
    app.extensions["shortlinks"].clicks.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return a_person(app)


@pytest.fixture(params=["in front", "through Flask"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to answer a tracked link: in front of the host's app, and by Flask's dispatch."""

    way: str = request.param
    monkeypatch.setattr(front, "resolve_known", WAYS[way])
    return way


def read_first(shortener: Shortener, code: str) -> blocks.Hit | None:
    """Resolve in front also what this process does not know yet: else the first click would go through Flask."""
    hit = blocks.resolve_known(shortener, code)
    if hit is None:
        shortener.known_blocks._read_newer()
        hit = blocks.resolve_known(shortener, code)
    return hit


WAYS: dict[str, Callable[[Shortener, str], blocks.Hit | None]] = {
    "in front": read_first,
    "through Flask": lambda _shortener, _code: None,
}


class Browser(FlaskClient):
    """Asks each time from outside of the test's app context, as real requests do: nothing in `g` is shared."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return contextvars.Context().run(super().open, *args, **kwargs)


def a_person(app: Flask) -> FlaskClient:
    """Return a browser without cookies."""
    client = Browser(app, app.response_class)
    client.environ_base["HTTP_USER_AGENT"] = PHONE
    return client
