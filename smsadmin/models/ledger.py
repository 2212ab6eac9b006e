"""The ledger: what was asked of a provider and what it answered; rows are added and never changed."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId, UtcDateTime


class Asked(Base):
    """One attempt to hand over one message, written when it is claimed, before the call."""

    __tablename__ = "sms_asked"

    attempt_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("sms_messages.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("sms_accounts.id"))
    request_id: Mapped[str] = mapped_column(String(40))
    """Our name for the HTTP request that carries it, fresh for every request."""
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    """What the provider's receipts will call it."""
    phone: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    """With markers in the links' places, never with codes."""
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class Answered(Base):
    """What came back for one attempt; without such a row nobody knows."""

    __tablename__ = "sms_answered"

    attempt_id: Mapped[str] = mapped_column(String(64), ForeignKey("sms_asked.attempt_id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(30), default="")
    provider_id: Mapped[str | None] = mapped_column(String(80))
    parts: Mapped[int | None] = mapped_column()
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    currency: Mapped[str | None] = mapped_column(String(3))
    raw: Mapped[str] = mapped_column(Text, default="")
    """The provider's words, short, without secrets and texts."""
    at: Mapped[datetime] = mapped_column(UtcDateTime())
