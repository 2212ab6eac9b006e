"""What the judge has in store for the next requests: one fault each, before any fate by phone."""

from collections import deque
from collections.abc import Mapping
from threading import Lock
from typing import Any

from smsadmin.simulator.fates import FATES, OF_A_QUESTION

ASKED: Mapping[str, tuple[str, ...]] = {
    "smsc": ("send", "balance", "status"),
    "twilio": ("send", "balance", "status", "list"),
    "seventech": ("send",),
}
"""Provider → what can be asked of it; Twilio's `status` is one message, `list` is several."""
LONGEST = 10_000
"""Faults in one queue."""


class WrongOrder(ValueError):
    """What the judge ordered cannot be played; the words say which value is wrong."""


class Faults:
    """The queues, one for each thing that can be asked of a provider; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queues: dict[tuple[str, str], deque[str]] = {
            (provider, of): deque() for provider, each in ASKED.items() for of in each
        }

    def add(self, order: Any) -> None:
        """Queue what a JSON body orders: `provider`, `faults`, and perhaps `of` and `times`; raise `WrongOrder`."""
        queue, faults = _read(order)
        with self._lock:
            if len(self._queues[queue]) + len(faults) > LONGEST:
                raise WrongOrder(f"times: more than {LONGEST} faults would wait in one queue")
            self._queues[queue].extend(faults)

    def next(self, provider: str, of: str) -> str:
        """Take the fault that the next such request meets; empty when it meets none."""
        with self._lock:
            queue = self._queues[provider, of]
            return queue.popleft() if queue else ""

    def clear(self) -> None:
        """Forget what waits in all queues."""
        with self._lock:
            for queue in self._queues.values():
                queue.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """Return the queues that are not empty, as they are ordered."""
        with self._lock:
            return [
                {"provider": provider, "of": of, "faults": list(queue)}
                for (provider, of), queue in self._queues.items()
                if queue
            ]


def _read(order: Any) -> tuple[tuple[str, str], list[str]]:
    """Return which queue is meant and the faults for it; raise `WrongOrder`."""
    if not isinstance(order, dict):
        raise WrongOrder("the body must be a JSON object, with Content-Type: application/json")
    if unknown := sorted(order.keys() - {"provider", "of", "faults", "times"}):
        raise WrongOrder(f"{unknown[0]!r}: there are only provider, of, faults and times")
    provider, of, times = order.get("provider"), order.get("of", "send"), order.get("times", 1)
    if not isinstance(provider, str) or provider not in ASKED:
        raise WrongOrder(f"provider: {provider!r} is none of {', '.join(ASKED)}")
    if not isinstance(of, str) or of not in ASKED[provider]:
        raise WrongOrder(f"of: {of!r} is none of {', '.join(ASKED[provider])}, which {provider} can be asked")
    faults, known = order.get("faults"), tuple(FATES) if of == "send" else OF_A_QUESTION
    if not isinstance(faults, list) or not faults:
        raise WrongOrder(f"faults: {faults!r} is no list of words")
    if wrong := [fault for fault in faults if fault not in known]:
        raise WrongOrder(f"faults: {wrong[0]!r} is none of {', '.join(known)}")
    if type(times) is not int or not 1 <= times <= LONGEST or times * len(faults) > LONGEST:
        raise WrongOrder(f"times: {times!r} is no number that makes 1 to {LONGEST} faults")
    return (provider, of), faults * times
