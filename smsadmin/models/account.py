"""The connected provider accounts, and the settings that hold for all of them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, UtcDateTime


class Account(Base):
    """One set of credentials at one provider; replaced rather than changed, so that old attempts keep theirs."""

    __tablename__ = "sms_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(20))
    login: Mapped[str] = mapped_column(String(100))
    sealed_secret: Mapped[str] = mapped_column(Text)
    """The password, readable only with a key from the environment."""
    sender: Mapped[str] = mapped_column(String(50), default="")
    price_of_part: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    """What one part costs; None: unknown, never 0."""
    currency: Mapped[str] = mapped_column(String(3), default="RUB")
    balance: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    balance_currency: Mapped[str | None] = mapped_column(String(3))
    balance_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    stopped_reason: Mapped[str | None] = mapped_column(String(30))
    """Why nothing is sent through it at the moment (a `Reason`); None: it sends."""
    stopped_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it goes on by itself; None with a reason: only after "check and go on"."""
    connected_at: Mapped[datetime] = mapped_column(UtcDateTime())
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class Integration(Base):
    """The settings of all SMS: one row."""

    __tablename__ = "sms_integration"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enabled: Mapped[bool] = mapped_column(default=True)
    """The global switch."""
    text_prefix: Mapped[str] = mapped_column(String(50), default="")
    """A name put before the text of every SMS."""
    callback_secret: Mapped[str] = mapped_column(String(64))
    """The unguessable last part of the callback address of providers that have one per account."""
