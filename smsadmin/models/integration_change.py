"""Who changed what in the integration, and when: rows are added and never changed, and none holds a secret."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId, UtcDateTime


class IntegrationChange(Base):
    """One change by one member of staff."""

    __tablename__ = "sms_integration_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_key: Mapped[str] = mapped_column(String(64))
    """The host's key of the member of staff."""
    by_name: Mapped[str] = mapped_column(String(200))
    provider: Mapped[str] = mapped_column(String(20), default="")
    """Empty where the change is about all SMS."""
    what: Mapped[str] = mapped_column(String(40))
    """A word of `smsadmin/integration_changes.py`."""
    fields: Mapped[str] = mapped_column(Text, default="[]")
    """JSON: a list of [field, before, after]; a secret is named with both values empty."""
