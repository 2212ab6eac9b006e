"""What every bench says at its end: the median of five, and one line of JSON."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

RUNS = 5
"""Of so many the middle one is told: this machine does other things too."""


@dataclass(frozen=True)
class Pair:
    """Seconds that we took, and seconds of the limit, measured one right after the other."""

    ours: float
    limit: float

    @property
    def ratio(self) -> float:
        """Our time ÷ the limit's."""
        return self.ours / self.limit


def size(usual: int) -> int:
    """Return how many rows a bench takes: `SIZE` for a quick look, else the usual number; end on nonsense."""
    given = os.environ.get("SIZE") or str(usual)
    if not given.isdecimal() or not 0 < int(given) <= 10_000_000:
        sys.exit(f"SIZE is {given!r}: it must be a number from 1 to 10000000.")
    return int(given)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds `work` takes."""
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def median(pairs: Iterable[Pair]) -> Pair:
    """Return the pair whose ratio is the middle one."""
    ordered = sorted(pairs, key=lambda pair: pair.ratio)
    return ordered[len(ordered) // 2]


def say(bench: str, ratio: float, pair: Pair, **more: float | int | str) -> None:
    """Print the last line; `pair` is the run that it is about."""
    seconds = {"seconds": round(pair.ours, 4), "limit_seconds": round(pair.limit, 4)}
    rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in more.items()}
    print(json.dumps({"bench": bench, "ratio": round(ratio, 3), **seconds, **rounded}), flush=True)


def tell(words: str) -> None:
    """Say on stderr how far a bench has come."""
    print(words, file=sys.stderr, flush=True)
