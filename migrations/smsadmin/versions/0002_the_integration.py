"""The integration: base URLs, lookups, the responsible admin, the access log, changes, opt-outs, support."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OF_ACCOUNTS = ("last_receipt_at", "last_found_at", "next_lookup_at", "next_balance_at")
OF_MESSAGES = ("lookup_at", "not_found_at")
TABLES = ("sms_api_calls", "sms_integration_changes", "sms_support_requests", "sms_suppressed_numbers")


def where(condition: str) -> dict[str, Any]:
    """Make an index partial, on both databases."""
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column("sms_accounts", sa.Column("base_url", sa.String(200), nullable=True))
    for name in OF_ACCOUNTS:
        op.add_column("sms_accounts", sa.Column(name, MOMENT, nullable=True))
    _keep_one_account_of_each()
    op.add_column("sms_accounts", sa.Column("lost_in_a_row", sa.Integer(), nullable=True))
    for name in OF_MESSAGES:
        op.add_column("sms_messages", sa.Column(name, MOMENT, nullable=True))
    op.create_index(
        "ix_sms_messages_lookup",
        "sms_messages",
        ["account_id", "rank", "lookup_at"],
        **where("rank IN (2, 4) AND lookup_at IS NOT NULL"),
    )
    # What is in doubt, or without its last receipt, is asked about; what is older than days nobody knows any more.
    op.execute(
        "UPDATE sms_messages SET lookup_at = CURRENT_TIMESTAMP WHERE rank IN (2, 4) AND reason <> 'no_report' "
        "AND attempt_id IS NOT NULL "
        "AND account_id IN (SELECT id FROM sms_accounts WHERE provider IN ('smsc', 'twilio'))"
    )
    with op.batch_alter_table("sms_integration") as table:
        # Wide enough for the sealed secret.
        table.alter_column("callback_secret", type_=sa.String(255), existing_type=sa.String(64))
        table.add_column(sa.Column("responsible_key", sa.String(64), nullable=True))
        table.add_column(sa.Column("responsible_name", sa.String(200), nullable=False, server_default=""))
        table.add_column(sa.Column("log_until", MOMENT, nullable=True))
    with op.batch_alter_table("sms_integration") as table:
        table.alter_column("responsible_name", server_default=None)
    _create_api_calls()
    _create_what_people_did()


def _keep_one_account_of_each() -> None:
    """Take a second connected account of a provider out of use: the older one is the one that sends."""
    op.execute(
        "UPDATE sms_accounts SET removed_at = connected_at WHERE removed_at IS NULL AND id NOT IN "
        "(SELECT MIN(id) FROM sms_accounts WHERE removed_at IS NULL GROUP BY provider)"
    )
    op.create_index(
        "uq_sms_accounts_connected", "sms_accounts", ["provider"], unique=True, **where("removed_at IS NULL")
    )


def _create_api_calls() -> None:
    op.create_table(
        "sms_api_calls",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(60), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("address_cut", sa.Text(), nullable=False),
        sa.Column("request_cut", sa.Text(), nullable=False),
        sa.Column("reply_cut", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["sms_accounts.id"], name=op.f("fk_sms_api_calls_account_id_sms_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_api_calls")),
    )
    op.create_index("ix_sms_api_calls_at", "sms_api_calls", ["at"])


def _create_what_people_did() -> None:
    op.create_table(
        "sms_integration_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_key", sa.String(64), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_integration_changes")),
    )
    op.create_table(
        "sms_support_requests",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_key", sa.String(64), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("page", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_support_requests")),
    )
    op.create_index("ix_sms_support_requests_by_key", "sms_support_requests", ["by_key"])
    op.create_table(
        "sms_suppressed_numbers",
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("phone", name=op.f("pk_sms_suppressed_numbers")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    # A sealed secret does not fit the narrower column, so a new one takes its place.
    fresh = sa.text("UPDATE sms_integration SET callback_secret = :secret")
    op.get_bind().execute(fresh, {"secret": secrets.token_urlsafe(24)})
    with op.batch_alter_table("sms_integration") as table:
        for name in ("log_until", "responsible_name", "responsible_key"):
            table.drop_column(name)
        table.alter_column("callback_secret", type_=sa.String(64), existing_type=sa.String(255))
    op.drop_index("ix_sms_messages_lookup", "sms_messages")
    for name in reversed(OF_MESSAGES):
        op.drop_column("sms_messages", name)
    op.drop_column("sms_accounts", "lost_in_a_row")
    op.drop_index("uq_sms_accounts_connected", "sms_accounts")
    for name in reversed(OF_ACCOUNTS):
        op.drop_column("sms_accounts", name)
    op.drop_column("sms_accounts", "base_url")
