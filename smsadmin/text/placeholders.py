"""Puts a customer's values into a text: `Привет, {name}!` becomes `Привет, Анна!`.

A placeholder is what stands between `{` and `}` on one line, with a letter in it; any other brace is plain
text. Values are strangers' words: they are cleaned, put in once (a value `{name}` is not filled again), and
inside an address percent-encoded, in its path without steps (`..`), which browsers take even when encoded. Before
an address's path nothing is put in at all, so that no value chooses the site.
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
_PATH = re.compile(rf"https?://(?:{_PLACEHOLDER}|[^?#])*", re.IGNORECASE)
"""Of an address: its site and path."""
_STEP = re.compile(r"(?<![^/\\])\.{1,2}(?![^/\\])")
_BREAK = re.compile(r"\r\n|[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Control characters, halves of characters, and private-use ones, which mark the places of short links."""


class Place(Enum):
    """Where a placeholder stands, which decides what may be put in."""

    TEXT = "text"
    ADDRESS = "address"
    """Behind its path."""
    PATH = "path"
    SITE = "site"


Piece = tuple[str, str, Place]
"""Plain text, then the name of the placeholder behind it (empty at the end of the text) and its place."""


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return `template` with every placeholder's value put in; a name without a value becomes nothing."""
    return "".join(
        text + (put(values.get(name, ""), place) if name else "") for text, name, place in pieces(template)
    )


def placeholders(template: str) -> list[str]:
    """Return the names of the placeholders of `template` in the order they come first, each once."""
    return list(dict.fromkeys(name for _, name, _ in pieces(template) if name))


def unknown_placeholders(template: str, known: Collection[str]) -> list[str]:
    """Return the names in `template` that no value is `known` for, such as a misspelt one."""
    return [name for name in placeholders(template) if name not in known]


def placeholder_before_path(template: str) -> list[str]:
    """Return the names that stand where an address names its site, which a form has to refuse."""
    return list(dict.fromkeys(name for _, name, place in pieces(template) if name and place is Place.SITE))


def put(value: str, place: Place) -> str:
    """Return what of a value is put in at such a place."""
    if place is Place.SITE:
        return ""
    if place is Place.TEXT:
        return cleaned(value)
    # As `shortlinks.personal` does where the address is a short one.
    value = cleaned(value)
    if place is Place.PATH:
        value = _STEP.sub(lambda step: "-" * len(step[0]), value)
    return quote(value, safe="")


def cleaned(value: str) -> str:
    """Return a stranger's words on one line, without what no text and no database takes."""
    return value if value.isprintable() else _UNWANTED.sub("", _BREAK.sub(" ", value))


@lru_cache(maxsize=256)
def pieces(template: str) -> tuple[Piece, ...]:
    """Take a template apart; kept, since the same one is filled again and again."""
    found: list[Piece] = []
    end = 0
    for token in _TOKEN.finditer(template):
        for placeholder in _IN_ADDRESS.finditer(token["address"] or token["placeholder"]):
            start = token.start() + placeholder.start()
            place = _place(token["address"], placeholder.start(), bool(token["scheme"]))
            found.append((template[end:start], placeholder[0][1:-1].strip(), place))
            end = token.start() + placeholder.end()
    return (*found, (template[end:], "", Place.TEXT))


def _place(address: str | None, start: int, makes_scheme: bool) -> Place:
    """Return where in an address, if it is one, a placeholder begins. `{scheme}://…` is all site."""
    if address is None:
        return Place.SITE if makes_scheme else Place.TEXT
    site, path = _SITE.match(address), _PATH.match(address)
    if site and start < site.end():
        return Place.SITE
    return Place.PATH if path and start < path.end() else Place.ADDRESS
