"""The ways in which a provider may write what we sent: undone to look for it, spelled to replace it; pure."""

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote_plus

MOST_LAYERS = 12
"""Nobody encodes more often; a text that still changes after that is not believed."""

_USUAL = r"[^\n\t -~А-яЁё•…]"
_STRANGE = re.compile(_USUAL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"/\\bfnrt']))")
_LETTERS = {"b": "", "f": " ", "n": "\n", "r": "\n", "t": "\t"}


def clean(text: str) -> str:
    """Return a text without what PostgreSQL or a screen cannot take, and without what nobody sees."""
    return _STRANGE.sub(lambda found: _shown(found.group()), text.replace("\r\n", "\n"))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else ""


def undone(text: str) -> Iterator[str]:
    """Yield the text, then with one layer of JSON, form and HTML encoding less, and so on to the bottom.

    Raise `ValueError` when there is no bottom.
    """
    for _ in range(MOST_LAYERS):
        yield text
        below = clean(html.unescape(unquote_plus(_without_escapes(text), errors="replace")))
        if below == text:
            return
        text = below
    raise ValueError("encoded too often")


def bottom(text: str) -> str:
    """Return the text with all its layers of encoding undone; raise `ValueError` when there is no bottom."""
    *_, last = undone(text)
    return last


def _without_escapes(text: str) -> str:
    plain = _ESCAPE.sub(_unescaped, text)
    # Two escapes make one character beyond the first 65,536.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _LETTERS.get(found[2], found[2])


def spellings(word: str) -> set[str]:
    """Return a word as forms, JSON and HTML write it, each at most twice over."""
    once = {word}
    for known in (word, quote(word, safe=""), json.dumps(word)[1:-1]):
        in_json = json.dumps(known, ensure_ascii=False)[1:-1]
        once |= {
            known,
            quote(known, safe=""),
            quote(known),
            quote_plus(known),
            in_json,
            in_json.replace("/", "\\/"),
            html.escape(known),
            known.encode("ascii", "xmlcharrefreplace").decode(),
        }
    return once | {re.sub("%[0-9A-F]{2}", lambda found: found.group().lower(), each) for each in once}
