"""How many messages a claim takes for each thread: few, and more while turns come back whole and soon.

What a claim costs is the same for a few messages and for many, so a fast provider is fed by larger ones. A kill leaves
in doubt what was claimed: with a slow provider that stays few, with any at most what leaves within about `SOON`.
"""

FEWEST = 2
MOST = 12

SOON = 0.2
"""Seconds within which the calls of a claim come back where the next one may be larger."""


class Window:
    """What one loop claims for each thread, of a provider that takes one message in a request."""

    def __init__(self) -> None:
        """Begin with the fewest."""
        self.each = FEWEST

    def learn(self, seconds: float) -> None:
        """Take note of a turn that came back well, so long after it was handed over."""
        self.each = min(MOST, self.each * 2) if seconds < SOON else max(FEWEST, self.each // 2)

    def close(self) -> None:
        """Begin anew, after trouble."""
        self.each = FEWEST
