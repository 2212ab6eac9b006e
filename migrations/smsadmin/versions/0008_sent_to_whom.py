"""A message whose links sign in keeps a keyed hash of its phone, which stays when the number is erased.

And a broadcast keeps who revoked its links.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # NULL: its links sign nobody in, or it is older than this column, and its number is compared as it stands.
    op.add_column("sms_messages", sa.Column("phone_hash", sa.String(60), nullable=True))
    op.add_column("sms_broadcasts", sa.Column("links_revoked_by", sa.String(100), nullable=True))


def downgrade() -> None:
    op.drop_column("sms_broadcasts", "links_revoked_by")
    op.drop_column("sms_messages", "phone_hash")
