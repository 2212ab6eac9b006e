"""Moves the click spool into the database, each line exactly once, whatever is killed in between.

A batch's clicks and the file's new position are committed together, and only if the position is still the one
the batch was read from. So a batch that is stored twice, or by two processes at once, counts once.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from shortlinks.clicks import SUFFIX
from shortlinks.models import Spool
from shortlinks.rows import insert_new
from shortlinks.shortener import Shortener, current_shortener
from shortlinks.spoolfile import MOST_LINES, Batch, last_torn_line, read_batch, try_lock
from shortlinks.storing import store_batch
from shortlinks.transactions import write

log = logging.getLogger(__name__)

LOCK_NAME = "flusher.lock"

BUSY = 100
"""Clicks a second from which on visitors go first in a process that answers them and flushes."""

SHARE = 0.1
"""The share of its time that a flusher then works: each click is safe in the spool already."""

LONGEST_REST = 1.0
"""Seconds: a database that is slow must not make the rests as slow."""


def flush_once(app: Flask) -> int:
    """Move everything that is whole from the spool into the database; return how many lines.

    Returns 0 at once when another thread or process is flushing this directory.
    """
    with app.app_context():
        return Flush(current_shortener()).run()


class Flush:
    """Flushing of one app's spool; remembers how far each file is read, to leave idle ones alone.

    `rest` waits so many seconds, between two batches while visitors come.
    """

    def __init__(self, shortener: Shortener, rest: Callable[[float], object] = time.sleep) -> None:
        self._shortener = shortener
        self._rest = rest
        self._directory = shortener.settings.spool
        self._read: dict[str, int] = {}
        self._unreadable: set[str] = set()

    def run(self) -> int:
        """Flush all files of the directory, those of dead processes too; needs an app context."""
        with try_lock(self._directory / LOCK_NAME) as held:
            if not held:
                return 0
            self._shortener.kept_blocks.keep(self._shortener.known_blocks.all_read())
            return sum(self._try_file(path) for path in sorted(self._directory.glob(f"*{SUFFIX}")))

    def _try_file(self, path: Path) -> int:
        """Flush one file; one that cannot be read (another user's, say) or stored does not hold up the rest."""
        try:
            stored = self._flush_file(path)
        except (OperationalError, InterfaceError):
            # The database is away: for all files.
            raise
        except Exception as error:
            if path.name not in self._unreadable:
                why = (
                    error.strerror
                    if isinstance(error, OSError)
                    else f"{type(error).__name__} at {_place(error)}"
                )
                log.error("The click spool %s cannot be moved into the database: %s.", path.name, why)  # noqa: TRY400
            self._unreadable.add(path.name)
            return 0
        self._unreadable.discard(path.name)
        return stored

    def _flush_file(self, path: Path) -> int:
        if path.stat().st_size == self._read.get(path.name, 0):
            return self._finish(path)
        return self._store_whole_lines(path) + self._finish(path)

    def _store_whole_lines(self, path: Path) -> int:
        stored = 0
        clicks = self._shortener.clicks
        while batch := read_batch(path, _position(self._engine, path.name)):
            begun, before = time.monotonic(), clicks.appended
            if self._store(batch):
                stored += len(batch.lines)
            took = time.monotonic() - begun
            if clicks.appended - before > BUSY * took:
                self._rest(min(LONGEST_REST, took / SHARE - took))
        return stored

    def _finish(self, path: Path) -> int:
        """Read a file whose writer is gone to its end, and delete it."""
        with try_lock(path) as held:
            if not held:
                return 0
            # Its writer may have written on until a moment ago.
            stored = self._store_whole_lines(path)
            torn = last_torn_line(path, _position(self._engine, path.name))
            if torn is None or self._store(torn):
                path.unlink()
                self._read.pop(path.name, None)
            return stored

    def _store(self, batch: Batch) -> bool:
        stored = store_batch(self._shortener, batch)
        if stored:
            self._read[batch.name] = batch.end
        return stored

    @property
    def _engine(self) -> Engine:
        return self._shortener.engine


def _position(engine: Engine, name: str) -> int:
    """Return how far the file is read by now; a file never seen before starts at 0."""
    known = select(Spool.position).where(Spool.name == name)
    with Session(engine) as session:
        position = session.scalars(known).one_or_none()
    if position is None:
        row = {"name": name, "position": 0, "broken": 0, "lost": 0}
        write(engine, lambda session: insert_new(session, Spool, [row]))
        return 0
    return position


class Flusher(threading.Thread):
    """The thread of a serving process that flushes every `flush_every` seconds until it is stopped."""

    def __init__(self, app: Flask, every: float) -> None:
        super().__init__(name="shortlinks-flusher", daemon=True)
        self._app = app
        self._every = every
        self._stopped = threading.Event()

    def run(self) -> None:
        """Flush until stopped; a database or disk that is away is tried again."""
        with self._app.app_context():
            shortener = current_shortener()
            flush = Flush(shortener, self._stopped.wait)
            pause = 0.0
            while not self._stopped.wait(pause):
                pause = self._every
                try:
                    shortener.clicks.retry()
                    shortener.known_blocks.refresh()
                    if flush.run() >= MOST_LINES:
                        pause = 0.0
                except (SQLAlchemyError, OSError) as error:
                    # The kind of error only: its text may hold rows.
                    log.warning("Clicks wait in the spool: %s.", type(error).__name__)
                except Exception as error:
                    # A fault of ours, or of a library, must not end the thread: nobody would flush any more.
                    log.error("Clicks wait in the spool: %s at %s.", type(error).__name__, _place(error))  # noqa: TRY400

    def stop(self) -> None:
        """Let the flush under way end, then end the thread."""
        self._stopped.set()
        self.join()


def _place(error: Exception) -> str:
    """Return file and line where an error arose, which hold nobody's values."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def start_flusher(app: Flask) -> Flusher | None:
    """Start the flusher of this process; None when SHORTLINKS_FLUSH_EVERY is 0."""
    every = app.extensions["shortlinks"].settings.flush_every
    if not every:
        return None
    flusher = Flusher(app, every)
    flusher.start()
    return flusher


def start_reading(app: Flask) -> threading.Thread:
    """Read the known links once, for a process without a flusher; in a thread, as the database may be away."""
    thread = threading.Thread(target=_read_known, args=(app,), name="shortlinks-reading", daemon=True)
    thread.start()
    return thread


def _read_known(app: Flask) -> None:
    """Take the database's word for what was kept on the disk, which may be of before a restored backup."""
    with app.app_context():
        try:
            current_shortener().known_blocks.refresh()
        except Exception as error:
            # The kind of error only: its text may hold the database's address.
            log.warning("The known links are those kept on the disk: %s.", type(error).__name__)
