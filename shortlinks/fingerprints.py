"""A keyed hash of a text, such as the phone that a link was sent to: it tells whether a text is the same, and no more.

Phones are few enough to try them all, so a hash without a key would hide none. The key is the one that signs links:
when it is taken out, the links it has signed are dead too.
"""

import hmac
from collections.abc import Callable
from hashlib import blake2b

from shortlinks.shortener import current_shortener

LONGEST = 60
"""Characters of a fingerprint: 32 of the key's id, a colon, and the hash."""

# Nobody who lacks the key can look for two texts with one hash.
_BYTES = 13
_DOMAIN = b"fingerprint"


def fingerprinter() -> Callable[[str], str]:
    """Return the function that makes fingerprints with the key that signs now; for many texts it is asked for once."""
    shortener = current_shortener()
    key_id = shortener.codes.signing_key
    hash_of = _hasher(shortener.settings.keys[key_id])
    return lambda text: f"{key_id}:{hash_of(text)}"


def is_fingerprint_of(text: str, fingerprint: str) -> bool:
    """Tell, in constant time, whether a fingerprint was made of this text; False where its key is gone."""
    # An id may hold a colon, and the hash holds none.
    key_id, _, found = fingerprint.rpartition(":")
    key = current_shortener().settings.keys.get(key_id)
    return key is not None and hmac.compare_digest(_hasher(key)(text), found)


def _hasher(key: bytes) -> Callable[[str], str]:
    # Its own domain, so that it says nothing about any code. Copied, since to begin with a key is most of the work.
    keyed = blake2b(key=key, digest_size=_BYTES, person=_DOMAIN)

    def hash_of(text: str) -> str:
        made = keyed.copy()
        made.update(text.encode())
        return made.hexdigest()

    return hash_of
