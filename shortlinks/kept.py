"""Keeps the tracked links that are known on the local disk: a process that starts without a database leads on too.

The file stands beside the spool and holds what `shortlinks_blocks` holds of tracked links: numbers, addresses and the
ids of keys, but neither codes nor keys. Links that sign in are not in it, so nobody is signed in by what was once so.
"""

import json
import logging
import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from shortlinks.models import LinkBlock

log = logging.getLogger(__name__)

NAME = "known.blocks"
_FORMAT = 1
_FIELDS = ("id", "first", "count", "url", "owner", "link_index", "first_position", "key_id")
_MOST_BYTES = 4 * 1024 * 1024
"""Some 20,000 links; where there are more, the newest are kept."""

_AGAIN_AFTER = 60.0
"""Seconds: a full disk is not asked more often."""


class KeptBlocks:
    """The file of one spool directory. Whoever writes it holds the flusher's lock, so nobody else does."""

    def __init__(
        self, directory: Path, *, most_bytes: int = _MOST_BYTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = directory / NAME
        self._most_bytes = most_bytes
        self._clock = clock
        self._kept_to = -1
        self._failed_at = float("-inf")

    def read(self) -> list[LinkBlock]:
        """Return what is kept, in the order of the numbers; nothing when the file is missing or not in order."""
        try:
            _, kept = self._open()
            return [_block(json.loads(line)) for line in kept.splitlines()]
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            log.warning("The kept links cannot be read (%s); the database is asked instead.", error)
            return []

    def keep(self, known: Sequence[LinkBlock]) -> None:
        """Write down all tracked links of `known`, which is all that the database has, if some are new."""
        if not known or known[-1].first <= self._kept_to or self._clock() < self._failed_at + _AGAIN_AFTER:
            return
        # It may grow meanwhile.
        known = tuple(known)
        try:
            if not self._is_kept_by_another(known):
                self._write(known)
            self._kept_to = known[-1].first
        except OSError as error:
            self._failed_at = self._clock()
            log.warning("The known links cannot be kept on the disk: %s.", error.strerror)

    def _is_kept_by_another(self, known: Sequence[LinkBlock]) -> bool:
        """Tell whether the file has all this and more.

        After a backup was restored it has more too, but its numbers are handed out again: as far as we know any,
        its lines must be ours.
        """
        try:
            header, kept = self._open()
        except (FileNotFoundError, ValueError):
            return False
        if header["origin"] != _origin(known) or int(header["last"]) < known[-1].first:
            return False
        end = known[-1].first + known[-1].count
        theirs = [line for line in kept.splitlines() if _block(json.loads(line)).first < end]
        # Where there are too many, the file lacks the oldest; one that has none of ours shows nothing.
        ours = _newest(known, self._most_bytes).splitlines()
        return ours[-len(theirs) :] == theirs

    def _open(self) -> tuple[dict[str, Any], bytes]:
        """Return the head and the rest of the file; raise ValueError when it is not as it was written."""
        with self._path.open("rb") as file:
            header, kept = json.loads(file.readline()), file.read(self._most_bytes + 1)
        if not isinstance(header, dict) or header.get("format") != _FORMAT:
            raise ValueError("it is of another version")
        if header.get("digest") != _digest(kept):
            raise ValueError("it is cut off or changed")
        return header, kept

    def _write(self, known: Sequence[LinkBlock]) -> None:
        kept = _newest(known, self._most_bytes)
        header = {
            "format": _FORMAT,
            "origin": _origin(known),
            "last": known[-1].first,
            "digest": _digest(kept),
        }
        unfinished = self._path.with_suffix(".unfinished")
        try:
            with open(unfinished, "wb", opener=_private) as file:
                file.write(json.dumps(header).encode() + b"\n" + kept)
            unfinished.replace(self._path)
        except OSError:
            # What is left of it would take the room of clicks.
            unfinished.unlink(missing_ok=True)
            raise


def _newest(known: Sequence[LinkBlock], most_bytes: int) -> bytes:
    lines: list[bytes] = []
    size = 0
    for block in reversed(known):
        if block.login:
            continue
        line = json.dumps([getattr(block, field) for field in _FIELDS]).encode() + b"\n"
        size += len(line)
        if size > most_bytes:
            break
        lines.append(line)
    return b"".join(reversed(lines))


def _origin(known: Sequence[LinkBlock]) -> list[object]:
    """Return what tells one database from another that was put in its place: its oldest link."""
    oldest = known[0]
    made: datetime = oldest.created_at
    return [oldest.id, oldest.first, oldest.owner, made.timestamp()]


def _digest(kept: bytes) -> str:
    return blake2b(kept, digest_size=16).hexdigest()


def _block(fields: list[Any]) -> LinkBlock:
    return LinkBlock(login=False, **dict(zip(_FIELDS, fields, strict=True)))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
