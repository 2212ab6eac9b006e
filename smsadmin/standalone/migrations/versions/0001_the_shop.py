"""The shop's tables: customers, bonuses, staff, the loyalty rule."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(50)),
        sa.Column("phone_e164", sa.String(16)),
        sa.Column("phone_verified", sa.Boolean(), nullable=False),
        sa.Column("city", sa.String(100)),
        sa.Column("birthday", sa.Date()),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("balance", sa.Numeric(12, 2), nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_phone_e164", "customers", ["phone_e164"])
    op.create_table(
        "bonus_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("note", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bonus_entries"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_bonus_entries_customer_id_customers"
        ),
    )
    op.create_index("ix_bonus_entries_customer_id", "bonus_entries", ["customer_id"])
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(50), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("phone", sa.String(16)),
        sa.Column("responsible", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff_login"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_staff_customer_id_customers"),
    )
    op.create_table(
        "loyalty_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bonuses_expire_after_days", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_loyalty_settings"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("loyalty_settings", "staff", "bonus_entries", "customers"):
        op.drop_table(table)
