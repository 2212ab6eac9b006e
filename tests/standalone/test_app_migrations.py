"""The shop's own migrations: they make its tables as the models say, and leave the plugin's alone."""

from pathlib import Path

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from smsadmin.standalone.app import is_own_table
from smsadmin.standalone.models import Base, db
from smsadmin.standalone.setup import prepare_database
from tests.standalone.shop import open_shop


def test_the_migrations_make_what_the_models_say_and_no_more(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    with open_shop(database_url, redis_url, str(tmp_path), create_tables=False) as app, app.app_context():
        prepare_database(app, customers=0)
        assert any(name.startswith("sms_") for name in inspect(db.engine).get_table_names())
        with db.engine.connect() as connection:
            options = {"compare_type": True, "include_name": is_own_table}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_can_be_taken_back(database_url: str, redis_url: str, tmp_path: Path) -> None:
    with open_shop(database_url, redis_url, str(tmp_path), create_tables=False) as app, app.app_context():
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
