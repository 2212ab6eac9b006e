"""The API access log: what was asked of the providers and what they answered, masked before it is stored."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId, UtcDateTime


class ApiCall(Base):
    """One HTTP request to a provider and its reply; secrets and the codes of links are masked in every field."""

    __tablename__ = "sms_api_calls"
    __table_args__ = (Index("ix_sms_api_calls_at", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    """When the request began."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("sms_accounts.id"))
    provider: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    """`send`, `balance` or `lookup`."""
    request_id: Mapped[str] = mapped_column(String(40), default="")
    """The ledger's name of the request; empty where no SMS was handed over."""
    method: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(Text)
    status: Mapped[int | None] = mapped_column()
    """The reply's HTTP status; None: no whole reply came."""
    verdict: Mapped[str | None] = mapped_column(String(20))
    """What the reply meant (a `Verdict`), whatever its status; None: there is none, or nobody has judged it."""
    failure: Mapped[str] = mapped_column(String(60), default="")
    """The kind of error where no reply came."""
    milliseconds: Mapped[int] = mapped_column()
    request: Mapped[str] = mapped_column(Text, default="")
    reply: Mapped[str] = mapped_column(Text, default="")
    address_cut: Mapped[str] = mapped_column(Text)
    """The address once more for the support: four digits of each phone, no text."""
    request_cut: Mapped[str] = mapped_column(Text, default="")
    reply_cut: Mapped[str] = mapped_column(Text, default="")
