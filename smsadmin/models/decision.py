"""What people decided about messages in doubt: who, when, and at what price."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId, UtcDateTime


class Decision(Base):
    """One message that a person treated as not sent, or left as it is; rows are added and never changed."""

    __tablename__ = "sms_decisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("sms_messages.id"), index=True)
    attempt_id: Mapped[str] = mapped_column(String(64))
    """The attempt that was in doubt."""
    decision: Mapped[str] = mapped_column(String(20))
    by_key: Mapped[str] = mapped_column(String(64))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    """What the person was shown that it will cost."""
    currency: Mapped[str | None] = mapped_column(String(3))
