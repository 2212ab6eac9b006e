"""What `make faults` is asked for, by variables of the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

LARGEST = 1_000_000

LANES = 3
"""Seeds at a time: most of them wait for their last receipts and questions."""

LARGE_SEEDS = (1001, 1002, 1003)
"""The seeds of the large runs: one for each provider."""


class BadWish(Exception):
    """A variable has a wrong value; the message is a sentence for people."""


@dataclass(frozen=True)
class Wish:
    """Seeds and how many messages each of them sends, and how many seeds run side by side."""

    runs: tuple[tuple[int, int], ...]
    lanes: int

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Wish":
        """Read `SEEDS`, `MESSAGES`, `LARGE`, `LANES`, `FROM` and `SEED`; raise `BadWish`.

        `SEED` is that one alone; `FROM` goes on with a run that was broken off, the large ones
        as well unless `LARGE` is 0.
        """
        messages = _number(given, "MESSAGES", 1000, least=1)
        lanes = _number(given, "LANES", LANES, least=1)
        if given.get("SEED"):
            return cls(((_number(given, "SEED", 1, least=1), messages),), lanes)
        first, last = _number(given, "FROM", 1, least=1), _number(given, "SEEDS", 50, least=0)
        large = _number(given, "LARGE", 20_000, least=0)
        # The long ones come first, so that none of them is left alone at the end.
        runs = [(seed, large) for seed in LARGE_SEEDS if large]
        return cls((*runs, *((seed, messages) for seed in range(first, last + 1))), lanes)


def _number(given: Mapping[str, str], name: str, default: int, least: int) -> int:
    value = given.get(name) or str(default)
    if not value.isdecimal() or not least <= int(value) <= LARGEST:
        raise BadWish(f"{name} is {value!r}: it must be a number from {least} to {LARGEST}.")
    return int(value)
