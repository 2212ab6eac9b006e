"""`INSERT … ON CONFLICT` as both databases speak it; all rows travel as one value, a list in JSON.

The statement has the same words whatever the number of rows, so nothing is compiled anew, and a server reads a row of a
list in a fraction of the time that it takes to be sent a row. Thousands of rows that meet no conflict go faster still:
`insert_many`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Dialect,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import KeyedColumnElement

from smsadmin.copying import copy_rows
from smsadmin.database import Base, UtcDateTime
from smsadmin.database import table as table_of

Row = Mapping[str, Any]

_NOTHING: Row = {}

_DIALECTS: Mapping[str, ModuleType] = {"postgresql": postgresql, "sqlite": sqlite}


def insert_rows(session: Session, table: type[Base], rows: Sequence[Row], same: Row = _NOTHING) -> None:
    """Insert the rows, which all name the same columns; `same` are further values that all of them have."""
    if rows:
        statement, listed = _from_list(session, table, rows, same)
        session.execute(statement, listed)


def insert_many(session: Session, table: type[Base], rows: Sequence[Row], same: Row = _NOTHING) -> None:
    """Do what `insert_rows` does for thousands of rows: PostgreSQL takes them by COPY in two thirds of the time."""
    if rows and session.get_bind().dialect.driver == "psycopg":
        copy_rows(session.connection(), table_of(table), rows, same)
    else:
        insert_rows(session, table, rows, same)


def insert_or_ignore(session: Session, table: type[Base], rows: Sequence[Row], same: Row = _NOTHING) -> None:
    """Do what `insert_rows` does; rows that are there already stay as they are."""
    if rows:
        dialect = session.get_bind().dialect
        statement = _ignoring(dialect.name, table, tuple(rows[0]), tuple(same))
        session.execute(statement, _listed_rows(table, rows, dialect, same))


def insert_new(
    session: Session, table: type[Base], rows: Sequence[Row], *names: str
) -> list[tuple[Any, ...]]:
    """Insert the rows, those that are there already stay as they are; return the columns `names` of the new ones."""
    if not rows:
        return []
    returned = [table.__table__.c[name] for name in names]
    statement, listed = _from_list(session, table, rows)
    new = session.execute(statement.on_conflict_do_nothing().returning(*returned), listed)
    return [tuple(row) for row in new]


def insert_found(
    connection: Connection,
    table: type[Base],
    rows: Sequence[Row],
    other: type[Base],
    *,
    on: tuple[str, ...],
    take: str,
    names: tuple[str, ...],
) -> list[tuple[Any, ...]]:
    """Insert those of the rows whose columns `on` are in a row of `other`, with the column `take` of that row.

    Those that are there already stay as they are; return the columns `names` of the new ones.
    """
    if not rows:
        return []
    dialect = connection.dialect
    columns = _columns(tuple(rows[0]), table, other)
    statement = _selecting_found(dialect.name, table, tuple(rows[0]), other, on, take, names)
    return [tuple(row) for row in connection.execute(statement, {"listed": _as_json(columns, rows, dialect)})]


def add_up(session: Session, table: type[Base], rows: Sequence[Row], column: str) -> None:
    """Insert the rows; where a row with this primary key is there, add `column` to it instead."""
    if not rows:
        return
    dialect = session.get_bind().dialect
    statement = _adding(dialect.name, table, tuple(rows[0]), column)
    session.execute(statement, _listed_rows(table, rows, dialect))


def replace(session: Session, table: type[Base], row: Row) -> None:
    """Insert the row, or give the one with its primary key these values, which may be SQL expressions."""
    statement = _insert(session, table).values(**row)
    keys = [c.name for c in table.__table__.primary_key]
    values = {name: statement.excluded[name] for name in row if name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))


def _insert(session: Session, table: type[Base]) -> Any:
    return _DIALECTS[session.get_bind().dialect.name].insert(table.__table__)


def _from_list(
    session: Session, table: type[Base], rows: Sequence[Row], same: Row = _NOTHING
) -> tuple[Any, dict[str, Any]]:
    """Return the INSERT that selects its rows out of a list in JSON, and that list with what all have."""
    dialect = session.get_bind().dialect
    statement = _selecting(dialect.name, table, tuple(rows[0]), tuple(same))
    return statement, _listed_rows(table, rows, dialect, same)


def _listed_rows(
    table: type[Base], rows: Sequence[Row], dialect: Dialect, same: Row = _NOTHING
) -> dict[str, Any]:
    listed = _as_json(_columns(tuple(rows[0]), table), rows, dialect)
    return {"listed": listed} | {f"same_{name}": value for name, value in same.items()}


@cache
def _selecting(dialect: str, table: type[Base], names: tuple[str, ...], same: tuple[str, ...]) -> Any:
    listed, values = _listed(dialect, [_typed(name, table) for name in names])
    values |= {name: bindparam(f"same_{name}", type_=_typed(name, table).type) for name in same}
    # With its WHERE the SELECT ends for SQLite, which would take the ON of ON CONFLICT for a join's.
    chosen = select(*values.values()).select_from(listed).where(true())
    return _DIALECTS[dialect].insert(table.__table__).from_select([*names, *same], chosen)


@cache
def _ignoring(dialect: str, table: type[Base], names: tuple[str, ...], same: tuple[str, ...]) -> Any:
    return _selecting(dialect, table, names, same).on_conflict_do_nothing()


@cache
def _adding(dialect: str, table: type[Base], names: tuple[str, ...], column: str) -> Any:
    statement = _selecting(dialect, table, names, ())
    keys = [c.name for c in table.__table__.primary_key]
    others = {name: statement.excluded[name] for name in names if name not in (*keys, column)}
    added = {column: table.__table__.c[column] + statement.excluded[column]}
    return statement.on_conflict_do_update(index_elements=keys, set_=added | others)


@cache
def _selecting_found(  # noqa: PLR0913, PLR0917 - one key of the cache
    dialect: str,
    table: type[Base],
    given: tuple[str, ...],
    other: type[Base],
    on: tuple[str, ...],
    take: str,
    names: tuple[str, ...],
) -> Any:
    listed, values = _listed(dialect, _columns(given, table, other))
    theirs = other.__table__.c
    kept = [name for name in given if name in table.__table__.c]
    chosen = (
        select(*(values[name] for name in kept), theirs[take])
        .select_from(listed.join(other.__table__, and_(*(theirs[name] == values[name] for name in on))))
        .where(true())
    )
    statement = _DIALECTS[dialect].insert(table.__table__).from_select([*kept, take], chosen)
    return statement.on_conflict_do_nothing().returning(*(table.__table__.c[name] for name in names))


@cache
def _columns(names: tuple[str, ...], *tables: type[Base]) -> list[KeyedColumnElement[Any]]:
    return [_typed(name, *tables) for name in names]


def _typed(name: str, *tables: type[Base]) -> KeyedColumnElement[Any]:
    """Return the column of this name in the first of the tables that has it."""
    return next(table.__table__.c[name] for table in tables if name in table.__table__.c)


def _listed(
    dialect: str, columns: Sequence[KeyedColumnElement[Any]]
) -> tuple[Any, dict[str, ColumnElement[Any]]]:
    """Return the list of rows as a table, and its columns by name."""
    written = bindparam("listed", type_=Text)
    if dialect == "postgresql":
        typed = [column(each.name, each.type) for each in columns]
        rows = (
            func.json_to_recordset(cast(written, JSON)).table_valued(*typed).render_derived(with_types=True)
        )
        return rows, {each.name: rows.c[each.name] for each in columns}
    found = func.json_each(written).table_valued("value")
    return found, {each.name: func.json_extract(found.c.value, f"$.{each.name}") for each in columns}


def _as_json(columns: Sequence[KeyedColumnElement[Any]], rows: Sequence[Row], dialect: Dialect) -> str:
    """Write the rows down, their moments as the driver of this database would get them."""
    moments = {each.name: _bound(each, dialect) for each in columns if isinstance(each.type, UtcDateTime)}
    if moments:
        rows = [{**row, **{name: bind(row[name]) for name, bind in moments.items()}} for row in rows]
    return json.dumps(rows, ensure_ascii=False, default=str)


def _bound(moment: KeyedColumnElement[Any], dialect: Dialect) -> Callable[[Any], Any]:
    bind = moment.type.dialect_impl(dialect).bind_processor(dialect)
    # Most often all rows have the same moment.
    return cache(bind or str)
