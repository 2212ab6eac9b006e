"""The three programs of the box: web server, worker, simulator; each with its command line."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from smsadmin.standalone.children import Child
from smsadmin.standalone.environment import Place

ROOT = Path(__file__).resolve().parents[2]
"""The clone, where `wsgi.py` and `worker.py` lie."""

WEB_THREADS = 32
"""Most of the time a request waits for the database; receipts that wait together share one commit."""


def web(place: Place, environment: Mapping[str, str], keep_open: Sequence[int] = ()) -> Child:
    """Return the web server: one granian process that serves `wsgi:app`."""
    listening = ["--interface", "wsgi", "--host", place.host, "--port", str(place.port), "--no-ws"]
    size = ["--workers", "1", "--blocking-threads", str(WEB_THREADS), "--log-level", "warning"]
    return _child(
        "web server", ["-m", "granian", *listening, *size, "wsgi:app"], place, environment, keep_open
    )


def worker(place: Place, environment: Mapping[str, str], keep_open: Sequence[int] = ()) -> Child:
    """Return the worker that sends."""
    return _child("worker", ["worker.py"], place, environment, keep_open)


def simulator(
    place: Place, environment: Mapping[str, str], playing: Sequence[str], keep_open: Sequence[int] = ()
) -> Child:
    """Return the simulated providers and phones; `playing` are their further options, such as `--script`."""
    listening = ["--host", place.host, "--port", str(place.simulator_port)]
    keeping = ["--directory", str(place.instance / "simulator")]
    options = place.instance / "simulator.options"  # a file, because everybody can list command lines
    options.touch(mode=0o600)
    options.write_text("\n".join([*listening, *keeping, *playing]), encoding="utf-8")
    # The phones show the time of the shop's zone.
    told = {**environment, "TZ": environment.get("SMSADMIN_TIMEZONE") or "Europe/Moscow"}
    return _child("simulator", ["-m", "smsadmin.simulator", f"@{options}"], place, told, keep_open)


def _child(
    name: str, arguments: list[str], place: Place, environment: Mapping[str, str], keep_open: Sequence[int]
) -> Child:
    logs = place.instance / "logs"
    logs.mkdir(exist_ok=True)
    log = logs / f"{name.replace(' ', '-')}.log"
    log.write_bytes(b"")  # of this start only: it never grows without end
    return Child(name, [sys.executable, *arguments], log, environment, ROOT, keep_open=keep_open)
