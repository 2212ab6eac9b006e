"""Reads spool files: whole lines only, from a position in bytes; and their locks, which tell who is alive."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shortlinks.lines import BrokenLine, Line, from_bytes

MOST_LINES = 500
_MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class Batch:
    """The lines of one file between two positions; `broken` of them could not be read."""

    name: str
    start: int
    end: int
    lines: list[Line]
    broken: int


def read_batch(path: Path, start: int) -> Batch | None:
    """Return up to 500 whole lines from `start` on, None when there is none yet."""
    with path.open("rb") as file:
        file.seek(start)
        chunk = file.read(_MOST_BYTES)
    pieces = chunk.split(b"\n")
    whole, rest = pieces[:-1][:MOST_LINES], pieces[-1]
    if not whole:
        # Nothing that we write is so long: rubbish, which must not stop the file for ever.
        return Batch(path.name, start, start + len(rest), [], 1) if len(rest) == _MOST_BYTES else None
    lines: list[Line] = []
    broken = 0
    for piece in filter(None, whole):
        try:
            lines.append(from_bytes(piece))
        except BrokenLine:
            broken += 1
    end = start + sum(len(piece) + 1 for piece in whole)
    return Batch(path.name, start, end, lines, broken)


def last_torn_line(path: Path, start: int) -> Batch | None:
    """Return what a dead writer left after its last newline, None when nothing is left."""
    with path.open("rb") as file:
        file.seek(start)
        rest = file.read()
    if not rest:
        return None
    end = start + len(rest)
    try:
        # Only the newline may be missing.
        return Batch(path.name, start, end, [from_bytes(rest)], 0)
    except BrokenLine:
        return Batch(path.name, start, end, [], 1)


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Hold the file's lock if nobody else does; yields whether it is held. A missing file is created."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(file)
