"""What means the same on SQLite and PostgreSQL: big ids, times that are always aware UTC, and the hour of one."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column called INTEGER (which holds 64 bits there)."""


class UtcDateTime(TypeDecorator[datetime]):
    """Store an aware time as UTC and give it back as aware UTC; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any aware time into UTC; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A time needs its zone: {value.isoformat()}")
        utc = value.astimezone(UTC)
        # SQLite keeps text without a zone.
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored time its zone, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class hour_of(GenericFunction[datetime]):  # noqa: N801 - a function of SQL
    """The hour (UTC) in which a moment lies, as `UtcDateTime` stores it."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(hour_of, "postgresql")
def _postgresql(element: hour_of, compiler: SQLCompiler, **kw: Any) -> str:
    return (
        f"date_trunc('hour', {compiler.process(element.clauses, **kw)} AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    )


@compiles(hour_of, "sqlite")
def _sqlite(element: hour_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strftime('%Y-%m-%d %H:00:00.000000', {compiler.process(element.clauses, **kw)})"
