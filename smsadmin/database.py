"""Our own tables on the host's engine: base class, column types, the database's clock, and write transactions."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Boolean,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    literal,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from smsadmin.current import host

Result = TypeVar("Result")

LOCK_ATTEMPTS = 40
"""How often a transaction is repeated whole when SQLite says that the database is locked."""

REPEATABLE = ("40001", "40P01")
"""PostgreSQL's codes for a serialization failure and for a deadlock."""


class Base(DeclarativeBase):
    """The plugin's own tables; the host's metadata knows nothing of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key; SQLite only counts up by itself in an INTEGER column."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware and in UTC in Python, `timestamptz` in PostgreSQL, text in UTC in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without zone, store the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone; times are kept in UTC")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class db_now(FunctionElement[datetime]):
    """The database's own clock plus some seconds (or a parameter): the one clock that all workers share."""

    type = UtcDateTime()
    inherit_cache = True
    name = "db_now"

    def __init__(self, plus: "float | BindParameter[Any]" = 0.0) -> None:
        if isinstance(plus, BindParameter):
            super().__init__(bindparam(plus.key, type_=Float()))
        else:
            super().__init__(literal(float(plus), Float()))


@compiles(db_now, "postgresql")
def _postgresql_now(element: db_now, compiler: Any, **kw: Any) -> str:
    plus = compiler.process(element.clauses, **kw)
    return f"(statement_timestamp() + make_interval(secs => CAST({plus} AS double precision)))"


@compiles(db_now, "sqlite")
def _sqlite_now(element: db_now, compiler: Any, **kw: Any) -> str:
    plus = compiler.process(element.clauses, **kw)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', printf('%+f seconds', {plus}))"


class _List(TypeDecorator[Sequence[Any]]):
    """Many values as one parameter: an array of PostgreSQL, a list in JSON for SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, numbers: bool) -> None:
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what the database calls such a list."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(BigInteger() if self.numbers else Text()))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """Hand the list over as the database takes it."""
        return value if dialect.name == "postgresql" else json.dumps(value)


class among(FunctionElement[bool]):
    """Says of a column of numbers or texts that its value is one of `values`, or of a parameter's list.

    `in_` makes a parameter of each value, and preparing a thousand of them costs more than finding the rows.
    """

    type = Boolean()
    inherit_cache = True
    name = "among"

    def __init__(self, column: Any, values: "Iterable[Any] | BindParameter[Any]") -> None:
        kind = _List(numbers=column.type.python_type is int)
        if isinstance(values, BindParameter):
            super().__init__(column, bindparam(values.key, type_=kind))
        else:
            super().__init__(column, bindparam(None, list(values), type_=kind, unique=True))


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: Any, **kw: Any) -> str:
    column, values = (compiler.process(each, **kw) for each in element.clauses)
    return f"({column} = ANY ({values}))"


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: Any, **kw: Any) -> str:
    column, values = (compiler.process(each, **kw) for each in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({values})))"  # noqa: S608 - both are compiled


class each(FunctionElement[str]):
    """The texts of a list as rows, in the column `value` of `table_valued("value")`.

    Where `among` leaves it to the server how it finds the rows, a question about each of these texts by itself goes
    through an index, also while a table grows so fast that the server still takes it for a small one.
    """

    type = Text()
    inherit_cache = True
    name = "each"

    def __init__(self, texts: Iterable[str]) -> None:
        super().__init__(literal(json.dumps(list(texts)), Text()))


@compiles(each, "postgresql")
def _each_postgresql(element: each, compiler: Any, **kw: Any) -> str:
    # The one function of the server's that calls its column `value`, as SQLite's does.
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **kw)} AS JSON))"


@compiles(each, "sqlite")
def _each_sqlite(element: each, compiler: Any, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


def table(model: type[Base]) -> Table:
    """Return the table of a model, for statements on the busy way that need none of its mapping."""
    return cast(Table, model.__table__)


def engine() -> Engine:
    """Return the host's engine, with the same pool, but silent about phones and texts in its errors."""
    return _silent(host().db.engine, None)


def autocommitting(engine: Engine) -> Engine:
    """Return an engine, with the same pool, each of whose statements is a transaction by itself."""
    return _silent(engine, "AUTOCOMMIT")


@lru_cache(maxsize=16)
def _silent(engine: Engine, isolation: str | None) -> Engine:
    found: Engine = engine.execution_options(**{"isolation_level": isolation} if isolation else {})
    found.hide_parameters = True
    return found


def read(work: Callable[[Session], Result]) -> Result:
    """Run `work` in a short session of its own that changes nothing.

    Each of its statements is a transaction by itself: one way to the server and back in the place of three.
    """
    with Session(autocommitting(host().db.engine), expire_on_commit=False) as session:
        return work(session)


def write(work: Callable[[Session], Result]) -> Result:
    """Run `work` in one short transaction and commit it.

    `work` touches nothing but the database: where SQLite finds the database locked, or PostgreSQL a deadlock or
    rows that changed under a stricter isolation of the host's, it is repeated whole.
    """

    def once() -> Result:
        with Session(engine(), expire_on_commit=False) as session, session.begin():
            _begin(session)
            return work(session)

    return _until_done(once)


def write_one(work: Callable[[Connection], Result]) -> Result:
    """Run `work`, which is one statement and reads its answer to the end: that is a transaction by itself.

    Committed as with `write`, and repeated as there, with one way to the server and back in the place of three.
    """

    def once() -> Result:
        with autocommitting(host().db.engine).connect() as connection:
            result = work(connection)
            # Nothing is left to commit, unless the host's engine begins transactions by an event of its own.
            connection.commit()
            return result

    return _until_done(once)


def _until_done(once: Callable[[], Result]) -> Result:
    for attempt in range(LOCK_ATTEMPTS):
        try:
            return once()
        except OperationalError as error:
            if attempt == LOCK_ATTEMPTS - 1 or not _may_be_repeated(error):
                raise
            time.sleep(0.02 * (attempt + 1))
    raise AssertionError("the loop above returns or raises")


def _begin(session: Session) -> None:
    """Begin as a writer on SQLite, where reading first and then writing fails at once.

    By itself pysqlite opens a transaction before INSERT, UPDATE and DELETE only: an UPDATE that begins with the
    word WITH, as the claim does, would commit alone.
    """
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _may_be_repeated(error: OperationalError) -> bool:
    # By code where there is one: PostgreSQL's words are in the language of its server.
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    return code in REPEATABLE or "locked" in str(error.orig)


def changed(session: Session, statement: UpdateBase) -> int:
    """Run an UPDATE or DELETE and return how many rows it met."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
