"""From a template and a customer to the text that will arrive, with markers for links, and its parts; pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from smsadmin.text import placeholders
from smsadmin.text.parts import count_parts


@dataclass(frozen=True)
class LinkPlan:
    """What stands in one link's place: a short address of so many characters, or None: the address itself."""

    url: str
    click_chars: int | None = None
    login_chars: int | None = None

    def chars(self, signs_in: bool) -> int | None:
        """Return the length of the short address for a customer whom links may sign in, or not."""
        return self.login_chars if signs_in and self.login_chars else self.click_chars


@dataclass(frozen=True)
class Rendered:
    """One customer's text; where a link is shortened it has a marker."""

    text: str
    characters: int
    """As it arrives, with the short addresses."""
    parts: int


@dataclass(frozen=True)
class Template:
    """A text whose links are found already: `marked` has a marker in the place of each of `plans`.

    `marker` is the marker of a link's index; no value and no address holds one.
    """

    marked: str
    plans: Sequence[LinkPlan]
    marker: Callable[[int], str]

    def render(self, values: Mapping[str, str], signs_in: bool) -> Rendered:
        """Return the text for one customer; `signs_in` says whether his links may sign him in."""
        text = placeholders.fill(self.marked, values)
        if not self.plans:
            return Rendered(text, len(text), count_parts(text).count)
        arriving = text
        for index, plan in enumerate(self.plans):
            marker = self.marker(index)
            if chars := plan.chars(signs_in):
                # A short address is ASCII whatever its code says: only its length decides about the parts.
                arriving = arriving.replace(marker, "x" * chars)
            else:
                address = placeholders.fill(plan.url, values)
                arriving, text = arriving.replace(marker, address), text.replace(marker, address)
        return Rendered(text, len(arriving), count_parts(arriving).count)


def prefixed(prefix: str, text: str) -> str:
    """Return the text with the shop's name before it, if it has one."""
    return f"{prefix}: {text}" if prefix else text
