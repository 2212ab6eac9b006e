"""Runs the worker of the box with a clock that is wrong: what `worker.py` is, on a machine nobody set the time of.

Usage: python -m faults.skewed_worker SECONDS
"""

import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import rq.utils

from smsadmin import clock
from smsadmin.standalone.app import create_app
from smsadmin.worker import run


def shift(seconds: float) -> None:
    """Put the clock of this process wrong, wherever a module has taken the function that tells the time."""
    true_time = time.time
    time.time = lambda: true_time() + seconds
    for function in (clock.utc_now, rq.utils.now):
        _replace(function, _shifted(function, timedelta(seconds=seconds)))


def _shifted(now: Callable[[], datetime], by: timedelta) -> Callable[[], datetime]:
    return lambda: now() + by


def _replace(function: Callable[[], datetime], by: Callable[[], datetime]) -> None:
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("smsadmin", "rq"):
            for attribute, value in list(vars(module).items()):
                if value is function:
                    setattr(module, attribute, by)


if __name__ == "__main__":
    # The jobs are imported now: what comes later would take the true clock.
    import smsadmin.jobs  # noqa: F401

    shift(float(sys.argv[1]))
    run(create_app())
