"""Each bench, for real and tiny: separate processes, and a last line with the figures that it promises."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

MORE = {
    "prepare": {"customers", "per_row_against_few", "peak_megabytes"},
    "send": {"twilio_ratio", "smsc_ratio", "late_ratio"},
    "receipts": {"clients", "backlog", "backlog_seconds"},
    "statistics": {"messages", "against", "worst"},
    "redirect": {"p99_ratio", "per_second", "flushed_per_second", "tracked_code_chars", "login_code_chars"},
    "codes": {"codes", "repeated"},
}


def run(bench: str, size: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", f"bench.{bench}"],
        cwd=ROOT,
        env={**os.environ, "SIZE": size},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


@pytest.mark.parametrize("bench", sorted(MORE))
def test_a_bench_ends_with_its_figures(bench: str) -> None:
    ended = run(bench, "40")

    assert ended.returncode == 0, ended.stderr[-2000:]
    figures: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    assert figures["bench"] == bench
    assert figures["ratio"] > 0
    assert figures["seconds"] > 0
    assert figures["limit_seconds"] > 0
    assert MORE[bench] <= figures.keys()


def test_a_size_that_makes_no_sense_is_one_sentence() -> None:
    ended = run("prepare", "many")

    assert ended.returncode == 1
    assert ended.stderr.splitlines() == ["SIZE is 'many': it must be a number from 1 to 10000000."]
