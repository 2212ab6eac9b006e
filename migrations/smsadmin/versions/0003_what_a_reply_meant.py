"""The access log says what a provider's reply meant; what it holds already was not judged and stays so."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("sms_api_calls", sa.Column("verdict", sa.String(20), nullable=True))


def downgrade() -> None:
    op.drop_column("sms_api_calls", "verdict")
