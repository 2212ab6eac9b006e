"""The shop's own tables: customers, their bonuses, staff, and the one loyalty rule."""

from datetime import UTC, date, datetime
from decimal import Decimal

from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, MetaData, Numeric, String
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, validates

from smsadmin.database import UtcDateTime
from smsadmin.host import Role
from smsadmin.text.phones import to_e164


class Base(DeclarativeBase):
    """The shop's tables, known to the shop's migrations; the plugin's tables are not among them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


class Customer(UserMixin, Base):
    """Who buys here; `phone` is as he typed it, `phone_e164` what can be called, or NULL."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(50))
    phone_e164: Mapped[str | None] = mapped_column(String(16), index=True)
    phone_verified: Mapped[bool] = mapped_column(default=False)
    city: Mapped[str | None] = mapped_column(String(100), index=True)
    group: Mapped[str | None] = mapped_column(String(50), index=True)
    """What the shop calls him: a newcomer, a regular."""
    birthday: Mapped[date | None]
    locale: Mapped[str] = mapped_column(String(2), default="ru")
    balance: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=Decimal(0))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    blocked: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    @validates("phone")
    def _normalise_phone(self, _key: str, phone: str | None) -> str | None:
        self.phone_e164 = to_e164(phone) if phone else None
        return phone

    @property
    def is_active(self) -> bool:
        """Say whether he may sign in (asked by Flask-Login)."""
        return not self.blocked

    def get_id(self) -> str:
        """Return what the session keeps: staff and customers share one sign-in machinery."""
        return f"customer:{self.id}"


class BonusEntry(Base):
    """Bonuses credited to a customer, or taken off his balance (negative)."""

    __tablename__ = "bonus_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    note: Mapped[str] = mapped_column(String(200), default="")


class Staff(UserMixin, Base):
    """Who works here; a member of staff may be a customer as well, by `customer_id` or by the same phone."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(50), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10), default=Role.VIEWER.value)
    phone: Mapped[str | None] = mapped_column(String(16))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))

    def get_id(self) -> str:
        """Return what the session keeps: staff and customers share one sign-in machinery."""
        return f"staff:{self.id}"


class LoyaltySettings(Base):
    """The shop's loyalty rule, one row: after how many days bonuses expire (NULL: never)."""

    __tablename__ = "loyalty_settings"

    id: Mapped[int] = mapped_column(primary_key=True)
    bonuses_expire_after_days: Mapped[int | None]

    @classmethod
    def read(cls, session: Session) -> "LoyaltySettings":
        """Return the rule; where none was ever saved, bonuses never expire."""
        return session.get(cls, 1) or cls(id=1, bonuses_expire_after_days=None)
