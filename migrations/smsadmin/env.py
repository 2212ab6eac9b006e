"""Run the migrations of the tables `sms_*` on a connection that `smsadmin.migrate` hands over."""

from alembic import context

from smsadmin.database import Base
from smsadmin.migrate import VERSION_TABLE
from smsadmin.models import Message

assert Message.metadata is Base.metadata  # the models are imported, so the metadata is complete

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    include_name=lambda name, kind, parents: kind != "table" or str(name).startswith("sms_"),
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
