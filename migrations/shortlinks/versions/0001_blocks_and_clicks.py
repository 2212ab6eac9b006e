"""Blocks of numbers, the clicks and logins on them, and how far the spool is read."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_blocks()
    _create_clicks()
    _create_logins()
    op.create_table(
        "shortlinks_spools",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("position", BIG_ID, nullable=False),
        sa.Column("broken", sa.Integer, nullable=False),
        sa.Column("lost", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_shortlinks_spools"),
    )


def _create_blocks() -> None:
    counter = op.create_table(
        "shortlinks_counter",
        sa.Column("id", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("next", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shortlinks_counter"),
    )
    op.bulk_insert(counter, [{"id": 1, "next": 0}])
    op.create_table(
        "shortlinks_blocks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("first", BIG_ID, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("link_index", sa.SmallInteger, nullable=False),
        sa.Column("login", sa.Boolean, nullable=False),
        sa.Column("first_position", BIG_ID, nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("revoked_at", UTC_TIME),
        sa.PrimaryKeyConstraint("id", name="pk_shortlinks_blocks"),
        sa.UniqueConstraint("first", name="uq_shortlinks_blocks_first"),
        sa.UniqueConstraint(
            "owner",
            "link_index",
            "login",
            "first_position",
            name="uq_shortlinks_blocks_owner_link_index_login_first_position",
        ),
    )
    op.create_table(
        "shortlinks_open_runs",
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("links", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("first_position", BIG_ID, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("owner", "links", "key_id", name="pk_shortlinks_open_runs"),
    )


def _create_clicks() -> None:
    op.create_table(
        "shortlinks_user_agents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("agent", sa.String(400), nullable=False),
        sa.Column("browser", sa.String(60), nullable=False),
        sa.Column("system", sa.String(60), nullable=False),
        sa.Column("device", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shortlinks_user_agents"),
        sa.UniqueConstraint("agent", name="uq_shortlinks_user_agents_agent"),
    )
    op.create_table(
        "shortlinks_clicks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("number", BIG_ID, nullable=False),
        sa.Column("block_id", BIG_ID, nullable=False),
        sa.Column("position", BIG_ID, nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("signal", sa.String(10), nullable=False),
        sa.Column("rules", sa.SmallInteger, nullable=False),
        sa.Column("user_agent_id", BIG_ID),
        sa.Column("referrer_host", sa.String(255), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shortlinks_clicks"),
        sa.ForeignKeyConstraint(["block_id"], ["shortlinks_blocks.id"], name="fk_shortlinks_clicks_block_id"),
        sa.ForeignKeyConstraint(
            ["user_agent_id"], ["shortlinks_user_agents.id"], name="fk_shortlinks_clicks_user_agent_id"
        ),
    )
    op.create_index(
        "ix_shortlinks_clicks_block_id_kind_position", "shortlinks_clicks", ["block_id", "kind", "position"]
    )
    op.create_index("ix_shortlinks_clicks_number", "shortlinks_clicks", ["number"])


def _create_logins() -> None:
    op.create_table(
        "shortlinks_logins",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("number", BIG_ID, nullable=False),
        sa.Column("block_id", BIG_ID, nullable=False),
        sa.Column("position", BIG_ID, nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("refusal", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shortlinks_logins"),
        sa.ForeignKeyConstraint(["block_id"], ["shortlinks_blocks.id"], name="fk_shortlinks_logins_block_id"),
    )
    op.create_index("ix_shortlinks_logins_block_id_outcome", "shortlinks_logins", ["block_id", "outcome"])
    op.create_index("ix_shortlinks_logins_number", "shortlinks_logins", ["number"])


def downgrade() -> None:
    for table in ("spools", "logins", "clicks", "user_agents", "open_runs", "blocks", "counter"):
        op.drop_table(f"shortlinks_{table}")
