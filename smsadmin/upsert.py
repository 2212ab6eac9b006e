"""`INSERT … ON CONFLICT` as both databases speak it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from smsadmin.database import Base


def _insert(session: Session, table: type[Base]) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def insert_or_ignore(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows; those that are there already stay as they are."""
    if rows:
        session.execute(_insert(session, table).on_conflict_do_nothing(), list(rows))


def insert_new(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows, those that are there already stay as they are; return how many are new."""
    if not rows:
        return 0
    # A driver does not tell the row count of many rows at once, RETURNING does.
    statement = _insert(session, table).on_conflict_do_nothing().returning(*table.__table__.primary_key)
    return len(session.execute(statement, list(rows)).all())


def add_up(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], column: str) -> None:
    """Insert the rows; where a row with this primary key is there, add `column` to it instead."""
    if not rows:
        return
    statement = _insert(session, table)
    keys = [c.name for c in table.__table__.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in (*keys, column)}
    added = {column: table.__table__.c[column] + statement.excluded[column]}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=added | others), list(rows))


def replace(session: Session, table: type[Base], row: Mapping[str, Any]) -> None:
    """Insert the row, or give the one with its primary key these values, which may be SQL expressions."""
    statement = _insert(session, table).values(**row)
    keys = [c.name for c in table.__table__.primary_key]
    values = {name: statement.excluded[name] for name in row if name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
