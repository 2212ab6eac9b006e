"""Migrations: up and down on both databases, the same tables as the models, beside the host's own."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from shortlinks import migrate
from shortlinks.models import Base
from tests.shortlinks.host import make_host


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_the_migrated_tables_are_those_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": "shortlinks_alembic_version", "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_up_twice_and_down_again(empty_engine: Engine) -> None:
    migrate.upgrade(empty_engine)
    migrate.upgrade(empty_engine)
    assert "shortlinks_blocks" in tables(empty_engine)
    migrate.downgrade(empty_engine, "base")
    assert tables(empty_engine) == {"shortlinks_alembic_version"}
    migrate.upgrade(empty_engine)
    assert "shortlinks_blocks" in tables(empty_engine)


def test_every_table_carries_our_name(engine: Engine) -> None:
    assert all(name.startswith("shortlinks_") for name in tables(engine))


def test_the_commands_upgrade_and_flush(empty_engine: Engine, spool: Path) -> None:
    commands = make_host(empty_engine, spool).test_cli_runner()
    assert "up to date" in commands.invoke(args=["shortlinks", "upgrade"]).output
    assert "0 lines" in commands.invoke(args=["shortlinks", "flush"]).output
