"""From a template and a customer to the text that will arrive, with markers for links, and its parts; pure."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from smsadmin.text.parts import Frame, count_parts
from smsadmin.text.placeholders import Piece, Place, cleaned, pieces, placeholders, put


@dataclass(frozen=True)
class LinkPlan:
    """What stands in one link's place: a short address of so many characters, or None: the address itself."""

    url: str
    click_chars: int | None = None
    login_chars: int | None = None

    def chars(self, signs_in: bool) -> int | None:
        """Return the length of the short address for a customer whom links may sign in, or not."""
        return self.login_chars if signs_in and self.login_chars else self.click_chars


class Rendered(NamedTuple):
    """One customer's text; where a link is shortened it has a marker."""

    text: str
    characters: int
    """As it arrives, with the short addresses."""
    parts: int
    link_values: str | None = None
    """What the placeholders of its shortened links stand for, as JSON; None where they have none."""


@dataclass(frozen=True)
class Template:
    """A text whose links are found already: `marked` has a marker in the place of each of `plans`.

    `marker` is the marker of a link's index; no value and no address holds one.
    """

    marked: str
    plans: Sequence[LinkPlan]
    marker: Callable[[int], str]

    @cached_property
    def keeps_values(self) -> bool:
        """Whether a shortened link has placeholders, so that messages have to keep what they stand for."""
        return any(_kept(self.plans, signs_in) for signs_in in (True, False))

    def render(self, values: Mapping[str, str], signs_in: bool) -> Rendered:
        """Return the text for one customer; `signs_in` says whether his links may sign him in."""
        return (self._signing_in if signs_in else self._plain).render(values)

    @cached_property
    def _signing_in(self) -> "_Form":
        return self._form(signs_in=True)

    @cached_property
    def _plain(self) -> "_Form":
        return self._form(signs_in=False)

    def _form(self, signs_in: bool) -> "_Form":
        stored = list(pieces(self.marked))
        chars = {self.marker(index): plan.chars(signs_in) for index, plan in enumerate(self.plans)}
        for plan, marker in zip(self.plans, chars, strict=True):
            if not chars[marker]:
                address = pieces(plan.url)
                stored = [part for piece in stored for part in _with_address(piece, marker, address)]
        # A short address is ASCII whatever its code says: only its length decides about the parts.
        short = {marker: "x" * length for marker, length in chars.items() if length}
        arriving = [(_replaced(text, short), name, place) for text, name, place in stored]
        return _Form(stored, arriving, _kept(self.plans, signs_in))


class _Form:
    """A template taken apart, so that a customer costs no more than his own values."""

    def __init__(self, stored: Sequence[Piece], arriving: Sequence[Piece], kept: Sequence[str]) -> None:
        self._kept = kept
        self._slots = [(name, place) for _, name, place in stored if name]
        self._stored, self._arriving = _pattern(stored), _pattern(arriving)
        shared = "".join(text for text, _, _ in arriving)
        self._characters, self._frame = len(shared), Frame(shared)

    def render(self, values: Mapping[str, str]) -> Rendered:
        own = tuple([put(values.get(name, ""), place) for name, place in self._slots])
        rest = "".join(own)
        parts = self._frame.parts_with(rest)
        if parts is None:
            parts = count_parts(self._arriving % own).count
        text, characters = self._stored % own, self._characters + len(rest)
        if not self._kept:
            return Rendered(text, characters, parts)
        kept = {name: cleaned(values.get(name, "")) for name in self._kept}
        return Rendered(text, characters, parts, json.dumps(kept, ensure_ascii=False))


def _kept(plans: Sequence[LinkPlan], signs_in: bool) -> list[str]:
    """Return the placeholders in the addresses behind short ones, each once."""
    names = [name for plan in plans if plan.chars(signs_in) for name in placeholders(plan.url)]
    return list(dict.fromkeys(names))


def _with_address(piece: Piece, marker: str, address: Sequence[Piece]) -> Iterator[Piece]:
    """Put the pieces of an address in each place of its marker in the plain text of a piece."""
    text, name, place = piece
    *before, last = text.split(marker)
    for plain in before:
        yield plain, "", Place.TEXT
        yield from address
    yield last, name, place


def _replaced(text: str, by_marker: Mapping[str, str]) -> str:
    for marker, replacement in by_marker.items():
        text = text.replace(marker, replacement)
    return text


def _pattern(found: Sequence[Piece]) -> str:
    """Return the text with `%s` in the place of each value."""
    return "".join(text.replace("%", "%%") + ("%s" if name else "") for text, name, _ in found)


def prefixed(prefix: str, text: str) -> str:
    """Return the text with the shop's name before it, if it has one."""
    return f"{prefix}: {text}" if prefix else text
