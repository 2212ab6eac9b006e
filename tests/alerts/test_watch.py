"""Real processes: who kills the worker is told of it by the web server, once, and again when it dies again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import enumerate as threads
from typing import Any

import pytest
import requests

from smsadmin.alerts.watch import StandIn
from smsadmin.standalone.ports import free_port
from tests.alerts.receivers import Hook, MailBox
from tests.alerts.trouble import alerts, worker_seen
from tests.plugin import Shop
from tests.simulator.running import wait_until as wait_for
from tests.test_worker import pulses, worker

MISSING_AFTER = 5.0
SOON = 30.0
"""What a loaded machine may take beyond that, in seconds."""


@pytest.fixture
def told(shop: Shop, box: MailBox, hook: Hook) -> dict[str, Any]:
    """The settings of all processes: two minutes take five seconds, and somebody is on call."""
    return {
        "SMSADMIN_WORKER_MISSING_AFTER": MISSING_AFTER,
        "SMSADMIN_SWEEP_EVERY": 0.2,
        "SMSADMIN_RECEIPTS_EVERY": 0.1,
        "SMSADMIN_ALERT_EMAIL": "duty@shop.example",
        "SMSADMIN_ALERT_SMTP": box.address,
        "SMSADMIN_ALERT_WEBHOOK": hook.address,
        "SMSADMIN_BASE_URLS": shop.app.config["SMSADMIN_BASE_URLS"],
        "SMSADMIN_BALANCE_LIMITS": {},
    }


def wait_until(fact: Callable[[], bool]) -> None:
    """Wait, on a loaded machine too; how soon it has to be is asserted."""
    wait_for(fact, seconds=90)


@contextmanager
def web_server(shop: Shop, told: dict[str, Any], processes: int = 2) -> Iterator[str]:
    """Serve the host with granian in several processes, and wait until it has answered once."""
    port = free_port()
    host = {
        "database_url": shop.app.config["SQLALCHEMY_DATABASE_URI"],
        "redis_url": shop.app.config["SMSADMIN_REDIS_URL"],
        "SHORTLINKS_SPOOL": shop.app.config["SHORTLINKS_SPOOL"],
        "TESTING": False,
        **told,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws"]
    size = ["--workers", str(processes), "--log-level", "warning", "tests.alerts.web_app:app"]
    environment = os.environ | {"HOST_APP": json.dumps(host)}
    with subprocess.Popen([*command, *size], env=environment, start_new_session=True) as server:
        try:
            address = f"http://127.0.0.1:{port}/door"
            wait_until(lambda: answers(address))
            for _ in range(8):
                # Each process starts its stand-in at its first request.
                assert requests.get(address, timeout=30).ok
            yield address
        finally:
            # All of it at once: granian hangs when it is asked to end while one of its processes still starts.
            os.killpg(server.pid, signal.SIGKILL)


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=30).ok
    except requests.RequestException:
        return False


def kill(process: subprocess.Popen[str]) -> float:
    """Kill a worker as the kernel does when memory is short; return when."""
    process.kill()
    process.wait()
    return time.monotonic()


def test_a_killed_worker_is_told_of_once_each_time_it_dies(
    shop: Shop, box: MailBox, hook: Hook, told: dict[str, Any]
) -> None:
    shop.connect()
    with worker(shop, **told) as first:
        wait_until(lambda: bool(pulses()))
        with web_server(shop, told):
            assert hook.posts == []
            died = kill(first)
            wait_until(lambda: len(hook.posts) == len(box.letters) == 1)
            assert time.monotonic() - died < MISSING_AFTER + SOON

            with worker(shop, **told) as second:
                wait_until(lambda: not is_open())
                assert len(hook.posts) == 1
                died = kill(second)
            wait_until(lambda: len(hook.posts) == len(box.letters) == 2)
            assert time.monotonic() - died < MISSING_AFTER + SOON
            time.sleep(1)

    assert [post["kind"] for post in hook.posts] == ["no_worker", "no_worker"]
    assert len(box.letters) == 2
    assert [alert.over_at is None for alert in alerts()] == [False, True]


def is_open() -> bool:
    return any(alert.over_at is None for alert in alerts())


def test_while_a_worker_lives_the_web_server_tells_nothing(
    shop: Shop, hook: Hook, told: dict[str, Any]
) -> None:
    shop.connect()
    worker_seen()
    with web_server(shop, told):
        for _ in range(70):
            worker_seen()
            time.sleep(0.1)

    assert (hook.posts, alerts()) == ([], [])


def test_a_worker_tells_of_what_it_sees(shop: Shop, hook: Hook, box: MailBox, told: dict[str, Any]) -> None:
    shop.connect()
    with worker(shop, **told | {"SMSADMIN_BALANCE_LIMITS": {"RUB": 10**9}}):
        wait_until(lambda: len(hook.posts) == 1 and len(box.letters) == 1)
        time.sleep(0.6)

    assert [post["kind"] for post in hook.posts] == ["balance_low"]
    assert len(box.letters) == 1


def test_a_hosts_own_tests_and_commands_start_no_stand_in(shop: Shop) -> None:
    shop.app.test_client().get("/door")
    shop.app.test_cli_runner().invoke(args=["sms", "doctor"])

    assert [thread for thread in threads() if isinstance(thread, StandIn) and thread.app is shop.app] == []
