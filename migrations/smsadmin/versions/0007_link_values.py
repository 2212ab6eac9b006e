"""Wrapped links may have placeholders: a message keeps what they stand for."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

IN_A_LINK = re.compile(r"https?://\S*\{", re.IGNORECASE)


def upgrade() -> None:
    # NULL: its links have none.
    op.add_column("sms_messages", sa.Column("link_values", sa.Text(), nullable=True))


def downgrade() -> None:
    # The older version would lead everybody to the address with its braces.
    wrapped = sa.text(
        "SELECT id, text FROM sms_broadcasts "
        "WHERE (wrap_clicks OR wrap_login) AND state NOT IN ('finished', 'cancelled')"
    )
    ids = [row.id for row in op.get_bind().execute(wrapped) if IN_A_LINK.search(row.text)]
    stop = sa.text(
        "UPDATE sms_broadcasts SET "
        "pause_reason = CASE WHEN state IN ('draft', 'preparing', 'ready') THEN NULL ELSE 'texts_not_made' END, "
        "state = CASE WHEN state IN ('draft', 'preparing', 'ready') THEN 'cancelled' ELSE 'paused' END "
        "WHERE id IN :ids"
    )
    op.get_bind().execute(stop.bindparams(sa.bindparam("ids", value=ids, expanding=True)))
    op.drop_column("sms_messages", "link_values")
