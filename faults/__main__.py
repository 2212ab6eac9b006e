"""`make faults`: play many seeds, a few at a time, and end with one JSON line; its exit code is 1 when a seed failed.

Each seed runs in a process and a temporary folder of its own. The folder of one that failed is kept, without its
databases, in the folder for temporary files.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from faults.plan import draw
from faults.report import figures, line
from faults.wish import BadWish, Wish
from smsadmin.standalone import programs
from smsadmin.standalone.children import Child, Children, children
from smsadmin.standalone.places import BadPlace, temporary_folder
from smsadmin.standalone.supervisor import Stopped, stop_on_signals

LONGEST = 1800.0
"""Seconds after which a seed is given up."""

LEAVING = 30.0
"""Seconds that a seed has to end all of its programs when it is broken off."""

KEPT = ("*.log", "*.json", "inbox.jsonl")
"""What is kept of a seed that failed; it tells of invented customers only."""


class Lanes:
    """Plays seeds side by side, until it is told to stop."""

    def __init__(self, family: Children) -> None:
        self.family = family
        self.stopping = Event()

    def play(self, run: tuple[int, int]) -> dict[str, Any]:
        """Play one seed in a process of its own; say on stderr how it went; return its figures."""
        seed, messages = run
        plan = draw(seed, messages)
        with temporary_folder(f"smsadmin-faults-{seed}", in_memory=True) as home:
            log = home / "seed.log"
            command = [sys.executable, "-m", "faults.one", str(seed), str(messages), str(home)]
            child = Child(f"seed {seed}", command, log, folder=programs.ROOT)
            child.start()
            self.family.all.append(child)
            self._wait(child)
            # Its own programs must be gone before their folder goes.
            child.stop(within=LEAVING)
            result = _result(home, seed, messages)
            if result["failed"] and not self.stopping.is_set():
                result["kept"] = _keep(home, seed)
        if not self.stopping.is_set():
            print(line(plan, result), file=sys.stderr, flush=True)
        return result

    def _wait(self, child: Child) -> None:
        end = time.monotonic() + LONGEST
        while child.ended() is None and not self.stopping.wait(0.2) and time.monotonic() < end:
            pass


def main() -> int:
    """Play what was asked for; return the exit code."""
    stop_on_signals()
    begun = time.monotonic()
    try:
        wish = Wish.read(os.environ)
        results = _play(wish)
    except Stopped:
        print("Stopped.", file=sys.stderr)
        return 1
    except (BadWish, BadPlace) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(figures(results) | {"seconds": round(time.monotonic() - begun)}))
    return 1 if any(result["failed"] for result in results) else 0


def _play(wish: Wish) -> list[dict[str, Any]]:
    with children() as family, ThreadPoolExecutor(wish.lanes) as threads:
        lanes = Lanes(family)
        try:
            playing = [threads.submit(lanes.play, run) for run in wish.runs]
            return [each.result() for each in playing]
        finally:
            lanes.stopping.set()
            threads.shutdown(cancel_futures=True)


def _result(home: Path, seed: int, messages: int) -> dict[str, Any]:
    with suppress(FileNotFoundError):
        found: dict[str, Any] = json.loads((home / "result.json").read_text(encoding="utf-8"))
        return found
    return {"seed": seed, "messages": messages, "failed": True, "wrong": ["the harness itself broke off"]}


def _keep(home: Path, seed: int) -> str:
    """Copy the logs of a seed to where they stay; return the folder's name."""
    kept = Path(tempfile.mkdtemp(prefix=f"smsadmin-faults-failed-{seed}-"))
    for pattern in KEPT:
        for path in home.rglob(pattern):
            # keys.json is of a shop that is gone.
            if path.name != "keys.json":
                shutil.copy(path, kept / path.name)
    return kept.name


if __name__ == "__main__":
    sys.exit(main())
