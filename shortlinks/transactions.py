"""Short write transactions of our own, repeated whole when the database asks for it.

On SQLite a transaction that reads before it writes fails at once with "database is locked", whatever the
time-out; hence every `work` starts with its write, and a failed one is run again from its beginning.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# Seconds to wait before each repetition.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
# PostgreSQL: serialization failure, deadlock detected.
_REPEATABLE = {"40001", "40P01"}

T = TypeVar("T")


def write(engine: Engine, work: Callable[[Session], T]) -> T:
    """Run `work` in one transaction and commit it; what it returns stays readable after the commit.

    `work` may run several times, each time on a fresh transaction; call this with no write transaction of
    your own open (SQLite knows one writer).
    """
    for pause in _PAUSES:
        try:
            return _once(engine, work)
        except DBAPIError as error:
            if not _worth_repeating(error):
                raise
        time.sleep(pause)
    return _once(engine, work)


def _once(engine: Engine, work: Callable[[Session], T]) -> T:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return work(session)


def _worth_repeating(error: DBAPIError) -> bool:
    return "database is locked" in str(error.orig) or getattr(error.orig, "sqlstate", None) in _REPEATABLE
