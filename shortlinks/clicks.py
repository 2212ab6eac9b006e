"""Writes clicks down before the visitor gets his answer: one line appended to a file of this process.

A line in a file survives `kill -9` and costs 4 % of a request, where a database row or a message to a server
costs ten times that (LINKS.md, "Clicks"). `flusher.py` moves the lines into the database.
"""

import errno
import fcntl
import logging
import os
import threading
import uuid
from collections import deque
from pathlib import Path

from shortlinks.held_write import held_write
from shortlinks.lines import Line, LostLine, to_bytes

log = logging.getLogger(__name__)

SUFFIX = ".spool"
_ROTATE_AT = 16 * 1024 * 1024
_MOST_WAITING = 10_000


class ClickSpool:
    """Append lines to `<uuid>.spool`, a file that this process alone writes and keeps locked while it does.

    When the disk refuses, lines wait in memory; beyond `most_waiting` they are counted as lost. `append`
    never raises for the disk's sake: the visitor is always redirected.
    """

    def __init__(
        self, directory: Path, *, rotate_at: int = _ROTATE_AT, most_waiting: int = _MOST_WAITING
    ) -> None:
        self._directory = directory
        self._rotate_at = rotate_at
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self.appended = 0
        """How many lines were handed over, ever: how busy visitors keep this process."""
        self._start_over()

    def _start_over(self) -> None:
        self._pid = os.getpid()
        self._file: int | None = None
        self._size = 0
        self._torn = False
        self._waiting: deque[bytes] = deque()
        self._lost = 0

    @property
    def waiting(self) -> int:
        """How many lines wait in memory for the disk."""
        return len(self._waiting)

    def append(self, line: Line) -> None:
        """Write one line down, after those that still wait."""
        with self._lock:
            self.appended += 1
            if self._pid != os.getpid():
                # After a fork the file, its lock and what waits belong to the parent.
                self._leave_file()
                self._start_over()
            if len(self._waiting) >= self._most_waiting:
                self._write_waiting()
            if len(self._waiting) < self._most_waiting:
                self._waiting.append(to_bytes(line))
                self._write_waiting()
            else:
                self._lost += 1

    def retry(self) -> None:
        """Try again to write what waits, if anything does."""
        with self._lock:
            if self._pid == os.getpid() and (self._waiting or self._lost):
                self._write_waiting()

    def close(self) -> None:
        """Close the file, which frees its lock: the flusher may then delete it once it is read."""
        with self._lock:
            self._leave_file()

    def _write_waiting(self) -> None:
        try:
            while self._waiting:
                self._write(self._waiting[0])
                self._waiting.popleft()
            if self._lost:
                self._write(to_bytes(LostLine(self._lost)))
                log.warning("The disk was full: %d clicks of short links were lost.", self._lost)
                self._lost = 0
        except OSError as error:
            if len(self._waiting) == 1:
                log.warning("The click spool cannot be written (%s); clicks wait in memory.", error.strerror)

    def _write(self, line: bytes) -> None:
        """Append one record; after a torn one it begins with a newline, so that it stands on its own line."""
        file = self._open()
        record = b"\n" + line if self._torn else line
        # Until the write is known to be whole, whatever comes next must not be glued to it.
        self._torn = True
        written = held_write(file, record)
        self._size += written
        # A record that lacks only its newline is whole: the next one brings it.
        if written < len(record) - 1:
            raise OSError(errno.ENOSPC, "the disk took only a part of the record")
        self._torn = written < len(record)

    def _open(self) -> int:
        if self._file is not None and self._size >= self._rotate_at and not self._torn:
            self._leave_file()
        if self._file is None:
            self._file = _create(self._directory)
            self._size = 0
            self._torn = False
        return self._file

    def _leave_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _create(directory: Path) -> int:
    """Create and lock a spool file, again if the flusher deletes the empty one before its lock is ours."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        path = directory / f"{uuid.uuid4()}{SUFFIX}"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_nlink:
            return file
        os.close(file)
