"""Turns a link's number into its code and back; pure.

A code is hashids(number) + tag. Hashids only makes the number short; the tag, the first characters of a keyed
MAC over the number, is what nobody can guess (LINKS.md, "Codes").
"""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from shortlinks.spelling import ALPHABET, BASE, Spelling

__all__ = ["ALPHABET", "Codes", "Reading", "UnknownKey", "code_chars", "first_fitting"]

TRACKING_TAG = 2
LOGIN_TAG = 8
"""Of links that sign in, and of those whose address shows a customer's values."""

# No number of 63 bits needs more; whatever is longer is not decoded at all.
_LONGEST = 24


class UnknownKey(LookupError):
    """A block was signed with a key that SHORTLINKS_KEYS does not hold."""


@dataclass(frozen=True)
class Reading:
    """One way to read a code: the number it claims to be, and the tag that has to prove it."""

    number: int
    login: bool
    tag: str = field(repr=False)
    personal: bool = False
    """It claims to lead to an address with the values of its message, and to sign nobody in."""


class Codes:
    """Write and read codes with one salt and the keys of SHORTLINKS_KEYS (id → 32 to 64 bytes)."""

    def __init__(self, salt: str, keys: Mapping[str, bytes]) -> None:
        self._spelling = Spelling(salt)
        self._keys = dict(keys)
        self.signing_key = next(iter(self._keys))

    def encode(self, number: int, *, login: bool, key_id: str, personal: bool = False) -> str:
        """Return the code of `number`; raise `UnknownKey`."""
        return f"{self._spelling.write(number)}{self._tag(number, login, key_id, personal)}"

    def readings(self, code: str) -> Iterator[Reading]:
        """Yield what the code may mean, the longest tag first; nothing when it is no code at all."""
        if len(code) > _LONGEST:
            return
        for login, length in ((True, LOGIN_TAG), (False, TRACKING_TAG)):
            number = self._spelling.read(code[:-length])
            if number is not None:
                yield Reading(number, login, code[-length:])
                if login:
                    yield Reading(number, login=False, tag=code[-length:], personal=True)

    def verifies(self, reading: Reading, key_id: str) -> bool:
        """Tell, in constant time, whether the tag was made with that key; False for a key we lack."""
        if key_id not in self._keys:
            return False
        expected = self._tag(reading.number, reading.login, key_id, reading.personal)
        return hmac.compare_digest(expected.encode(), reading.tag.encode())

    def verifies_with_any_key(self, reading: Reading) -> bool:
        """Tell whether the reading's tag was made with any key we hold."""
        return any(self.verifies(reading, key_id) for key_id in self._keys)

    def _tag(self, number: int, login: bool, key_id: str, personal: bool) -> str:
        if key_id not in self._keys:
            raise UnknownKey(f"SHORTLINKS_KEYS has no key '{key_id}', and links signed with it still exist.")
        # Domains of their own: no tag of one kind is, or begins with, that of another kind for the same number.
        domain = b"login" if login else b"personal" if personal else b"tracking"
        mac = blake2b(number.to_bytes(16, "big"), key=self._keys[key_id], digest_size=16, person=domain)
        rest = int.from_bytes(mac.digest(), "big")
        characters = []
        for _ in range(_tag_chars(login, personal)):
            rest, index = divmod(rest, len(ALPHABET))
            characters.append(ALPHABET[index])
        return "".join(characters)


def code_chars(number: int, login: bool, personal: bool = False) -> int:
    """Return how many characters the code of `number` has."""
    digits = 1
    while number >= BASE:
        number //= BASE
        digits += 1
    return 1 + digits + _tag_chars(login, personal)


def _tag_chars(login: bool, personal: bool) -> int:
    return LOGIN_TAG if login or personal else TRACKING_TAG


def first_fitting(start: int, count: int) -> int:
    """Return the first number from `start` on where `count` numbers in a row have codes of equal length."""
    low, high = 0, BASE
    while max(start, low) + count > high:
        low, high = high, high * BASE
    return max(start, low)
