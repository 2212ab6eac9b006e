"""Hides what opens something: passwords, keys, the keys of callback addresses, the codes of short links; pure."""

import re

from smsadmin.api_log.encodings import bottom, clean, spellings, undone
from smsadmin.api_log.hidden import Hidden

MASK = "••••"

SHORTEST_PIECE = 5
"""Characters of a secret that may stand where a text was cut off: fewer say nothing."""

SECRET_FIELDS = frozenset(
    {
        *("psw", "password", "passwd", "pass", "apikey", "api_key", "token", "auth_token", "secret"),
        *("authorization", "clientrequestid"),
    }
)
"""Fields that hold nothing else, in lower case."""

OUR_ADDRESSES = ("uri", "url", "callback", "more_info")
"""How the names of fields end whose addresses a provider makes, or we do: the rest may stand in a text."""

_SLASH = r"(?:\\*/|%(?:25)*2F|\\+u002F|&\#(?:47|x2F);|&sol;)"
_COLON = r"(?::|%(?:25)*3A|\\+u003A|&\#(?:58|x3A);|&colon;)"
_REST = r"[^\s\"'<>]*"
_ADDRESS = re.compile(
    rf"(https?{_COLON}{_SLASH}{{2}}[^\s\"'<>/%\\&?#]+(?:%(?:25)*3A\d+)?)[/%\\&?#]{_REST}", re.IGNORECASE
)
_RECEIPTS = re.compile(rf"(sms{_SLASH}receipts{_SLASH}[a-z]+{_SLASH}){_REST}", re.IGNORECASE)
_OPEN_RECEIPTS = re.compile(r"sms/receipts/[a-z]+/[^•\s]", re.IGNORECASE)


class Mask:
    """Masks the strings of calls, and finds what was missed; making one costs more than using it."""

    def __init__(self, hidden: Hidden) -> None:
        self.hidden = hidden
        words = {clean(word) for word in hidden.secrets} - {""}
        spelled = {spelling for word in words for spelling in spellings(word)}
        self._spelled = sorted(spelled, key=len, reverse=True)
        self._plain = words
        self._bottoms = {bottom(word) for word in words} - {""}
        self._pieces = {
            word[:length]
            for word in words
            for length in range(max(SHORTEST_PIECE, len(word) // 2), len(word))
        }
        self._longest = max(map(len, self._pieces), default=0)
        base = re.escape(hidden.short_base)
        written = "".join({"/": _SLASH, ":": _COLON}.get(character, character) for character in base)
        self._short = re.compile(f"({written}){_REST}", re.IGNORECASE)
        self._masked_short = re.compile(f"https?://{base}{MASK}", re.IGNORECASE)
        self._open_short = re.compile(f"{base}[A-Za-z0-9]", re.IGNORECASE)

    def leaf(self, name: str, text: str) -> str:
        """Return what may be shown of a field."""
        if name.lower() in SECRET_FIELDS:
            return MASK if text else ""
        masked = self.text(text)
        if name.lower().endswith(OUR_ADDRESSES):
            return masked
        return _ADDRESS.sub(self._only_site, masked)

    def text(self, text: str) -> str:
        """Return a text without secrets, codes and keys; addresses of others stay as they are."""
        text = _RECEIPTS.sub(rf"\1{MASK}", clean(text))
        text = self._short.sub(rf"\1{MASK}", text)
        for word in self._spelled:
            if word in text:
                text = text.replace(word, MASK)
        return self._without_cut_end(text)

    def _only_site(self, found: re.Match[str]) -> str:
        """Return an address without its path, which may be the code of a short link of another time."""
        return found.group() if self._masked_short.fullmatch(found.group()) else f"{found[1]}/{MASK}"

    def betrays(self, text: str) -> bool:
        """Say whether something is still to be seen under whatever encodings."""
        try:
            layers = list(undone(text))
        except ValueError:
            return True
        return any(word in layers[-1] for word in self._bottoms) or any(
            self._open_short.search(layer)
            or _OPEN_RECEIPTS.search(layer)
            or any(word in layer for word in self._plain)
            for layer in layers
        )

    def _without_cut_end(self, text: str) -> str:
        """Hide the beginning of a secret at the end of a text: whoever repeats it may have cut it off."""
        whole = text.rstrip(" .…")
        for length in range(min(self._longest, len(whole)), SHORTEST_PIECE - 1, -1):
            if whole[-length:] in self._pieces:
                return whole[:-length] + MASK
        return text
