"""Bring the plugin's tables up to date, or take them down again, on the host's engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

HERE = Path(__file__).parent

VERSION_TABLE = "sms_alembic_version"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate the tables `sms_*` up to `revision`."""
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate the tables `sms_*` down to `revision`; `base` removes them."""
    _run(engine, command.downgrade, revision)


def is_current(engine: Engine) -> bool:
    """Say whether the tables `sms_*` are at the newest revision."""
    with engine.connect() as connection:
        options = {"version_table": VERSION_TABLE}
        return MigrationContext.configure(connection, opts=options).get_current_revision() == _newest()


@cache
def _newest() -> str | None:
    return ScriptDirectory(str(_folder())).get_current_head()


def _folder() -> Path:
    """In a wheel the tree lies inside the package, in a checkout beside it."""
    installed = HERE / "migrations"
    return installed if installed.exists() else HERE.parent / "migrations" / "smsadmin"


def _run(engine: Engine, step: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    # Alembic reads % in an option as the start of a variable.
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    with engine.connect() as connection, _whole(connection):
        config.attributes["connection"] = connection
        step(config, revision)


@contextmanager
def _whole(connection: Connection) -> Iterator[None]:
    """All of the block or nothing of it is committed.

    SQLite changes a table by making it anew, which other tables must not keep from by their foreign keys: these are
    looked at once, at the end (the way of its own manual, "Making Other Kinds Of Table Schema Changes").
    """
    if connection.dialect.name != "sqlite":
        with connection.begin():
            yield
        return
    checked = bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.rollback()
    try:
        with connection.begin():
            driver: Any = connection.connection.driver_connection
            if not driver.in_transaction:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield
            if checked and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise RuntimeError(
                    f"the migration would leave {len(broken)} rows without the row they belong to"
                )
    finally:
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {'ON' if checked else 'OFF'}")
        connection.rollback()
