"""What whoever is on call was told: one row per cause, from its beginning to its end."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId, UtcDateTime


class Alert(Base):
    """One cause for which somebody is called, e.g. that no worker lives."""

    __tablename__ = "sms_alerts"
    __table_args__ = (
        # Once per cause, however many workers see it.
        Index(
            "uq_sms_alerts_open",
            "cause",
            unique=True,
            postgresql_where=text("over_at IS NULL"),
            sqlite_where=text("over_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cause: Mapped[str] = mapped_column(String(80))
    """The kind and what it is about: `balance:3` is account 3."""
    since: Mapped[datetime] = mapped_column(UtcDateTime())
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When all the ways of telling had taken it; None: still to be told."""
    taken_by: Mapped[str] = mapped_column(String(40), default="")
    """The ways that have taken it already, with commas: they are not told again when another is retried."""
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    over_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
