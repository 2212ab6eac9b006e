"""Runs our migrations, which have a version table of their own beside the host's."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

VERSION_TABLE = "shortlinks_alembic_version"

_PACKAGE = Path(__file__).parent


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables up to `revision`."""
    if engine.dialect.name == "sqlite":
        # Readers and the one writer do not wait for each other; the file remembers it.
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the tables down to `revision`; "base" removes them all."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def is_current(engine: Engine) -> bool:
    """Say whether the tables are at the newest revision."""
    with engine.connect() as connection:
        options = {"version_table": VERSION_TABLE}
        return MigrationContext.configure(connection, opts=options).get_current_revision() == _newest()


@cache
def _newest() -> str | None:
    return ScriptDirectory(str(migrations_folder())).get_current_head()


def migrations_folder() -> Path:
    """Return the folder of the migrations: inside the installed package, or beside it in the source tree."""
    installed = _PACKAGE / "migrations"
    return installed if installed.is_dir() else _PACKAGE.parent / "migrations" / "shortlinks"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
