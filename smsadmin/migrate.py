"""Bring the plugin's tables up to date, or take them down again, on the host's engine."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

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
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        step(config, revision)
