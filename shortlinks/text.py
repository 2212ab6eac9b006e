"""Finds the links in a template and keeps their places while codes are still to come; pure.

Links are looked for in the template, before values go in, so that a customer called "http://evil.example" is
never a link (LINKS.md).
"""

import re
from collections.abc import Sequence

MARKER = "\ue000"
"""A private-use character that opens a marker; the next character, from `FIRST_INDEX` on, says which link."""
FIRST_INDEX = 0xE100

_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_MARKERS = re.compile(MARKER + "([\ue100-\uf8ff])")
_MOST_LINKS = 0xF8FF - FIRST_INDEX + 1

# What never stands inside an address in running text: blanks, quotes, dashes, ellipsis, invisible characters.
_STOP = '\\s<>"«»„“”‘’—–…\u200b-\u200f\u2060\ufeff'
_HOST = r"(?>[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*)"
# A host followed by a name, a sign-in or a placeholder is not a whole link: nothing of it is taken.
_LINK = re.compile(
    rf"(?<![a-z0-9])https?://{_HOST}(?>(?::\d{{1,5}})?)(?![\w@:{{])(?:[/?#][^{_STOP}]*)?", re.IGNORECASE
)
_TRAILING = ".,;:!?'*_"
_PAIRS = {")": "(", "]": "[", "}": "{"}

_BARE_ZONES = (
    "ru|рф|su|рус|москва|com|net|org|info|biz|pro|me|io|app|shop|store|online|site|club|top|link|xyz|ly|cc|eu"
    "|by|kz|ua|uz|am|ge|kg|md|az|tj"
)
_BARE = re.compile(
    rf"(?<![\w@./-])(?:www\.{_HOST}|(?>(?:[^\W_](?:[\w-]*[^\W_])?\.)+)(?:{_BARE_ZONES}))(?![\w@-])"
    rf"(?:[/?#][^{_STOP}]*)?",
    re.IGNORECASE,
)


def put_markers(template: str) -> tuple[str, list[str]]:
    """Put a marker in the place of each http(s) link; return the marked template and its links in order.

    The same address twice is two links. Private-use characters in the template are removed first.
    """
    urls: list[str] = []

    def mark(found: re.Match[str]) -> str:
        if len(urls) == _MOST_LINKS:
            return found.group()
        url = _without_trailing(found.group())
        urls.append(url)
        return MARKER + chr(FIRST_INDEX + len(urls) - 1) + found.group()[len(url) :]

    return _LINK.sub(mark, _PRIVATE_USE.sub("", template)), urls


def fill(marked: str, replacements: Sequence[str]) -> str:
    """Put the replacement of the same index in each marker's place; raise IndexError where it lacks."""
    return _MARKERS.sub(lambda found: replacements[ord(found.group(1)) - FIRST_INDEX], marked)


def bare_addresses(template: str) -> list[str]:
    """Return what looks like a link but has no https:// before it (`www.shop.ru`, `shop.ru/sale`)."""
    rest = _LINK.sub(" ", template)
    return [_without_trailing(found.group()) for found in _BARE.finditer(rest)]


def _without_trailing(url: str) -> str:
    """Cut the sentence's punctuation off; a closing bracket stays when the link itself opened it."""
    while url[-1] in _TRAILING or _is_unmatched(url):
        url = url[:-1]
    return url


def _is_unmatched(url: str) -> bool:
    opening = _PAIRS.get(url[-1])
    return opening is not None and url.count(url[-1]) > url.count(opening)
