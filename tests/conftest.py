"""The fixtures of all tests: a real PostgreSQL, a real Redis, a fresh database for each test that wants one.

A test that asks for `database_url` or `migrated_url` runs twice: on SQLite and on PostgreSQL. A missing
server fails the tests that need it, and the last line of the run tells how many ran on what.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import redis
from hypothesis import HealthCheck, settings

from smsadmin.standalone.children import NotStarted
from smsadmin.standalone.places import BadPlace, temporary_folder
from tests.servers import KINDS, Servers

pytest_plugins = ["tests.plugin"]

# How long an example takes says how busy the machine is, and nothing about what is tried.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

runs: Counter[str] = Counter()
"""Tests run, by database."""

left_out: Counter[str] = Counter()
"""Tests left out, by the reason."""


@contextmanager
def _failing_in_a_sentence() -> Iterator[None]:
    try:
        yield
    except (NotStarted, BadPlace) as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The servers of this run, in a temporary folder of their own; each starts when it is first needed."""
    with temporary_folder("smsadmin-tests", in_memory=True) as home, ExitStack() as stack:
        yield Servers(home, stack)


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`."""
    return str(request.param)


@pytest.fixture
def database_url(servers: Servers, database_kind: str) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh, empty database."""
    with ExitStack() as stack:
        with _failing_in_a_sentence():
            url = stack.enter_context(servers.fresh_database(database_kind))
        yield url


@pytest.fixture
def migrated_url(servers: Servers, database_kind: str) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh database with all tables and no rows."""
    with ExitStack() as stack:
        with _failing_in_a_sentence():
            template = servers.migrated_template(database_kind)
            url = stack.enter_context(servers.fresh_database(database_kind, template))
        yield url


@pytest.fixture
def redis_url(servers: Servers) -> str:
    """The URL of a Redis with nothing in it."""
    with _failing_in_a_sentence():
        url = servers.redis_url()
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return url


def pytest_configure() -> None:
    """Reach the servers of the tests directly, also on a machine that has a proxy."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note on which database a test runs, for its report."""
    if "database_kind" in getattr(item, "fixturenames", ()) and isinstance(item, pytest.Function):
        item.user_properties.append(("database", item.callspec.params["database_kind"]))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count a test that really ran, or was left out."""
    if report.skipped and isinstance(report.longrepr, tuple):
        left_out[report.longrepr[2].removeprefix("Skipped: ")] += 1
    if report.when == "call" and not report.skipped:
        runs[next((str(value) for name, value in report.user_properties if name == "database"), "none")] += 1


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Say what was left out and why, and in the very last line how many tests ran on which database."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    for reason, number in left_out.items():
        reporter.write_line(f"left out: {number}, {reason}")
    if runs:
        per_database = [f"{runs[kind]} on {kind}" for kind in KINDS]
        reporter.write_line(f"tests: {', '.join(per_database)}, {runs['none']} without a database")
