"""Customers have a group, and broadcasts choose by it and by the city."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the group; nobody has one yet."""
    op.add_column("customers", sa.Column("group", sa.String(50), nullable=True))
    op.create_index("ix_customers_group", "customers", ["group"])
    op.create_index("ix_customers_city", "customers", ["city"])


def downgrade() -> None:
    """Take the group away."""
    op.drop_index("ix_customers_city", "customers")
    op.drop_index("ix_customers_group", "customers")
    op.drop_column("customers", "group")
