"""Short write transactions of our own, repeated whole when the database asks for it.

On SQLite a transaction that reads before it writes fails at once with "database is locked", whatever the
time-out; hence every `work` starts with its write, and a failed one is run again from its beginning.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from shortlinks.lists import is_postgresql, unnested

# Seconds to wait before each repetition.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
# PostgreSQL: serialization failure, deadlock detected.
_REPEATABLE = {"40001", "40P01"}

T = TypeVar("T")
Columns = ReadOnlyColumnCollection[str, Any]


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


def insert_new(session: Session, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows that are not there yet; those whose unique key exists are left as they are."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(table).values(list(rows)).on_conflict_do_nothing())


def add_up(
    session: Session, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]], column: str
) -> None:
    """Insert the rows; where a row with this primary key is there, add `column` to it instead."""
    merge(session, table, rows, lambda old, new: {column: old[column] + new[column]})


def merge(
    session: Session,
    table: type[DeclarativeBase],
    rows: Sequence[dict[str, Any]],
    merged: Callable[[Columns, Columns], dict[str, Any]],
) -> None:
    """Insert the rows; where one with this primary key is there, set what `merged` makes of the old and the new."""
    if not rows:
        return
    connection, columns = session.connection(), table.__table__.c
    keys = [each.name for each in table.__table__.primary_key]
    # The words of the statement are the same for any number of rows, so it is compiled once.
    if is_postgresql(session):
        types = {name: columns[name].type for name in rows[0]}
        source = select(*unnested(types, [tuple(row.values()) for row in rows]))
        new = postgresql.insert(table).from_select(list(types), source)
        connection.execute(new.on_conflict_do_update(index_elements=keys, set_=merged(columns, new.excluded)))
    else:
        one = sqlite.insert(table)
        statement = one.on_conflict_do_update(index_elements=keys, set_=merged(columns, one.excluded))
        connection.execute(statement, list(rows))


def _worth_repeating(error: DBAPIError) -> bool:
    return "database is locked" in str(error.orig) or getattr(error.orig, "sqlstate", None) in _REPEATABLE
