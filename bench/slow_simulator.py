"""The simulated providers as far away as real ones: `python -m bench.slow_simulator PORT DIRECTORY DELAY`.

Every answer comes DELAY seconds late, and there are no receipts; all else is the simulator itself.
"""

import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from smsadmin.simulator.answers import THREADS
from smsadmin.simulator.app import create_app, create_network
from smsadmin.simulator.settings import Settings


def main() -> None:
    """Serve until SIGTERM."""
    port, directory, delay = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    server = Granian(
        "bench.slow_simulator",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        websockets=False,
        workers_kill_timeout=1,
        log_level=LogLevels.critical,
    )
    server.serve(target_loader=partial(load, Settings(directory, port=port), delay), wrap_loader=False)


def load(settings: Settings, delay: float) -> Callable[..., Iterable[bytes]]:
    """Return the simulator's app behind a pause; no thread for receipts runs."""
    app = create_app(settings, create_network(settings))

    def late(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        time.sleep(delay)
        return app(environ, start_response)

    return late


if __name__ == "__main__":
    main()
