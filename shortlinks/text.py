"""Keeps the places of a template's links while their codes are still to come; pure.

Links are looked for in the template, before values go in, so that a customer called "http://evil.example" is
never a link (LINKS.md).
"""

import re
from collections.abc import Sequence
from itertools import islice

from shortlinks.addresses import found

MARKER = "\ue000"
"""A private-use character that opens a marker; the next character, from `FIRST_INDEX` on, says which link."""
FIRST_INDEX = 0xE100

_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_MARKERS = re.compile(MARKER + "([\ue100-\uf8ff])")
_MOST_LINKS = 0xF8FF - FIRST_INDEX + 1


def put_markers(template: str) -> tuple[str, list[str]]:
    """Put a marker in the place of each http(s) link; return the marked template and its links in order.

    The same address twice is two links. Private-use characters in the template are removed first.
    """
    text = _PRIVATE_USE.sub("", template)
    marked, urls, rest = "", [], 0
    for index, (start, end) in enumerate(islice(found(text), _MOST_LINKS)):
        marked += text[rest:start] + MARKER + chr(FIRST_INDEX + index)
        urls.append(text[start:end])
        rest = end
    return marked + text[rest:], urls


def fill(marked: str, replacements: Sequence[str]) -> str:
    """Put the replacement of the same index in each marker's place; raise IndexError where it lacks."""
    return _MARKERS.sub(lambda marker: replacements[ord(marker.group(1)) - FIRST_INDEX], marked)
