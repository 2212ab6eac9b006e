"""What a formed list takes is kept with its broadcast; for the lists that wait for a person it is added up here."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

COLUMNS = (
    ("list_parts", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
    ("list_price", sa.Numeric(20, 4)),
    ("list_currency", sa.String(3)),
    ("list_signing_in", sa.Integer()),
)
"""NULL: not kept, and added up when it is asked for, as where a process of the version before completes a list."""

ADDED_UP = """
    SELECT broadcast_id, sum(parts) AS parts, sum(CASE WHEN signs_in THEN 1 ELSE 0 END) AS signing_in,
        -- A sum of which a part is unknown, or of two currencies, is none.
        CASE WHEN count(*) = count(price) AND min(currency) = max(currency) THEN sum(price) END AS price,
        CASE WHEN min(currency) = max(currency) THEN min(currency) END AS currency
    FROM sms_messages
    WHERE NOT left_out AND broadcast_id IN (
        SELECT id FROM sms_broadcasts WHERE state = 'ready' OR (state = 'paused' AND pause_reason = 'grew')
    )
    GROUP BY broadcast_id
"""


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("sms_broadcasts", sa.Column(name, kind, nullable=True))
    op.execute(
        f"""
        UPDATE sms_broadcasts SET list_parts = of.parts, list_price = of.price,
            list_currency = of.currency, list_signing_in = of.signing_in
        FROM ({ADDED_UP}) AS of WHERE of.broadcast_id = sms_broadcasts.id
        """  # noqa: S608
    )


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("sms_broadcasts", name)
