"""Look, keep and tell: in a thread of every worker, and of every web process for when no worker lives.

Who is dead tells nobody. So the web processes ask, as often and by one cheap query, whether any worker lives, and
only when none does they look for everything.
"""

import os
import threading
import time
from typing import Any

from flask import Flask, request_started

from smsadmin.alerts.findings import findings, hidden_by
from smsadmin.alerts.keep import due, opened_causes, settle
from smsadmin.alerts.kinds import Finding
from smsadmin.alerts.machinery import workers_live
from smsadmin.alerts.night import check_by_night
from smsadmin.alerts.tell import tell
from smsadmin.current import settings
from smsadmin.sending.rounds import Rounds


def every() -> float:
    """Return how many seconds lie between two looks: four in the time after which a worker is missed."""
    return max(settings().sweep_every, settings().worker_missing_after / 4)


def check() -> list[Finding]:
    """Look once, and tell what is to be told; return all that is found."""
    before = opened_causes()
    found = findings()
    told = {finding.cause: finding for finding in found if finding.is_told}
    # What is only not looked at now is not over. A cause begins with its kind.
    hidden = hidden_by(found)
    settle([cause for cause in before if cause.partition(":")[0] not in hidden], told)
    for alert in due(told):
        tell(alert, told[alert.cause])
    return found


class Watcher(Rounds):
    """A worker's: looks every half minute or so, and compares the counters by night."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, "watcher")
        # The sweeper beside it has to have shown its sign of life.
        self._last = time.monotonic()

    def round(self) -> None:
        """Look when it is time."""
        if time.monotonic() - self._last >= every():
            self._last = time.monotonic()
            self.look()

    def look(self) -> None:
        """Look at everything."""
        check()
        check_by_night()


class StandIn(Watcher):
    """A web process's: looks at everything only while no worker does."""

    def look(self) -> None:
        """Ask whether a worker lives."""
        if not workers_live():
            check()


class _Start:
    """Start the stand-in at a process's first request: after the fork, and only where requests are served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid: int | None = None

    def __call__(self, app: Flask, **_: Any) -> None:
        if self._pid == os.getpid() or app.testing:
            return
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                StandIn(app).start()


def init_app(app: Flask) -> None:
    """Let the host's web processes watch; its own tests (`TESTING`) are left alone."""
    request_started.connect(_Start(), app, weak=False)
