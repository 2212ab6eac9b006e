"""Delivery receipts as they came, and callbacks that were dropped."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId, UtcDateTime


class RawReceipt(Base):
    """One receipt, stored before the provider gets its 200 and applied later, once."""

    __tablename__ = "sms_raw_receipts"
    __table_args__ = (
        UniqueConstraint("provider", "reference", "status"),
        Index(
            "ix_sms_raw_receipts_waiting",
            "id",
            postgresql_where=text("applied_at IS NULL"),
            sqlite_where=text("applied_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(40))
    error: Mapped[str] = mapped_column(String(40), default="")
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("sms_messages.id"), index=True)
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime())
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class DroppedCallback(Base):
    """How many callbacks of a provider were not taken, and why."""

    __tablename__ = "sms_dropped_callbacks"

    provider: Mapped[str] = mapped_column(String(20), primary_key=True)
    cause: Mapped[str] = mapped_column(String(20), primary_key=True)
    """A word of `smsadmin/sending/receipts.py`: `forged`, `garbled`, `unknown`, `repeated` or `too_large`."""
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime())
