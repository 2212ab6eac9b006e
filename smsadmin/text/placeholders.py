"""Puts a customer's values into a text: `Привет, {name}!` becomes `Привет, Анна!`.

A placeholder is what stands between `{` and `}` on one line, with a letter in it; any other brace is plain
text. Values are strangers' words: they are cleaned, put in once (a value `{name}` is not filled again), and
inside an address percent-encoded. Before an address's path nothing is put in at all, so that no value chooses
the site.
"""

import re
from collections.abc import Collection, Mapping
from enum import Enum
from functools import lru_cache
from urllib.parse import quote

_PLACEHOLDER = r"\{[^{}\r\n]{0,60}?[^\W\d_][^{}\r\n]{0,60}\}"
_TOKEN = re.compile(
    rf"(?P<address>https?://(?:{_PLACEHOLDER}|[^\s<>\"«»“”„])*)|(?P<placeholder>{_PLACEHOLDER})(?P<scheme>://)?",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(_PLACEHOLDER)
_SITE = re.compile(rf"https?://(?:{_PLACEHOLDER}|[^/?#])*", re.IGNORECASE)
"""Of an address: all that a browser may read as the name of the site."""
_BREAK = re.compile(r"\r\n|[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Control characters, halves of characters, and private-use ones, which mark the places of short links."""


class _Place(Enum):
    """Where a placeholder stands, which decides what may be put in."""

    TEXT = "text"
    ADDRESS = "address"
    SITE = "site"


_Piece = tuple[str, str, _Place]
"""Plain text, then the name of the placeholder behind it (empty at the end of the text) and its place."""


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return `template` with every placeholder's value put in; a name without a value becomes nothing."""
    return "".join(
        text + (_put(values.get(name, ""), place) if name else "") for text, name, place in _pieces(template)
    )


def placeholders(template: str) -> list[str]:
    """Return the names of the placeholders of `template` in the order they come first, each once."""
    return list(dict.fromkeys(name for _, name, _ in _pieces(template) if name))


def unknown_placeholders(template: str, known: Collection[str]) -> list[str]:
    """Return the names in `template` that no value is `known` for, such as a misspelt one."""
    return [name for name in placeholders(template) if name not in known]


def placeholder_before_path(template: str) -> list[str]:
    """Return the names that stand where an address names its site, which a form has to refuse."""
    return list(dict.fromkeys(name for _, name, place in _pieces(template) if name and place is _Place.SITE))


def _put(value: str, place: _Place) -> str:
    if place is _Place.SITE:
        return ""
    cleaned = value if value.isprintable() else _UNWANTED.sub("", _BREAK.sub(" ", value))
    return quote(cleaned, safe="") if place is _Place.ADDRESS else cleaned


@lru_cache(maxsize=256)
def _pieces(template: str) -> tuple[_Piece, ...]:
    """Take a template apart; kept, since a broadcast fills the same one for every recipient."""
    pieces: list[_Piece] = []
    end = 0
    for token in _TOKEN.finditer(template):
        address = token["address"]
        found = _IN_ADDRESS.finditer(address) if address else _IN_ADDRESS.finditer(token["placeholder"])
        site_end = _site_end(address, bool(token["scheme"]))
        for placeholder in found:
            start = token.start() + placeholder.start()
            place = _Place.TEXT if site_end is None else _Place.ADDRESS
            if site_end is not None and placeholder.start() < site_end:
                place = _Place.SITE
            pieces.append((template[end:start], placeholder[0][1:-1].strip(), place))
            end = token.start() + placeholder.end()
    return (*pieces, (template[end:], "", _Place.TEXT))


def _site_end(address: str | None, makes_scheme: bool) -> int | None:
    """Return how far an address names its site; None in plain text. `{scheme}://…` is all site."""
    if address is None:
        return 1 if makes_scheme else None
    site = _SITE.match(address)
    return site.end() if site else 0
