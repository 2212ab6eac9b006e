"""What was spent: the estimated price of all that was handed over, by broadcast and day."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId


class Spending(Base):
    """Money that one broadcast (0: the events) has spent on one day of the shop's."""

    __tablename__ = "sms_spending"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """The date in the shop's zone, ISO 8601."""
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(BigId, default=0)
    """In ten-thousandths of the currency, so that both databases add it up exactly."""
