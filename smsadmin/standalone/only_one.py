"""One start of a clone at a time: two would write to one database and one Redis folder."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FILE = "run.lock"
LEFTOVERS = 12.0
"""Seconds in which the children of a start that was killed have ended."""

DYING = 1.5
"""Seconds in which a killed owner is gone: until then it looks as if it lived."""


class AlreadyRunning(Exception):
    """This clone has been started already; the message is a sentence for people."""


@contextmanager
def only_one(folder: Path) -> Iterator[int]:
    """Hold the lock of `folder`, offer its file descriptor; raise `AlreadyRunning`.

    Children that inherit the descriptor hold the lock too: after `kill -9` of their owner the next start
    waits until the last of them has gone.
    """
    descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, folder)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    begun = time.monotonic()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 20, 0).decode()
            waited = time.monotonic() - begun
            if waited > (DYING if _alive(owner) else LEFTOVERS):
                raise AlreadyRunning(
                    f"It is running already (process {owner or 'unknown'}) with its files in {folder}: "
                    "stop that one first, with Ctrl-C in its terminal."
                ) from None
            time.sleep(0.2)
        else:
            return


def _alive(process: str) -> bool:
    with suppress(ValueError, ProcessLookupError):
        try:
            os.kill(int(process), 0)
        except PermissionError:  # it exists, and belongs to somebody else
            return True
        return True
    return False
