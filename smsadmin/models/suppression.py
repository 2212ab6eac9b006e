"""Customers and numbers that get no SMS at all."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, UtcDateTime


class Suppression(Base):
    """«Не отправлять SMS»: honoured by broadcasts and events alike, also after a message is queued."""

    __tablename__ = "sms_suppressions"

    customer_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(30))
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class SuppressedNumber(Base):
    """A number whose owner has opted out at the provider: honoured whoever has the number here."""

    __tablename__ = "sms_suppressed_numbers"

    phone: Mapped[str] = mapped_column(String(32), primary_key=True)
    """E.164."""
    reason: Mapped[str] = mapped_column(String(30))
    provider: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
