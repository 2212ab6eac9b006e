"""The keys of this clone: made once, kept in one file that only its owner may read."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from cryptography.fernet import Fernet

FILE = "keys.json"


class BadKeys(Exception):
    """The file of keys cannot be used; the message is a sentence for people."""


@dataclass(frozen=True)
class Keys:
    """What must not change between two starts: else sessions, sealed passwords and short links are lost."""

    secret_key: str = field(repr=False)
    """Flask's key: signs sessions and form tokens."""
    fernet_key: str = field(repr=False)
    """Seals the providers' passwords (`SMSADMIN_KEYS`)."""
    shortlinks_key: str = field(repr=False)
    """Signs the codes of short links: `1:` and 32 bytes in base64 (`SHORTLINKS_KEYS`)."""
    shortlinks_salt: str
    """Shuffles the codes; no secret, but it must never change."""


def load_or_make(folder: Path) -> Keys:
    """Return the keys kept in `folder`, made now if there are none; raise `BadKeys` if unreadable."""
    path = folder / FILE
    if not path.exists():
        _write(path, _new_keys())
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Keys(**{f.name: str(stored[f.name]) for f in fields(Keys)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadKeys(
            f"{path} cannot be read as a file of keys ({type(error).__name__}): bring back a copy. "
            "Without it the providers' passwords and all short links are lost; to start anew, remove it."
        ) from error


def _new_keys() -> Keys:
    return Keys(
        secret_key=secrets.token_urlsafe(32),
        fernet_key=Fernet.generate_key().decode(),
        shortlinks_key="1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        shortlinks_salt=secrets.token_urlsafe(12),
    )


def _write(path: Path, keys: Keys) -> None:
    """Write the file whole or not at all: a start that is interrupted leaves no half of a key."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(asdict(keys), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
