"""The engine: when a broadcast goes and to whom, its pace, money spent, alerts, decisions about what is in doubt."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
FILLED: tuple[tuple[str, Any, str], ...] = (
    ("trigger", sa.String(20), "at_once"),
    ("rule", sa.Text(), "{}"),
    ("refused_in_a_row", sa.Integer(), "0"),
    ("pace_from_gone", sa.Integer(), "0"),
    ("pace_next_gone", sa.Integer(), "0"),
)
"""Columns of a broadcast that are never NULL, and what the broadcasts of before have there."""

EMPTY: tuple[tuple[str, Any], ...] = (
    ("send_at", MOMENT),
    ("zone", sa.String(50)),
    ("not_after", MOMENT),
    ("formed_at", MOMENT),
    ("closed_at", MOMENT),
    ("next_match_at", MOMENT),
    ("confirmed_recipients", sa.Integer()),
    ("confirmed_price", sa.Numeric(14, 4)),
    ("pace_from", MOMENT),
    ("pace_next", MOMENT),
)
CHECKED = ("counters_due_at", "counters_checked_at")
"""Of the integration: when the counters are and were compared with the rows."""

TABLES = ("sms_spending", "sms_alerts", "sms_decisions")


def upgrade() -> None:
    with op.batch_alter_table("sms_broadcasts") as table:
        for name, kind, value in FILLED:
            table.add_column(sa.Column(name, kind, nullable=False, server_default=value))
        for name, kind in EMPTY:
            table.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("sms_broadcasts") as table:
        for name, _, _ in FILLED:
            table.alter_column(name, server_default=None)
    with op.batch_alter_table("sms_integration") as table:
        for name in CHECKED:
            table.add_column(sa.Column(name, MOMENT, nullable=True))
        table.add_column(sa.Column("counters_off", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("sms_integration") as table:
        table.alter_column("counters_off", server_default=None)
    op.create_table(
        "sms_spending",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.PrimaryKeyConstraint("day", "currency", "broadcast_id", name=op.f("pk_sms_spending")),
    )
    op.create_table(
        "sms_alerts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("cause", sa.String(80), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("taken_by", sa.String(40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=True),
        sa.Column("over_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_alerts")),
    )
    still_open = sa.text("over_at IS NULL")
    op.create_index(
        "uq_sms_alerts_open",
        "sms_alerts",
        ["cause"],
        unique=True,
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
    op.create_table(
        "sms_decisions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("attempt_id", sa.String(64), nullable=False),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("by_key", sa.String(64), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("price", sa.Numeric(12, 4), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["sms_messages.id"], name=op.f("fk_sms_decisions_message_id_sms_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_decisions")),
    )
    op.create_index("ix_sms_decisions_message_id", "sms_decisions", ["message_id"])
    in_doubt = sa.text("rank = 2")
    op.create_index(
        "ix_sms_messages_unknown",
        "sms_messages",
        ["id"],
        postgresql_where=in_doubt,
        sqlite_where=in_doubt,
    )


def downgrade() -> None:
    op.drop_index("ix_sms_messages_unknown", "sms_messages")
    for table in reversed(TABLES):
        op.drop_table(table)
    with op.batch_alter_table("sms_integration") as table:
        for name in ("counters_off", *reversed(CHECKED)):
            table.drop_column(name)
    # What the older version does not know must not go unseen: it is held, and a person lets it go on.
    op.execute("UPDATE sms_broadcasts SET state = 'paused' WHERE state IN ('scheduled', 'active')")
    # A draft without its rule would be one to everybody.
    op.execute(
        "UPDATE sms_broadcasts SET state = 'cancelled' "
        "WHERE state IN ('draft', 'preparing') AND (rule <> '{}' OR \"trigger\" <> 'at_once')"
    )
    with op.batch_alter_table("sms_broadcasts") as table:
        for name, _ in reversed(EMPTY):
            table.drop_column(name)
        for name, _, _ in reversed(FILLED):
            table.drop_column(name)
