"""Whether the callers obey protocols and published limits: how many requests came, and what was wrong with them.

A complaint is about what the provider refuses. A warning is about a limit that a real provider would enforce and
this one does not, unless it is told to (`limits`).
"""

from collections import Counter, deque
from threading import Lock
from typing import Any


class Complaints:
    """Count requests, complaints and warnings by provider and keep the last ones' words."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[str] = Counter()
        self._made: Counter[str] = Counter()
        self._warned: Counter[str] = Counter()
        self._words: deque[str] = deque(maxlen=100)
        self._warnings: deque[str] = deque(maxlen=100)

    def request(self, provider: str) -> None:
        """Count one request to a provider."""
        with self._lock:
            self._requests[provider] += 1

    def complain(self, provider: str, words: str) -> None:
        """Keep what was wrong with a request; the words name parameters, never a phone or a text."""
        with self._lock:
            self._made[provider] += 1
            self._words.append(f"{provider}: {words}")

    def warn(self, provider: str, words: str) -> None:
        """Keep which limit a request went over; the words name parameters, never a phone or a text."""
        with self._lock:
            self._warned[provider] += 1
            self._warnings.append(f"{provider}: {words}")

    def counts(self, provider: str) -> dict[str, Any]:
        """Count one provider's requests, complaints and warnings."""
        with self._lock:
            return {
                "requests": self._requests[provider],
                "complaints": self._made[provider],
                "warnings": self._warned[provider],
            }

    def latest(self) -> list[str]:
        """Return the last hundred complaints, the oldest first."""
        with self._lock:
            return list(self._words)

    def latest_warnings(self) -> list[str]:
        """Return the last hundred warnings, the oldest first."""
        with self._lock:
            return list(self._warnings)
