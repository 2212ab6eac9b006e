"""Clicks are counted by link, hour and kind of device; those of before are counted here, and agents get their kind."""

import sqlalchemy as sa
from alembic import op

from shortlinks.bots import device_kind

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
UTC_TIME = sa.DateTime(timezone=True)

HOURS = {
    "postgresql": "date_trunc('hour', click.at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'",
    "sqlite": "strftime('%Y-%m-%d %H:00:00.000000', click.at)",
}
AGENTS_AT_ONCE = 1000


def upgrade() -> None:
    op.add_column(
        "shortlinks_user_agents", sa.Column("kind", sa.String(10), server_default="other", nullable=False)
    )
    op.create_table(
        "shortlinks_click_counters",
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("link_index", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("hour", UTC_TIME, nullable=False),
        sa.Column("device", sa.String(10), nullable=False),
        sa.Column("person", sa.Boolean, nullable=False),
        sa.Column("count", BIG_ID, nullable=False),
        sa.Column("first_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint(
            "owner", "link_index", "hour", "device", "person", name="pk_shortlinks_click_counters"
        ),
    )
    odd = sa.text("signal = 'odd'")
    op.create_index(
        "ix_shortlinks_clicks_odd",
        "shortlinks_clicks",
        ["user_agent_id", "at"],
        postgresql_where=odd,
        sqlite_where=odd,
    )
    _tell_kinds(op.get_bind())
    hour = HOURS[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO shortlinks_click_counters (owner, link_index, hour, device, person, count, first_at) "  # noqa: S608
        f"SELECT owner, link_index, {hour}, coalesce(agent.kind, 'other'), click.kind = 'person', count(*), "
        "min(click.at) FROM shortlinks_clicks AS click "
        "JOIN shortlinks_blocks AS block ON block.id = click.block_id "
        "LEFT JOIN shortlinks_user_agents AS agent ON agent.id = click.user_agent_id GROUP BY 1, 2, 3, 4, 5"
    )


def _tell_kinds(connection: sa.Connection) -> None:
    """Tell the kind of each agent's device, as it is told of new ones."""
    last = 0
    while rows := connection.execute(
        sa.text("SELECT id, agent FROM shortlinks_user_agents WHERE id > :last ORDER BY id LIMIT :most"),
        {"last": last, "most": AGENTS_AT_ONCE},
    ).all():
        connection.execute(
            sa.text("UPDATE shortlinks_user_agents SET kind = :kind WHERE id = :id"),
            [{"id": agent_id, "kind": device_kind(agent).value} for agent_id, agent in rows],
        )
        last = rows[-1][0]


def downgrade() -> None:
    op.drop_table("shortlinks_click_counters")
    op.drop_index("ix_shortlinks_clicks_odd", "shortlinks_clicks")
    op.drop_column("shortlinks_user_agents", "kind")
    # The rules of before know no such signal.
    op.execute("UPDATE shortlinks_clicks SET signal = '' WHERE signal = 'odd'")
