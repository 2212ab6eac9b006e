"""After a real `make demo` no login link can be read in a table, a log, an export, or on a screen."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

READ = (
    "table sms_messages",
    "table sms_api_calls",
    "table sms_asked",
    "table sms_raw_receipts",
    "table shortlinks_clicks",
    "table shortlinks_logins",
    "page sms/broadcasts/1 200",
    "page sms/figures/1/clicks/logins 200",
    "page sms/customers/1 200",
    "page sms/api_log/1 200",
    "zip whole log.jsonl",
    "file instance/logs/web-server.log",
    "file instance/logs/worker.log",
)
"""Some of the places, so that a name that has changed does not hide a place that nobody looked at."""


def test_no_login_code_that_was_sent_is_found_anywhere(database_kind: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"

    ended = subprocess.run(
        [sys.executable, "-m", "tests.standalone.demo_looked_through", str(report)],
        env={**os.environ, "RECIPIENTS": "120", "DATABASE": database_kind, "SEED": "5"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr[-2000:]
    seen = json.loads(report.read_text(encoding="utf-8"))
    assert seen["codes"] > 50
    # The texts on the phones hold them all: what is there is found.
    assert seen["at_the_provider"] == seen["codes"]
    assert seen["found"] == {}
    assert [place for place in READ if place not in seen["looked"]] == []
    assert not [place for place in seen["looked"] if place.startswith("page") and place.endswith(" 500")]
