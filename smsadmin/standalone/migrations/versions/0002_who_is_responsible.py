"""Who is responsible for the integration is named on its own screen, no longer here."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the flag."""
    op.drop_column("staff", "responsible")


def downgrade() -> None:
    """Bring the flag back; nobody has it."""
    op.add_column("staff", sa.Column("responsible", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("staff") as table:
        table.alter_column("responsible", server_default=None, existing_type=sa.Boolean())
