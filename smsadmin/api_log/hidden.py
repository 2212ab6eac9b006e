"""What must not be seen of one call: its secrets, the codes of its links, its texts and phones; pure."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

LONG = 3
"""Letters; a longer word of a text is cut out for the support wherever it stands."""

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Hidden:
    """What is looked for: `secrets` never show, `words` (lower case) and `phones` (digits) not to the support."""

    secrets: frozenset[str] = field(repr=False)
    short_base: str
    """How every short address begins, without its scheme: `s.example/`."""
    words: frozenset[str] = field(default=frozenset(), repr=False)
    phones: frozenset[str] = field(default=frozenset(), repr=False)


def basic(login: str, secret: str) -> set[str]:
    """Return how HTTP Basic writes a login and its secret, and base64 the secret alone, with its padding or without."""
    written = (f"{login}:{secret}".encode(), secret.encode())
    padded = {
        encode(each).decode() for each in written for encode in (base64.b64encode, base64.urlsafe_b64encode)
    }
    return padded | {each.rstrip("=") for each in padded}


def hidden(
    short_base: str, secrets: Iterable[str], texts: Iterable[str] = (), phones: Iterable[str] = ()
) -> Hidden:
    """Gather what to hide; the codes are read out of the texts as they are handed over."""
    texts = list(texts)
    code = re.compile(re.escape(short_base) + "([A-Za-z0-9]+)", re.IGNORECASE)
    codes = {found for text in texts for found in code.findall(text)}
    # The words of an address are no secret, and our own site's stand in every callback's.
    said = {word.lower() for text in texts for word in re.split(r"\W+", _ADDRESS.sub(" ", text))}
    return Hidden(
        secrets=frozenset({*secrets, *codes} - {""}),
        short_base=short_base,
        words=frozenset(word for word in said if len(word) > LONG),
        phones=frozenset(re.sub(r"\D", "", phone) for phone in phones) - {""},
    )
