"""What staff have asked the support, each with a number."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId, UtcDateTime


class SupportRequest(Base):
    """One request; its `id` is the number that the person was told."""

    __tablename__ = "sms_support_requests"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_key: Mapped[str] = mapped_column(String(64), index=True)
    by_name: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(200))
    """How the person wants to be answered: a phone, an e-mail, a Telegram name."""
    page: Mapped[str] = mapped_column(String(300), default="")
    """The path of the screen from which it was sent."""
    text: Mapped[str] = mapped_column(Text)
