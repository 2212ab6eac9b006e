"""What a formed list takes is kept with its broadcast; for the lists that wait for a person it is added up here."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FILLED = (("list_parts", BIG), ("list_signing_in", sa.Integer()))
"""Columns that are never NULL."""

EMPTY = (("list_price", sa.Numeric(14, 4)), ("list_currency", sa.String(3)))

SUMS = {
    "list_parts": "coalesce(sum(parts), 0)",
    "list_signing_in": "coalesce(sum(CASE WHEN signs_in THEN 1 ELSE 0 END), 0)",
    # A sum of which a part is unknown, or of two currencies, is none.
    "list_price": "CASE WHEN count(*) = count(price) AND min(currency) = max(currency) THEN sum(price) END",
    "list_currency": "CASE WHEN min(currency) = max(currency) THEN min(currency) END",
}


def upgrade() -> None:
    with op.batch_alter_table("sms_broadcasts") as table:
        for name, kind in FILLED:
            table.add_column(sa.Column(name, kind, nullable=False, server_default="0"))
        for name, kind in EMPTY:
            table.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("sms_broadcasts") as table:
        for name, _ in FILLED:
            table.alter_column(name, server_default=None)
    recipients = "FROM sms_messages WHERE broadcast_id = sms_broadcasts.id AND NOT left_out"
    added_up = ", ".join(f"{name} = (SELECT {sums} {recipients})" for name, sums in SUMS.items())  # noqa: S608
    op.execute(
        f"UPDATE sms_broadcasts SET {added_up} "  # noqa: S608
        "WHERE state = 'ready' OR (state = 'paused' AND pause_reason = 'grew')"
    )


def downgrade() -> None:
    with op.batch_alter_table("sms_broadcasts") as table:
        for name, _ in reversed((*FILLED, *EMPTY)):
            table.drop_column(name)
