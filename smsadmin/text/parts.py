"""Counts the parts of an SMS (GSM 03.38, 3GPP TS 23.038), since a part is what a provider bills.

A million texts are counted while a broadcast is prepared, so what all of them share is looked at once (`Frame`), and
a text is walked character by character only in the one case that needs it: several parts, and characters that take
two units and must not straddle two parts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

EXTENDED = frozenset("^{}\\[~]|€")
"""Characters of the GSM extension table: two septets each, never split between two parts."""
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic alphabet, one septet each; its escape (0x1B) is no character that a text can carry."""
_GSM7 = BASIC | EXTENDED


@dataclass(frozen=True, slots=True)
class Parts:
    """How a text travels: `units` are septets (gsm7) or UTF-16 units (ucs2), the padding left out."""

    count: int
    encoding: Literal["gsm7", "ucs2"]
    units: int


def count_parts(text: str) -> Parts:
    """Count the parts that `text` takes; an empty text takes none."""
    if BASIC.issuperset(text):
        return Parts(_divided(len(text), 160, 153), "gsm7", len(text))
    if _GSM7.issuperset(text):
        units = _septets(text)
        if units <= 160:
            return Parts(1, "gsm7", units)
        return Parts(_filled((2 if char in EXTENDED else 1 for char in text), 153), "gsm7", units)
    units = _utf16_units(text)
    if units <= 70 or units == len(text):
        return Parts(_divided(units, 70, 67), "ucs2", units)
    return Parts(_filled((2 if char > "\uffff" else 1 for char in text), 67), "ucs2", units)


class Frame:
    """What many texts share: looked at once, so that of each only the rest is counted."""

    def __init__(self, shared: str) -> None:
        self._characters = len(shared)
        self._septets = _septets(shared) if _GSM7.issuperset(shared) else None
        self._utf16_units = _utf16_units(shared)

    def parts_with(self, rest: str) -> int | None:
        """Return the parts of a text that consists of the shared characters and of `rest`, in whatever order.

        None where the order decides: the text itself has to be counted.
        """
        characters = self._characters + len(rest)
        if self._septets is not None and _GSM7.issuperset(rest):
            units, alone, each = self._septets + _septets(rest), 160, 153
        else:
            units, alone, each = self._utf16_units + _utf16_units(rest), 70, 67
        return _divided(units, alone, each) if units <= alone or units == characters else None


def _septets(text: str) -> int:
    return len(text) if BASIC.issuperset(text) else len(text) + sum(map(text.count, EXTENDED))


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _divided(units: int, alone: int, each: int) -> int:
    """Count parts where every unit may be the last of a part."""
    if units <= alone:
        return 1 if units else 0
    return -(-units // each)


def _filled(widths: Iterable[int], size: int) -> int:
    """Count parts of `size` units where a character that does not fit moves to the next part whole."""
    count, used = 1, 0
    for width in widths:
        used += width
        if used > size:
            count += 1
            used = width
    return count
