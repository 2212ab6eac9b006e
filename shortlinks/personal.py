"""Addresses with placeholders, such as `https://shop.example/c/{card}`, and what a message's own values make of them.

Values are strangers' words. Whatever they say, the address keeps its site, the parts of its path, its parameters and
its fragment as they were written: each value is percent-encoded whole, and none is a step `.` or `..` in a path, which
browsers take even when it is encoded. Pure.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from shortlinks.addresses import PLACEHOLDER
from shortlinks.targets import check_target, is_own_site

Values = Callable[[str, int], Mapping[str, str] | None]
"""The host's: what the placeholders stand for in the message at a position of an owner; None: nothing is known.

Asked in the visitor's request, once for each click on such a link.
"""

LONGEST = 2000
"""Characters of an address with its values that every browser, messenger and proxy takes whole."""

_NAME = re.compile(PLACEHOLDER)
_SITE = re.compile("https?://[^/?#]*", re.IGNORECASE)
_PATH = re.compile(rf"https?://(?:{PLACEHOLDER}|[^?#])*", re.IGNORECASE)
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Control characters, halves of characters, and private-use ones."""
_STEP = re.compile(r"(?<![^/\\])\.{1,2}(?![^/\\])")
_HALF_ENCODED = re.compile("%[0-9a-f]?$", re.IGNORECASE)


class _Piece(NamedTuple):
    """Plain text, and the placeholder behind it; without a name it is the end of the address."""

    plain: str
    name: str = ""
    in_path: bool = False


def is_personal(address: str) -> bool:
    """Tell whether an address has placeholders, so that it leads each recipient elsewhere."""
    return "{" in address and len(_pieces(address)) > 1


def filled(address: str, values: Mapping[str, str]) -> str:
    """Return the address with the values in the places of its placeholders; what is not known is empty."""
    return "".join(
        piece.plain + (_encoded(values.get(piece.name, ""), piece.in_path) if piece.name else "")
        for piece in _pieces(address)
    )


def is_too_long(address: str, values: Mapping[str, str]) -> bool:
    """Tell whether values make the address longer than `LONGEST`."""
    return len(filled(address, values)) > LONGEST


def check_address(address: str) -> None:
    """Raise ValueError unless the address is a whole one, as `check_target` says, with whatever values."""
    site = _SITE.match(address)
    if site is not None and "{" in site.group():
        raise ValueError(f"'{address}': no placeholder may stand where an address names its site.")
    for sample in _samples(address):
        check_target(sample)
    if any(piece.name and _HALF_ENCODED.search(piece.plain) for piece in _pieces(address)):
        raise ValueError(f"'{address}': a value may not complete what begins with %.")
    if any(unquote(part) in (".", "..") for part in _parts_without_values(address)):
        raise ValueError(f"'{address}': without its values a part of the path would be a step up.")


def stays_on(address: str, main_url: str) -> bool:
    """Tell whether an address is on the main site with whatever values."""
    return all(is_own_site(sample, main_url) for sample in _samples(address))


@lru_cache(maxsize=1024)
def _pieces(address: str) -> tuple[_Piece, ...]:
    path = _PATH.match(address)
    path_end = path.end() if path else 0
    found, rest = [], 0
    for name in _NAME.finditer(address):
        found.append(_Piece(address[rest : name.start()], name[0][1:-1].strip(), name.end() <= path_end))
        rest = name.end()
    return (*found, _Piece(address[rest:]))


def _encoded(value: str, in_path: bool) -> str:
    value = _UNWANTED.sub("", value)
    if in_path:
        value = _STEP.sub(lambda step: "-" * len(step[0]), value)
    return quote(value, safe="")


def _samples(address: str) -> list[str]:
    """Return the address with no values and with some, which between them show where values matter."""
    if not is_personal(address):
        return [address]
    names = [piece.name for piece in _pieces(address)]
    return [filled(address, {}), filled(address, dict.fromkeys(names, "x"))]


def _parts_without_values(address: str) -> Iterator[str]:
    """Yield those parts of the path that have placeholders, without them."""
    path = _PATH.match(address)
    for part in _NAME.sub("\0", path.group() if path else "").split("/"):
        if "\0" in part:
            yield part.replace("\0", "")
