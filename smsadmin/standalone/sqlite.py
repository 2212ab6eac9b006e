"""How the shop opens SQLite: several processes read and write one file."""

from typing import Any

from sqlalchemy import Engine, event

BUSY_MILLISECONDS = 5000


def prepare(engine: Engine) -> None:
    """Let readers and a writer work at once, wait for locks, and keep foreign keys."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # Waiting comes first: switching to WAL needs the lock itself. `synchronous` stays FULL: a claim
    # that a power failure takes back would be sent a second time.
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
