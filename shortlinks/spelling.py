"""Numbers as hashids spells them, from tables that are read off hashids once; pure.

A number's first character chooses the order of the alphabet, in which its digits follow. Hashids shuffles that
order anew for every number it writes or reads, which was two fifths of a click's time in Python.
"""

from functools import lru_cache

from hashids import Hashids

ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""57 characters: none of `0 O 1 l I`, which people mix up when they type."""

BASE = 40
"""Of the 57 characters hashids keeps 13 as separators and 4 as guards; a number is written in the other 40."""

_ORDERS_TURN = 100
"""Hashids takes the first character by the number's remainder of this, which 40³ and 40² leave alone."""


class Spelling:
    """Spells numbers from 0 on exactly as `Hashids(salt, alphabet=ALPHABET)` does, and reads them."""

    def __init__(self, salt: str) -> None:
        self._orders = _orders(salt)
        self._values = {
            first: {character: value for value, character in enumerate(order)}
            for first, order in self._orders
        }

    def write(self, number: int) -> str:
        """Return the number as text."""
        first, order = self._orders[number % _ORDERS_TURN % BASE]
        written = ""
        rest = number
        while True:
            rest, digit = divmod(rest, BASE)
            written = order[digit] + written
            if not rest:
                return first + written

    def read(self, text: str) -> int | None:
        """Return the number that is written so; None for anything that `write` would not have written."""
        values = self._values.get(text[:1])
        if values is None or len(text) < 2:
            return None
        number = 0
        for character in text[1:]:
            value = values.get(character)
            if value is None:
                return None
            number = number * BASE + value
        right_first = self._orders[number % _ORDERS_TURN % BASE][0] == text[0]
        has_leading_zero = len(text) > 2 and values[text[1]] == 0
        return number if right_first and not has_leading_zero else None


@lru_cache(maxsize=8)
def _orders(salt: str) -> tuple[tuple[str, str], ...]:
    """Return each first character with the order of digits that it stands for, as hashids itself writes them."""
    hashids = Hashids(salt=salt, alphabet=ALPHABET)

    def order(start: int) -> tuple[str, str]:
        # The third digit from the end is `digit`, whatever the order is; the remainder of 100 stays `start`.
        spelt = [hashids.encode(BASE**3 + BASE**2 * digit + start) for digit in range(BASE)]
        return spelt[0][0], "".join(text[-3] for text in spelt)

    return tuple(order(start) for start in range(BASE))
