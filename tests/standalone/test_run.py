"""`make run`, for real: it comes up, survives, keeps its data, and leaves nothing behind."""

import fcntl
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis
import requests

from smsadmin.standalone.ports import free_port
from tests.servers import Servers

PATIENCE = 120.0


class Run:
    """One start of the box in a folder of its own, on ports of its own."""

    def __init__(self, instance: Path, **environment: str) -> None:
        self.instance = instance
        self.port, self.simulator_port = free_port(), free_port()
        told = {"PORT": str(self.port), "SIMULATOR_PORT": str(self.simulator_port), **environment}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smsadmin.standalone.run", "--instance", str(instance)],
            env={**os.environ, **told},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def shop(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def phones(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}/phones"

    def lines_until(self, words: str) -> str:
        """Return what is printed up to the line with `words`."""
        assert self.process.stdout is not None
        printed = ""
        for line in self.process.stdout:
            printed += line
            if words in line:
                return printed
        pytest.fail(f"it ended and never said {words!r}, but: {printed}")

    def rest(self) -> str:
        """Wait for the end; return what is printed until then."""
        printed, _ = self.process.communicate(timeout=PATIENCE)
        return printed

    def stop(self) -> int:
        self.process.terminate()
        self.rest()
        return self.process.returncode


@contextmanager
def started(instance: Path, **environment: str) -> Iterator[Run]:
    run = Run(instance, **environment)
    try:
        yield run
    finally:
        run.process.kill()
        run.rest()


def everything_has_ended(run: Run, within: float) -> bool:
    """Every child inherits the lock of its clone: once it is free, none of them lives."""
    end = time.monotonic() + within
    with (run.instance / "run.lock").open() as lock:
        while time.monotonic() < end:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.05)
            else:
                return not any(is_listened_on(port) for port in (run.port, run.simulator_port))
    return False


def is_listened_on(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_comes_up_survives_and_keeps_its_data(tmp_path: Path) -> None:
    instance = tmp_path / "a folder with blanks" / "instance"
    with started(instance) as run:
        welcome = run.lines_until("Ctrl-C")
        assert run.shop in welcome
        assert "manager" in welcome
        assert requests.get(run.shop, timeout=60).status_code == 200
        assert requests.get(run.phones, timeout=60).status_code == 200
        assert instance.stat().st_mode & 0o777 == 0o700

        second = Run(instance)
        assert f"running already (process {run.process.pid})" in second.rest()
        assert second.process.returncode == 1

        run.process.kill()
        assert everything_has_ended(run, within=60), "even kill -9 leaves nothing running"

    with closing(sqlite3.connect(instance / "shop.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM customers").fetchone()[0] == 5000
        database.execute("UPDATE customers SET name = 'Renamed' WHERE id = 1")
        database.commit()

    with started(instance) as run:
        run.lines_until("Ctrl-C")
        with closing(sqlite3.connect(instance / "shop.sqlite")) as database:
            kept = database.execute("SELECT count(*), max(name = 'Renamed') FROM customers").fetchone()
        assert kept == (5000, 1)

        begin = time.monotonic()
        assert run.stop() == 0
        assert time.monotonic() - begin < 40
        assert everything_has_ended(run, within=10)


def test_it_uses_the_servers_that_are_named_and_brings_back_what_dies(
    tmp_path: Path, servers: Servers, redis_url: str
) -> None:
    with (
        servers.fresh_database("postgresql") as database_url,
        started(
            tmp_path / "instance", SQLALCHEMY_DATABASE_URI=database_url, SMSADMIN_REDIS_URL=redis_url
        ) as run,
    ):
        run.lines_until("Ctrl-C")
        assert requests.get(run.shop, timeout=60).status_code == 200
        assert not list((tmp_path / "instance").glob("*.sqlite"))
        assert not (tmp_path / "instance" / "redis").exists()

        worker = worker_at(redis_url)
        os.kill(worker, signal.SIGKILL)
        assert "The worker ended (exit code 137) and starts again in 1 s" in run.lines_until("starts again")
        assert worker_at(redis_url, other_than=worker)

        assert run.stop() == 0
        assert everything_has_ended(run, within=10)


def worker_at(redis_url: str, other_than: int | None = None) -> int:
    """Wait for a worker that has registered at Redis; its name ends in its process id."""
    end = time.monotonic() + 60
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        while time.monotonic() < end:
            names = client.smembers("rq:workers")
            for process in (int(name.rpartition("-")[2]) for name in names):
                if process != other_than:
                    return process
            time.sleep(0.1)
    pytest.fail("no worker has registered")


def test_a_stop_while_it_is_starting_leaves_nothing_behind(tmp_path: Path) -> None:
    with started(tmp_path / "instance") as run:
        run.lines_until("Preparing")
        assert run.stop() == 0
        assert everything_has_ended(run, within=10)


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with started(tmp_path / "instance", PORT=str(port)) as run:
            said = run.rest()
    assert said.startswith(f"Port {port} is in use")
    assert len(said.splitlines()) == 1
    assert run.process.returncode == 1


def test_an_instance_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "instance").write_text("a file in its place")
    with started(tmp_path / "instance") as run:
        said = run.rest()
    assert said.startswith(f"Cannot write to {tmp_path / 'instance'}")
    assert len(said.splitlines()) == 1
    assert run.process.returncode == 1


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://shop:hunter2@127.0.0.1:{free_port()}/shop"
    with started(tmp_path / "instance", SQLALCHEMY_DATABASE_URI=url) as run:
        said = run.rest()
    assert "hunter2" not in said
    assert len(said.splitlines()) == 1
    assert run.process.returncode == 1
