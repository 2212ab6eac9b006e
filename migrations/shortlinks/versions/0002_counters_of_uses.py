"""How often an owner's links were used is counted with the clicks and logins; those of before are counted here."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTED = (
    ("clicks", "count(*)", "shortlinks_clicks", "kind = 'person'"),
    ("unique", "count(DISTINCT position)", "shortlinks_clicks", "kind = 'person'"),
    ("bot_clicks", "count(*)", "shortlinks_clicks", "kind <> 'person'"),
    ("logins", "count(*)", "shortlinks_logins", "outcome = 'signed_in'"),
    ("logins_refused", "count(*)", "shortlinks_logins", "outcome = 'refused'"),
)
"""What is counted, how, of which rows."""


def upgrade() -> None:
    op.create_table(
        "shortlinks_use_counters",
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("use", sa.String(20), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("owner", "use", name="pk_shortlinks_use_counters"),
    )
    for use, number, table, rows in COUNTED:
        op.execute(
            f"INSERT INTO shortlinks_use_counters (owner, use, count) SELECT owner, '{use}', {number} "  # noqa: S608
            f"FROM {table} AS used JOIN shortlinks_blocks AS block ON block.id = used.block_id "
            f"WHERE {rows} GROUP BY owner"
        )


def downgrade() -> None:
    op.drop_table("shortlinks_use_counters")
