"""Serve the simulator with granian: one process with enough threads that hanging answers starve nobody.

One worker process only, since the phones are in its memory; granian's own process watches over it.
"""

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection, HTTPException
from threading import Thread
from time import sleep
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from smsadmin.simulator.answers import THREADS
from smsadmin.simulator.app import create_app, create_network
from smsadmin.simulator.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then end in about a second; SystemExit if the port is taken."""
    settings = replace(settings, port=_free_port(settings.host, settings.port))
    server = Granian(
        "smsadmin.simulator",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        websockets=False,
        # An answer that hangs must not hold up the end: everything taken is on disk already.
        workers_kill_timeout=1,
        # An answer lost on purpose is an error to granian, and would fill the log.
        log_level=LogLevels.critical,
    )
    server.serve(target_loader=partial(load, settings, os.getpid()), wrap_loader=False)


def load(settings: Settings, parent: int) -> Callable[..., Any]:
    """Return the app in the serving process, with its threads running; say on stdout when it answers."""
    try:
        network = create_network(settings)
    except OSError as error:
        sys.exit(f"The simulator cannot write into {settings.directory}: {error.strerror}.")
    network.receipts.start()
    network.resume()
    Thread(target=_announce, args=(settings.host, settings.port), daemon=True).start()
    Thread(target=_follow, args=(parent,), daemon=True).start()
    return create_app(settings, network)


def _free_port(host: str, port: int) -> int:
    """Return the port, or any free one for 0; granian itself would share a taken port silently."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as probe:
            return int(probe.getsockname()[1])
    except OSError as error:
        # `strerror` repeats the address in Python's words; a name that is not resolved has no errno.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        sys.exit(f"The simulator cannot listen on {host}, port {port}: {reason}. Choose another with --port.")


def _announce(host: str, port: int) -> None:
    """Print one line when the first request is answered."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a name to translate
    while True:
        connection = HTTPConnection(reachable, port, timeout=5)
        try:
            connection.request("GET", "/control/health")
            connection.getresponse()
        except (OSError, HTTPException):
            sleep(0.05)
        else:
            break
        finally:
            connection.close()
    shown = f"[{reachable}]" if ":" in reachable else reachable
    print(f"simulator ready: http://{shown}:{port}/phones", flush=True)


def _follow(parent: int) -> None:
    """End this process when the one that watches over it was killed: it would hold the port for ever."""
    while os.getppid() == parent:
        sleep(1)
    os._exit(1)
