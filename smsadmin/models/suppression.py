"""Customers who get no SMS at all."""

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
