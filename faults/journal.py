"""What was done to the shop, and when: what the judge takes as a cause."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

FOR_EVER = float("inf")

DOUBTFUL = frozenset(
    {
        "kill worker",
        "freeze worker",
        "cut database",
        "lock database",
        "kill simulator",
        "kill web",
        "kill supervisor",
        "script",
        "slow machine",
    }
)
"""What may leave a call without an answer that is understood. Redis is not among them: it is a doorbell. A web
server that is away is, because a receipt that comes before the answer holds the answer up."""


@dataclass
class Entry:
    """One fault from its beginning to its end, in seconds of this machine's clock (UTC)."""

    kind: str
    target: str
    begun: float
    ended: float = FOR_EVER
    claims: int = 0
    """Of how many claims it may have ended the life."""


@dataclass
class Journal:
    """The faults of one run in the order of their beginnings."""

    entries: list[Entry] = field(default_factory=list)

    def begin(self, kind: str, target: str = "", claims: int = 0) -> Entry:
        """Note that a fault begins now."""
        entry = Entry(kind, target, time.time(), claims=claims)
        self.entries.append(entry)
        return entry

    def end(self, entry: Entry, later: float = 0.0) -> None:
        """Note that a fault is over, but for what it does within `later` more seconds."""
        entry.ended = time.time() + later

    def close(self) -> None:
        """End whatever is still going on."""
        for entry in self.entries:
            if entry.ended == FOR_EVER:
                self.end(entry)

    def of(self, kind: str) -> list[Entry]:
        """Return the faults of one kind."""
        return [entry for entry in self.entries if entry.kind == kind]

    def rows(self) -> list[dict[str, Any]]:
        """Return the entries for a file."""
        return [asdict(entry) for entry in self.entries]
