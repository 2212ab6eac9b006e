"""`make demo`, for real and short: separate processes, everything over HTTP, and a last line that adds up."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

STATES = ("skipped", "queued", "sending", "unknown", "cancelled", "expired")
STATES_OF_PROVIDERS = ("accepted", "rejected", "undelivered", "delivered")
HAPPENS = ("skipped", "accepted", "delivered", "undelivered", "rejected", "unknown")
OF_LINKS = ("clicks", "unique_clicks", "bot_clicks", "logins", "logins_refused")


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A short folder for temporary files that no other run uses."""
    folder = Path(tempfile.mkdtemp(prefix="demos-"))
    # PostgreSQL, which does not run as root, passes through it.
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def demo(temporary: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "smsadmin.standalone.demo"],
        env={**os.environ, "TMPDIR": str(temporary), **environment},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def test_five_hundred_recipients_add_up_and_nothing_is_left(database_kind: str, temporary: Path) -> None:
    ended = demo(temporary, RECIPIENTS="500", DATABASE=database_kind, SEED="3")

    assert ended.returncode == 0, ended.stderr[-2000:]
    figures = json.loads(ended.stdout.splitlines()[-1])
    assert sum(figures[state] for state in STATES + STATES_OF_PROVIDERS) == figures["recipients"] == 500
    assert all(figures[name] > 0 for name in (*HAPPENS, *OF_LINKS)), figures
    assert figures["provider_duplicates"] == 0
    assert figures["provider_received"] > 0
    assert figures["seconds"] > 0
    assert list(temporary.glob("smsadmin-demo*")) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"RECIPIENTS": "many"}, "RECIPIENTS is 'many': it must be a number"),
        ({"RECIPIENTS": "0"}, "RECIPIENTS is '0'"),
        ({"DATABASE": "oracle"}, "DATABASE is 'oracle': it must be postgresql or sqlite"),
    ],
)
def test_a_wish_that_makes_no_sense_is_one_sentence(
    given: dict[str, str], says: str, temporary: Path
) -> None:
    ended = demo(temporary, **given)

    assert ended.returncode == 1
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
