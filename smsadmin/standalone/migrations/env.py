"""Runs the shop's own migrations, and no others: the plugin brings its tables up by itself."""

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]
metadata = migrate.db.metadata

if context.is_offline_mode():
    context.configure(url=migrate.db.engine.url, target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with migrate.db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, **migrate.configure_args)
        with context.begin_transaction():
            context.run_migrations()
