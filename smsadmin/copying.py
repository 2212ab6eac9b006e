"""Many rows into a table of PostgreSQL by `COPY`: it fills whole pages where an INSERT writes row by row.

SQLAlchemy has no words for it, so the driver `psycopg` is spoken to; a host with another driver has its INSERT.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnDefault, Connection, Table
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]


def copy_rows(connection: Connection, table: Table, rows: Sequence[Row], same: Row) -> None:
    """Copy the rows, which all name the same columns; `same` are further values that all of them have.

    A column that nobody names has its default. A conflict raises SQLAlchemy's `IntegrityError`, as an INSERT would.
    """
    own = list(rows[0])
    shared = {**_defaults(table), **same}
    others = [name for name in shared if name not in own]
    bound = [(place, bind) for place, name in enumerate(own) if (bind := _bind(connection, table, name))]
    ending = [
        bind(shared[name]) if (bind := _bind(connection, table, name)) else shared[name] for name in others
    ]
    statement = _statement(connection, table, [*own, *others])
    psycopg: Any = connection.connection.driver_connection
    driver_error = connection.dialect.loaded_dbapi.Error
    try:
        with psycopg.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                values = [row[name] for name in own]
                for place, bind in bound:
                    values[place] = bind(values[place])
                copy.write_row(values + ending)
    except driver_error as error:
        # As SQLAlchemy tells the errors of a statement that it runs itself.
        raise DBAPIError.instance(
            statement, None, error, driver_error, hide_parameters=True, dialect=connection.dialect
        ) from error


def _defaults(table: Table) -> dict[str, Any]:
    """Return the defaults that are not the database's."""
    found = {column.name: column.default for column in table.columns}
    return {
        name: default.arg
        for name, default in found.items()
        if isinstance(default, ColumnDefault) and default.is_scalar
    }


def _bind(connection: Connection, table: Table, name: str) -> Callable[[Any], Any] | None:
    """Return what makes a value of this column one that the driver takes, None where it takes it as it is."""
    kind: Any = table.columns[name].type.dialect_impl(connection.dialect)
    found: Callable[[Any], Any] | None = kind.bind_processor(connection.dialect)
    return found


def _statement(connection: Connection, table: Table, names: Sequence[str]) -> str:
    written = connection.dialect.identifier_preparer
    columns = ", ".join(written.quote(name) for name in names)
    return f"COPY {written.format_table(table)} ({columns}) FROM STDIN"
