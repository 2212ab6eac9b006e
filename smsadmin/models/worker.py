"""Signs of life of the workers, so that a screen can say that nobody sends."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, UtcDateTime


class WorkerPulse(Base):
    """One worker process and when its sweeper last ran, by the database's clock."""

    __tablename__ = "sms_worker_pulses"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
