"""A keyed hash of a text, such as the phone that a link was sent to: it tells whether a text is the same, and no more.

Phones are few enough to try them all, so a hash without a key would hide none. The key is the one that signs links:
when it is taken out, the links it has signed are dead too.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import blake2b

from shortlinks.shortener import current_shortener

LONGEST = 60
"""Characters of a fingerprint: 32 of the key's id, a colon, and the hash."""

# A multiple of 3 needs no padding. Nobody who lacks the key can look for two texts with one hash.
_BYTES = 15
_DOMAIN = b"fingerprint"


def fingerprinter() -> Callable[[str], str]:
    """Return the function that makes fingerprints with the key that signs now; for many texts it is asked for once."""
    shortener = current_shortener()
    key_id = shortener.codes.signing_key
    key = shortener.settings.keys[key_id]
    return lambda text: f"{key_id}:{_hash(text, key)}"


def is_fingerprint_of(text: str, fingerprint: str) -> bool:
    """Tell, in constant time, whether a fingerprint was made of this text; False where its key is gone."""
    # An id may hold a colon, and the hash holds none.
    key_id, _, found = fingerprint.rpartition(":")
    key = current_shortener().settings.keys.get(key_id)
    return key is not None and hmac.compare_digest(_hash(text, key), found)


def _hash(text: str, key: bytes) -> str:
    # Its own domain, so that it says nothing about any code.
    mac = blake2b(text.encode(), key=key, digest_size=_BYTES, person=_DOMAIN)
    return urlsafe_b64encode(mac.digest()).decode()
