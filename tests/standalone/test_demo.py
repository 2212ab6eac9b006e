"""`make demo`, for real and short: separate processes, everything over HTTP, and a last line that adds up."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

STATES = ("skipped", "queued", "sending", "unknown", "cancelled", "expired")
STATES_OF_PROVIDERS = ("accepted", "rejected", "undelivered", "delivered")
HAPPENS = ("skipped", "accepted", "delivered", "undelivered", "rejected", "unknown")
OF_LINKS = ("clicks", "unique_clicks", "bot_clicks", "logins", "logins_refused")


def demo(**environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "smsadmin.standalone.demo"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_five_hundred_recipients_add_up_and_nothing_is_left(database_kind: str) -> None:
    before = set(Path(tempfile.gettempdir()).glob("smsadmin-demo*"))

    ended = demo(RECIPIENTS="500", DATABASE=database_kind, SEED="3")

    assert ended.returncode == 0, ended.stderr[-2000:]
    figures = json.loads(ended.stdout.splitlines()[-1])
    assert sum(figures[state] for state in STATES + STATES_OF_PROVIDERS) == figures["recipients"] == 500
    assert all(figures[name] > 0 for name in (*HAPPENS, *OF_LINKS)), figures
    assert figures["provider_duplicates"] == 0
    assert figures["provider_received"] > 0
    assert figures["seconds"] > 0
    assert set(Path(tempfile.gettempdir()).glob("smsadmin-demo*")) == before


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"RECIPIENTS": "many"}, "RECIPIENTS is 'many': it must be a number"),
        ({"RECIPIENTS": "0"}, "RECIPIENTS is '0'"),
        ({"DATABASE": "oracle"}, "DATABASE is 'oracle': it must be postgresql or sqlite"),
    ],
)
def test_a_wish_that_makes_no_sense_is_one_sentence(given: dict[str, str], says: str) -> None:
    ended = demo(**given)

    assert ended.returncode == 1
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
