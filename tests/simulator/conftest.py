"""One simulator and one listener for all tests of the simulator; each test uses phones of its own."""

from collections.abc import Iterator
from itertools import count

import pytest
import requests

from tests.simulator.running import SMSC_SECRET, Listener, Simulator, listening, started

_phones = count(79170000001)


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Iterator[Simulator]:
    options = ["--receipt-delay", "0.02", "--retry-pause", "0.05", "--hang", "0.5"]
    options += ["--smsc-callback", f"{listener.url}/smsc?fmt=form", "--smsc-callback-secret", SMSC_SECRET]
    options += ["--fate", "+79189999999=no-report"]
    with started(tmp_path_factory.mktemp("simulator"), *options) as simulator:
        yield simulator


@pytest.fixture
def judge(simulator: Simulator) -> Iterator[Simulator]:
    """The simulator, without faults in store when the test is over."""
    yield simulator
    requests.delete(f"{simulator.url}/control/faults", timeout=60)


@pytest.fixture
def phone() -> str:
    """A phone that no other test uses, digits only."""
    return str(next(_phones))
