"""The shapes in which bodies and addresses come: taken apart for the mask, and put together for people; pure."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Leaf = Callable[[str, str], str]
"""Given the name of a field (empty for a name itself) and what stands there, return what may be shown."""

DEEPEST = 40
"""Levels of a JSON body; what is deeper has no shape that we know."""

OWN_WORDS = "own words"
"""The name given to `message` beside a `code`: there a provider speaks itself, elsewhere it repeats a text."""

_FORM = re.compile(
    r"[A-Za-z_][\w.\[\]-]{0,60}=[^&\s<>\"']*(?:&[A-Za-z_][\w.\[\]-]{0,60}=[^&\s<>\"']*)*", re.ASCII
)


@dataclass(frozen=True)
class Json:
    """A body that is a JSON object or array."""

    value: Any

    def shown(self, leaf: Leaf) -> str:
        """Return it for people, every string and number as `leaf` gives it back; raise `ValueError` if too deep."""
        return json.dumps(_masked(self.value, "", leaf, DEEPEST), indent=2, ensure_ascii=False)


@dataclass(frozen=True)
class Form:
    """A body as HTML forms are sent."""

    fields: list[tuple[str, str]]

    def shown(self, leaf: Leaf) -> str:
        """Return one `name: value` a line; a further line of a value is set in, so that it looks like no field."""
        pairs = [(leaf("", name), leaf(name, value)) for name, value in self.fields]
        return "\n".join(f"{name}: {value}".replace("\n", "\n    ") for name, value in pairs)


def shape(body: str) -> Json | Form | None:
    """Return a body taken apart; None for one of no shape that we know."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict | list):
        return Json(value)
    stripped = body.strip()
    if _FORM.fullmatch(stripped):
        return Form(parse_qsl(stripped, keep_blank_values=True, errors="replace"))
    return None


def shown_address(url: str, leaf: Leaf) -> str:
    """Return an address for people: its query decoded, and never a password before the host."""
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True, errors="replace")
    except ValueError:
        return leaf("uri", url)
    start = leaf("uri", f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")
    fields = "&".join(f"{leaf('', name)}={leaf(name, value)}" for name, value in query)
    return " ".join(f"{start}?{fields}".split()) if fields else start


def _masked(value: Any, name: str, leaf: Leaf, depth: int) -> Any:
    if depth == 0:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        own = {"code", "message"} <= value.keys()
        return {
            leaf("", key): _masked(each, OWN_WORDS if own and key == "message" else key, leaf, depth - 1)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_masked(each, name, leaf, depth - 1) for each in value]
    if value is None or isinstance(value, bool):
        return value
    shown = leaf(name, str(value))
    return value if shown == str(value) else shown
