"""Many rows as one value, a list in JSON, which the database reads as a table.

So a statement has the same words whatever the number of rows: nothing is compiled anew, and a server reads a row of a
list in a fraction of the time that it takes to be sent one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from typing import cast as typed

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.types import TypeDecorator

from shortlinks.models import Base

Row = Mapping[str, Any]

Values = ReadOnlyColumnCollection[str, Any]

Merged = Callable[[Values, Values], dict[str, Any]]
"""Makes the columns to be set out of those of the old row and of the new one."""

Columns = Sequence[KeyedColumnElement[Any]]
"""The columns of a table that a list has values for."""


def insert_rows(session: Session, table: type[Base], rows: Sequence[Row]) -> None:
    """Insert the rows, which all name the same columns."""
    if rows:
        _run(session, _inserting(_dialect(session).name, table, tuple(rows[0])), table, rows)


def insert_new(session: Session, table: type[Base], rows: Sequence[Row]) -> None:
    """Insert the rows that are not there yet; those whose unique key exists are left as they are."""
    if rows:
        _run(session, _inserting_new(_dialect(session).name, table, tuple(rows[0])), table, rows)


def add_up(session: Session, table: type[Base], rows: Sequence[Row], column: str) -> None:
    """Insert the rows; where a row with this primary key is there, add `column` to it instead."""
    merge(session, table, rows, _added(column))


def merge(session: Session, table: type[Base], rows: Sequence[Row], merged: Merged) -> None:
    """Insert the rows; where one with this primary key is there, set what `merged` makes of the old and the new.

    `merged` is a function that lasts: its statement is made once.
    """
    if rows:
        _run(session, _merging(_dialect(session).name, table, tuple(rows[0]), merged), table, rows)


def listed(dialect: str, columns: Columns, name: str = "listed") -> tuple[Any, dict[str, ColumnElement[Any]]]:
    """Return the list in the parameter `name` as a table, and its columns by name."""
    written = bindparam(name, type_=Text)
    if dialect == "postgresql":
        typed = [column(each.name, each.type) for each in columns]
        rows = (
            func.json_to_recordset(cast(written, JSON)).table_valued(*typed).render_derived(with_types=True)
        )
        return rows, {each.name: rows.c[each.name] for each in columns}
    found = func.json_each(written).table_valued("value")
    return found, {each.name: func.json_extract(found.c.value, f"$.{each.name}") for each in columns}


def as_json(columns: Columns, rows: Sequence[Row], dialect: Dialect) -> str:
    """Write the rows down, their moments as the driver of this database would get them."""
    moments = {each.name: _bound(each, dialect) for each in columns if _is_moment(each)}
    if moments:
        rows = [{**row, **{name: bind(row[name]) for name, bind in moments.items()}} for row in rows]
    return json.dumps(rows, ensure_ascii=False, default=str)


def _run(session: Session, statement: Any, table: type[Base], rows: Sequence[Row]) -> None:
    columns = [table_of(table).c[name] for name in rows[0]]
    session.execute(statement, {"listed": as_json(columns, rows, _dialect(session))})


def table_of(model: type[Base]) -> Table:
    """Return the table of a model, for statements that need none of its mapping."""
    return typed(Table, model.__table__)


def _dialect(session: Session) -> Dialect:
    return session.get_bind().dialect


@cache
def _inserting(dialect: str, table: type[Base], names: tuple[str, ...]) -> Any:
    found, values = listed(dialect, [table_of(table).c[name] for name in names])
    # With its WHERE the SELECT ends for SQLite, which would take the ON of ON CONFLICT for a join's.
    chosen = select(*values.values()).select_from(found).where(true())
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table_of(table)).from_select(list(names), chosen)


@cache
def _inserting_new(dialect: str, table: type[Base], names: tuple[str, ...]) -> Any:
    return _inserting(dialect, table, names).on_conflict_do_nothing()


@cache
def _merging(dialect: str, table: type[Base], names: tuple[str, ...], merged: Merged) -> Any:
    statement = _inserting(dialect, table, names)
    keys = [each.name for each in table_of(table).primary_key]
    changed = merged(table_of(table).c, statement.excluded)
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


@cache
def _added(column: str) -> Merged:
    return lambda old, new: {column: old[column] + new[column]}


def _is_moment(each: KeyedColumnElement[Any]) -> bool:
    return isinstance(each.type, TypeDecorator) and isinstance(each.type.impl_instance, DateTime)


def _bound(moment: KeyedColumnElement[Any], dialect: Dialect) -> Callable[[Any], Any]:
    bind = moment.type.dialect_impl(dialect).bind_processor(dialect)

    def text(value: datetime | None) -> Any:
        return value if value is None else str(bind(value) if bind else value)

    # Most often all rows have the same moment.
    return cache(text)
