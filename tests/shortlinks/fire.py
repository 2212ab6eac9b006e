"""Real processes under fire: a web server, a flusher, visitors in threads, and what became of their clicks."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shortlinks.flusher import flush_once
from shortlinks.models import Click, LinkBlock, Spool
from shortlinks.report import figures
from shortlinks.shortener import Shortener
from smsadmin.standalone.ports import free_port
from tests.shortlinks.host import PHONE

MOST_LINKS = 1_000_000
"""Every click of a fire is on a link of its own, so that each can be told from all others."""


def dice() -> random.Random:
    """Return the dice of one fire; a test that fails shows its seed, and FIRE_SEED plays it again."""
    seed = int(os.environ.get("FIRE_SEED") or random.SystemRandom().randrange(1, 10**6))
    print(f"FIRE_SEED={seed}")
    return random.Random(seed)


def wait_until(fact: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait for a fact; say whether it came true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.02)
    return False


class Place:
    """Where a fire burns: one database, one spool, one port; starts the processes."""

    def __init__(self, engine: Engine, spool: Path, **more: float) -> None:
        self.spool = spool
        self.port = free_port()
        busy: dict[str, object] = {"flush_every": 0.02, "rotate_at": 20_000, "most_waiting": 10_000}
        place = {"database": engine.url.render_as_string(hide_password=False), "spool": str(spool)}
        told = busy | more | place
        self._environment = os.environ | {"FIRE": json.dumps(told)}

    @contextmanager
    def web_server(self, processes: int = 2) -> Iterator["WebServer"]:
        """Serve until the block ends; then everything is killed."""
        server = WebServer(self, processes)
        try:
            server.start()
            yield server
        finally:
            server.kill()

    @contextmanager
    def flusher(self) -> Iterator[Callable[[], int]]:
        """Flush in a process until the block ends, in another when it is killed; yields who tells its id."""
        parent = self.start("tests.shortlinks.fire_app")
        try:
            yield lambda: _first_child(parent.pid)
        finally:
            os.killpg(parent.pid, signal.SIGKILL)
            parent.wait()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a Python program with what it is told, in a process group of its own."""
        command = [sys.executable, "-m", *arguments]
        return subprocess.Popen(command, env=self._environment, start_new_session=True)


def _children(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _first_child(parent: int) -> int:
    assert wait_until(lambda: bool(_children(parent))), "it has started no process"
    return _children(parent)[0]


class WebServer:
    """Granian, which starts one process per worker; each of them flushes too."""

    def __init__(self, place: Place, processes: int) -> None:
        self._place = place
        self._processes = processes
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        listening = ["--interface", "wsgi", "--port", str(self._place.port), "--no-ws"]
        size = ["--workers", str(self._processes), "--blocking-threads", "4", "--log-level", "critical"]
        again = ["--respawn-failed-workers", "--respawn-interval", "0.1"]
        program = "tests.shortlinks.fire_app:app"
        self.process = self._place.start("granian", *listening, *size, *again, program)
        assert wait_until(self._answers), "the web server does not answer"

    def kill(self) -> None:
        """Kill all of its processes at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def kill_one(self, chance: random.Random) -> None:
        """Kill one process that serves, if granian has already started another in the place of the last."""
        if workers := self.workers():
            os.kill(chance.choice(workers), signal.SIGKILL)

    def workers(self) -> list[int]:
        """Return the ids of the processes that serve."""
        assert self.process is not None
        return _children(self.process.pid)

    def terminate(self) -> int:
        """Ask it to end, as systemd does; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.process = None
        return code

    def status_of(self, code: str) -> int | None:
        """Return the status that a code is answered with, None when nobody answers."""
        with closing(HTTPConnection("127.0.0.1", self._place.port, timeout=30)) as connection:
            try:
                connection.request("GET", f"/l/{code}", headers={"User-Agent": PHONE})
                return connection.getresponse().status
            except OSError:
                return None

    def _answers(self) -> bool:
        return self.status_of("unknown") == 404


class Visitors:
    """People in several threads who open one link after another, each once, and note what they got."""

    def __init__(self, place: Place, shortener: Shortener, block: LinkBlock, threads: int = 4) -> None:
        self._port = place.port
        self._codes = shortener.codes
        self.block = block
        self.owner = block.owner
        self._indexes = count()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._click_on, daemon=True) for _ in range(threads)]
        self.led_on: set[int] = set()
        """Numbers whose 302 has come."""
        self.unanswered: set[int] = set()
        self.wrong: list[str] = []
        """Every answer that is none for a visitor's eyes."""

    def __enter__(self) -> "Visitors":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Wait until so many more have been led on."""
        enough = len(self.led_on) + more
        assert wait_until(lambda: len(self.led_on) >= enough), f"no {more} visitors more: {self.wrong[:3]}"

    def _click_on(self) -> None:
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=60)) as connection:
            self._open_links(connection)

    def _open_links(self, connection: HTTPConnection) -> None:
        while not self._stopped.is_set():
            number = self.block.first + next(self._indexes)
            good = number % 10 != 0
            code = self._codes.encode(number, login=False, key_id=self.block.key_id)
            try:
                # A capital O is in no code.
                connection.request("GET", f"/l/{code if good else code + 'O'}", headers={"User-Agent": PHONE})
                answer = connection.getresponse()
                answer.read()
            except (OSError, HTTPException):
                connection.close()
                if good:
                    self.unanswered.add(number)
                time.sleep(0.02)
                continue
            if answer.status != (302 if good else 404):
                self.wrong.append(f"{answer.status} for a {'good' if good else 'wrong'} code")
            elif good:
                self.led_on.add(number)
            # Some thousands a second are enough: the flusher has to keep up, and the links have to last.
            time.sleep(0.002)


@dataclass(frozen=True)
class Outcome:
    """What became of the clicks of one fire."""

    twice: list[int]
    missing: list[int]
    """Numbers of visitors who were led on and whose click is not stored."""
    invented: list[int]
    """Numbers with a click that nobody had asked for."""
    lost: int
    broken: int
    wrong: list[str]


def outcome(app: Flask, engine: Engine, *visitors: Visitors) -> Outcome:
    """Flush what is left, now that nobody serves any more, and compare."""
    spool = app.extensions["shortlinks"].settings.spool

    def everything_is_read() -> bool:
        # A process that was killed keeps its lock for a moment.
        flush_once(app)
        return not list(spool.glob("*.spool"))

    assert wait_until(everything_is_read), "files are left in the spool"
    with Session(engine) as session:
        stored = Counter(session.scalars(select(Click.number)))
        sums = select(func.coalesce(func.sum(Spool.lost), 0), func.coalesce(func.sum(Spool.broken), 0))
        lost, broken = session.execute(sums).one()
    counted = figures([each.owner for each in visitors]).values()
    assert sum(each.clicks for each in counted) == stored.total(), "the counters are the rows"
    led_on = set().union(*(each.led_on for each in visitors))
    unanswered = set().union(*(each.unanswered for each in visitors))
    return Outcome(
        twice=[number for number, times in stored.items() if times > 1],
        missing=sorted(led_on - stored.keys()),
        invented=sorted(stored.keys() - led_on - unanswered),
        lost=lost,
        broken=broken,
        wrong=[answer for each in visitors for answer in each.wrong],
    )


def clicks_stored(engine: Engine) -> int:
    """Return how many clicks are in the database."""
    with Session(engine) as session:
        return session.execute(select(func.count()).select_from(Click)).scalar_one()


def wait_for_more_stored(engine: Engine) -> None:
    """Wait until a flusher is seen to work."""
    stored = clicks_stored(engine)
    assert wait_until(lambda: clicks_stored(engine) > stored), "no more clicks are stored"


NOTHING_WRONG = Outcome(twice=[], missing=[], invented=[], lost=0, broken=0, wrong=[])
