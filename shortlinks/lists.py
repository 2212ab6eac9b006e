"""Lists of values in a statement whose words stay the same for any number of them, so that it is compiled once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, CTE, ColumnElement, any_, column, func, literal, select, values
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine


def is_postgresql(session: Session) -> bool:
    """Say whether the database can take a list as one value."""
    return session.get_bind().dialect.name == "postgresql"


def among(session: Session, of: Any, wanted: Collection[Any]) -> ColumnElement[bool]:
    """Say of a column that its value is one of these."""
    found: ColumnElement[bool] = (
        of == any_(literal(list(wanted), ARRAY(of.type))) if is_postgresql(session) else of.in_(wanted)
    )
    return found


def unnested(types: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]) -> Any:
    """Return the columns of a SELECT that yields these rows; of PostgreSQL only."""
    lists = zip(types.values(), zip(*rows, strict=True), strict=True)
    return [func.unnest(literal(list(each), ARRAY(kind))) for kind, each in lists]


def listed(
    session: Session, name: str, types: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]
) -> CTE:
    """Return these rows, at least one, as a table of this name."""
    if is_postgresql(session):
        columns = unnested(types, rows)
        return select(*(each.label(word) for word, each in zip(types, columns, strict=True))).cte(name)
    columns = [column(word, kind) for word, kind in types.items()]
    return values(*columns, name=name).data([tuple(row) for row in rows]).cte()
