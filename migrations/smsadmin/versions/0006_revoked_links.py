"""Staff end the login links of one customer: from when on his links are valid again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "sms_customer_links",
        sa.Column("customer_key", sa.String(64), nullable=False),
        sa.Column("links_valid_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("customer_key", name="pk_sms_customer_links"),
    )


def downgrade() -> None:
    op.drop_table("sms_customer_links")
