"""`make faults`, for real and short: three shops, one for each provider, on both databases."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SHORT = {"FROM": "11", "SEEDS": "13", "MESSAGES": "100", "LARGE": "0", "LANES": "3"}
"""Seed 11 is SevenTech on PostgreSQL, 12 SMSC on SQLite, 13 Twilio on PostgreSQL; workers, Redis and the web server are
killed, frozen, cut off and locked out."""


def left_behind() -> set[Path]:
    folders = (Path(tempfile.gettempdir()), Path("/dev/shm"))
    return {path for folder in folders for path in folder.glob("smsadmin-faults*-1[123]-*")}


def test_three_shops_under_fire_lose_nothing_and_send_nothing_twice() -> None:
    before = left_behind()
    environment = {name: value for name, value in os.environ.items() if name != "SEED"}

    ended = subprocess.run(
        [sys.executable, "-m", "faults"],
        env=environment | SHORT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr[-4000:]
    figures = json.loads(ended.stdout.splitlines()[-1])
    assert (figures["seeds"], figures["messages"], figures["failed_seeds"]) == (3, 300, [])
    assert [figures[name] for name in ("lost", "double", "unknown_without_cause", "counters_off")] == [0] * 4
    assert figures["kills"] > 0
    assert figures["faults"] >= 9
    assert left_behind() == before
