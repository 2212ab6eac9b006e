"""From when on the links of a customer sign him in: staff or the host ended those of before."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, UtcDateTime


class CustomerLinks(Base):
    """One customer whose links were revoked; without a row nobody has done so."""

    __tablename__ = "sms_customer_links"

    customer_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    links_valid_after: Mapped[datetime] = mapped_column(UtcDateTime())
    """The links of messages that were made up to then sign nobody in."""
    revoked_by: Mapped[str] = mapped_column(String(100))
    """Who did it last; empty where the host did."""
