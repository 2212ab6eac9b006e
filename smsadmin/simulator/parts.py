"""Count the parts of an SMS, once more and by another way than the product does.

The provider bills parts, so the simulator has to count them; were it to call the product's own function, a
mistake there would be confirmed here. Source: 3GPP TS 23.038.
"""

from collections.abc import Iterable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


def count_parts(text: str) -> int:
    """Return in how many parts `text` travels; an empty text is one part."""
    if all(letter in _BASIC or letter in _EXTENDED for letter in text):
        return _packed([2 if letter in _EXTENDED else 1 for letter in text], alone=160, joined=153)
    return _packed([2 if ord(letter) > 0xFFFF else 1 for letter in text], alone=70, joined=67)


def _packed(widths: Iterable[int], alone: int, joined: int) -> int:
    """Lay the letters one after another into parts; a letter two units wide is never cut in two."""
    parts, used, total = 1, 0, 0
    for width in widths:
        total += width
        if used + width > joined:
            parts, used = parts + 1, 0
        used += width
    return 1 if total <= alone else parts
