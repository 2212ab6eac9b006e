"""Alembic's entry: runs on the connection that `shortlinks.migrate` hands over, in its transaction."""

from alembic import context

from shortlinks.migrate import VERSION_TABLE
from shortlinks.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    # SQLite changes a column by copying the table.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
