"""The main job: accounts, broadcasts, messages, the ledger, receipts, events, suppressions."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "sms_accounts",
    "sms_dropped_callbacks",
    "sms_event_switches",
    "sms_integration",
    "sms_suppressions",
    "sms_worker_pulses",
    "sms_broadcasts",
    "sms_counters",
    "sms_messages",
    "sms_asked",
    "sms_raw_receipts",
    "sms_answered",
)
"""In the order in which they are made."""


def where(condition: str) -> dict[str, Any]:
    """Make an index partial, on both databases."""
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "sms_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("sender", sa.String(length=50), nullable=False),
        sa.Column("price_of_part", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("balance_currency", sa.String(length=3), nullable=True),
        sa.Column("balance_at", MOMENT, nullable=True),
        sa.Column("stopped_reason", sa.String(length=30), nullable=True),
        sa.Column("stopped_until", MOMENT, nullable=True),
        sa.Column("connected_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_accounts")),
    )
    op.create_table(
        "sms_dropped_callbacks",
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", "cause", name=op.f("pk_sms_dropped_callbacks")),
    )
    op.create_table(
        "sms_event_switches",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_sms_event_switches")),
    )
    op.create_table(
        "sms_integration",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("text_prefix", sa.String(length=50), nullable=False),
        sa.Column("callback_secret", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_integration")),
    )
    op.create_table(
        "sms_suppressions",
        sa.Column("customer_key", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("customer_key", name=op.f("pk_sms_suppressions")),
    )
    op.create_table(
        "sms_worker_pulses",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sms_worker_pulses")),
    )
    op.create_table(
        "sms_broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("verified_only", sa.Boolean(), nullable=False),
        sa.Column("wrap_clicks", sa.Boolean(), nullable=False),
        sa.Column("wrap_login", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("pause_reason", sa.String(length=30), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.String(length=100), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("prefixed_text", sa.Text(), nullable=True),
        sa.Column("audience_size", sa.Integer(), nullable=False),
        sa.Column("verified_done", sa.Boolean(), nullable=False),
        sa.Column("after_key", sa.String(length=64), nullable=True),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("next_position", sa.Integer(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["sms_accounts.id"], name=op.f("fk_sms_broadcasts_account_id_sms_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_broadcasts")),
    )
    op.create_index("ix_sms_broadcasts_state", "sms_broadcasts", ["state"])

    op.create_table(
        "sms_counters",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["sms_broadcasts.id"], name=op.f("fk_sms_counters_broadcast_id_sms_broadcasts")
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "state", "reason", name=op.f("pk_sms_counters")),
    )
    op.create_table(
        "sms_messages",
        sa.Column("id", BIG, nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=True),
        sa.Column("event_kind", sa.String(length=40), nullable=True),
        sa.Column("event_key", sa.String(length=200), nullable=True),
        sa.Column("customer_key", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("signs_in", sa.Boolean(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.String(length=64), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("not_after", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["sms_accounts.id"], name=op.f("fk_sms_messages_account_id_sms_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["sms_broadcasts.id"], name=op.f("fk_sms_messages_broadcast_id_sms_broadcasts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_messages")),
        sa.UniqueConstraint("broadcast_id", "customer_key", name=op.f("uq_sms_messages_broadcast_id")),
        sa.UniqueConstraint("event_key", name=op.f("uq_sms_messages_event_key")),
    )
    op.create_index("ix_sms_messages_customer", "sms_messages", ["customer_key", "id"])
    op.create_index("ix_sms_messages_figure", "sms_messages", ["broadcast_id", "state", "reason", "id"])
    op.create_index(
        "ix_sms_messages_late", "sms_messages", ["not_after"], **where("rank = 0 AND not_after IS NOT NULL")
    )
    op.create_index("ix_sms_messages_lease", "sms_messages", ["lease_until"], **where("rank = 1"))
    op.create_index(
        "ix_sms_messages_open",
        "sms_messages",
        ["account_id", "broadcast_id", "state", "id"],
        **where("rank <= 1"),
    )
    op.create_index(
        "uq_sms_messages_phone",
        "sms_messages",
        ["broadcast_id", "phone"],
        unique=True,
        **where("NOT left_out AND broadcast_id IS NOT NULL"),
    )
    op.create_index("uq_sms_messages_position", "sms_messages", ["broadcast_id", "position"], unique=True)

    op.create_table(
        "sms_asked",
        sa.Column("attempt_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["sms_accounts.id"], name=op.f("fk_sms_asked_account_id_sms_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["sms_messages.id"], name=op.f("fk_sms_asked_message_id_sms_messages")
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_sms_asked")),
        sa.UniqueConstraint("reference", name=op.f("uq_sms_asked_reference")),
    )
    op.create_index("ix_sms_asked_message_id", "sms_asked", ["message_id"])

    op.create_table(
        "sms_raw_receipts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("error", sa.String(length=40), nullable=False),
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("price", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["sms_messages.id"], name=op.f("fk_sms_raw_receipts_message_id_sms_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_raw_receipts")),
        sa.UniqueConstraint("provider", "reference", "status", name=op.f("uq_sms_raw_receipts_provider")),
    )
    op.create_index("ix_sms_raw_receipts_message_id", "sms_raw_receipts", ["message_id"])
    op.create_index("ix_sms_raw_receipts_waiting", "sms_raw_receipts", ["id"], **where("applied_at IS NULL"))

    op.create_table(
        "sms_answered",
        sa.Column("attempt_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=True),
        sa.Column("price", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["sms_asked.attempt_id"], name=op.f("fk_sms_answered_attempt_id_sms_asked")
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_sms_answered")),
    )
    op.bulk_insert(
        sa.table(
            "sms_integration",
            sa.column("id"),
            sa.column("enabled"),
            sa.column("text_prefix"),
            sa.column("callback_secret"),
        ),
        [{"id": 1, "enabled": True, "text_prefix": "", "callback_secret": secrets.token_urlsafe(24)}],
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
