"""Finds web addresses in running text, and what was meant to be one but lacks something; pure.

Only `http://` and `https://` begin a link. Whatever only looks like one is for the host to point out to the
writer, who alone can mend it.
"""

import re
from collections.abc import Iterator

# What never stands inside an address in running text: blanks, quotes, dashes, ellipsis, bullet, invisible
# characters, arrows, pictures.
_STOP = (
    '\\s<>"«»„“”‟‘’‚‛‹›–—…•\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff'
    "\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
)
# macOS writes some letters (й) in two characters, the second of which is no letter by itself.
_LABEL = r"[^\W_](?:[\w\u0300-\u036f-]*(?:[^\W_]|[\u0300-\u036f]))?"
_HOST = rf"(?>{_LABEL}(?:\.{_LABEL})*)"
# Placeholders may have blanks in them. A list without blanks is several links: `https://a.ru/1,https://b.ru/2`.
PLACEHOLDER = r"\{[^{}\r\n]{0,60}?[^\W\d_][^{}\r\n]{0,60}\}"
_REST = rf"(?:[/?#](?:{PLACEHOLDER}|(?![,;|]https?://)[^{_STOP}])*)?"

# Nothing of an address is taken when behind its host stands what makes it another one, or none: a placeholder,
# an empty label, a port that is none, a user's name, what browsers read as a slash or as a letter of the host.
_SPOILT = rf"[^\W_]|[_-]+[/?#:]|[.-]*\{{|\.\.\w|:[\w{{]|\\|%[0-9a-f]{{2}}|[^{_STOP}/?#]*@"
_LINK = re.compile(
    rf"(?<![a-z0-9])https?://(?:{_HOST}(?:\.(?=[/?#]|:\d))?|\[[0-9a-f:.]+\])(?>(?::\d{{1,5}})?)"
    rf"(?!{_SPOILT}){_REST}",
    re.IGNORECASE,
)
# As it is typed when it goes wrong, too: `https//`, `http:/`, `htps://`.
_MEANT = re.compile(rf"(?:(?<![a-z])h*t+ps?(?:[:;]/|//)|https?://)[^{_STOP}]*", re.IGNORECASE)
_USER = re.compile("https?://[^/?#]*@", re.IGNORECASE)

_ZONES = (
    "ru|рф|xn--p1ai|su|рус|com|net|org|info|biz|pro|me|io|app|dev|shop|store|online|site|website|club|top|link|xyz"
    "|ly|gl|be|tv|cc|eu|de|uk|by|бел|kz|қаз|ua|укр|uz|am|ge|kg|md|az|tj|moscow|tatar|дети|онлайн|сайт|орг|ком"
    # Москва is a city behind somebody's missing blank.
    "|(?-i:москва|МОСКВА)"
)
# A single Russian letter before the dot is an abbreviation: г.москва, т.е.
_BARE = re.compile(
    rf"(?<![\w@./-])(?![а-яё]\.)(?:www\.{_HOST}|(?:{_LABEL}\.)+(?:{_ZONES}))(?![\w@-])(?>(?::\d{{1,5}})?){_REST}",
    re.IGNORECASE,
)

_TRAILING = ".,;:!?'*`|"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def found(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each http(s) address begins and ends, without the punctuation of the sentence around it."""
    for link in _LINK.finditer(text):
        yield link.start(), link.start() + len(_without_trailing(link.group()))


def bare_addresses(text: str) -> list[str]:
    """Return what looks like a link but has no https:// before it (`www.shop.ru`, `shop.ru/sale`)."""
    return [_without_trailing(bare.group()) for bare in _BARE.finditer(_LINK.sub(" ", text))]


def spoilt_addresses(text: str) -> list[str]:
    """Return what was meant to be a link and is none (`https//shop.ru`, `https://me:pw@shop.ru`)."""
    return [_without_trailing(meant.group()) for meant in _MEANT.finditer(_LINK.sub(" ", text))]


def names_a_user(address: str) -> bool:
    """Say whether a user's name, or a password, stands before the site's name: `https://me:pw@shop.ru`."""
    return _USER.match(address) is not None


def is_alone_at_an_edge(text: str) -> bool:
    """Say whether the text has one link, with nothing before or nothing behind it."""
    places = list(found(text))
    if len(places) != 1:
        return False
    start, end = places[0]
    return not text[:start].strip() or not text[end:].strip()


def _without_trailing(address: str) -> str:
    """Cut the sentence's punctuation off; a closing bracket stays when the address itself opened it."""
    unmatched = _unmatched_brackets(address)
    end = len(address)
    while address[end - 1] in _TRAILING or end - 1 in unmatched:
        end -= 1
    return address[:end]


def _unmatched_brackets(address: str) -> set[int]:
    """Return where brackets are closed that were never opened."""
    opened = dict.fromkeys(_PAIRS.values(), 0)
    unmatched = set()
    for index, character in enumerate(address):
        if character in opened:
            opened[character] += 1
        elif character in _PAIRS and opened[_PAIRS[character]]:
            opened[_PAIRS[character]] -= 1
        elif character in _PAIRS:
            unmatched.add(index)
    return unmatched
