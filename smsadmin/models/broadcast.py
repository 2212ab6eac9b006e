"""Broadcasts, and the counters of their messages by state and reason."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId, UtcDateTime
from smsadmin.states import BroadcastState, Trigger


class Broadcast(Base):
    """One text for many customers."""

    __tablename__ = "sms_broadcasts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    """The template as staff wrote it: placeholders and complete links."""
    verified_only: Mapped[bool] = mapped_column(default=True)
    wrap_clicks: Mapped[bool] = mapped_column(default=False)
    wrap_login: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(20), default=BroadcastState.DRAFT, index=True)
    pause_reason: Mapped[str | None] = mapped_column(String(30))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("sms_accounts.id"))
    """The account it was confirmed with; nothing is ever handed to another one."""
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    confirmed_by: Mapped[str | None] = mapped_column(String(100))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # How far the forming of the list has come; a killed worker's successor goes on from here.
    prefixed_text: Mapped[str | None] = mapped_column(Text)
    """The template with the name before it, frozen when the list began to be formed."""
    audience_size: Mapped[int] = mapped_column(default=0)
    """How many customers there were when the list began to be formed: the end of the progress bar."""
    verified_done: Mapped[bool] = mapped_column(default=False)
    """The verified customers are through; the unverified ones follow."""
    after_key: Mapped[str | None] = mapped_column(String(64))
    """The last customer considered."""
    considered: Mapped[int] = mapped_column(default=0)
    next_position: Mapped[int] = mapped_column(default=0)
    """The position of the next recipient in the broadcast's link blocks."""
    form: Mapped[int] = mapped_column(default=0)
    """Counts how often the list was begun: link blocks of an earlier list are never used again."""
    # When it goes, and to whom.
    trigger: Mapped[str] = mapped_column(String(20), default=Trigger.AT_ONCE)
    rule: Mapped[str] = mapped_column(Text, default="{}")
    """Filter of the host's → value, as JSON; none: everyone."""
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    zone: Mapped[str | None] = mapped_column(String(50))
    """The zone in which its times were entered and are shown."""
    not_after: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """What has not left by then never leaves."""
    formed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When staff closed the rule: nobody comes under it any more."""
    next_match_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the customers are looked through again for those who came under the rule."""
    confirmed_recipients: Mapped[int | None] = mapped_column()
    """How many, and at what price, whoever confirmed it saw; an estimate where the list is formed later."""
    confirmed_price: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    # What the complete list takes, added up when it was complete: nothing of it changes before a person has seen it.
    # Without parts nothing is kept.
    list_parts: Mapped[int | None] = mapped_column(BigId)
    list_price: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))
    """None: the price of some is unknown, or not all are in one currency."""
    list_currency: Mapped[str | None] = mapped_column(String(3))
    list_signing_in: Mapped[int | None] = mapped_column()
    """Recipients whose links sign them in."""
    refused_in_a_row: Mapped[int] = mapped_column(default=0)
    links_revoked_by: Mapped[str | None] = mapped_column(String(100))
    """Who ended the logins of its links last; the blocks of the links know when."""
    # The pace: how many had left at two moments, so that the page can say when it ends.
    pace_from: Mapped[datetime | None] = mapped_column(UtcDateTime())
    pace_from_gone: Mapped[int] = mapped_column(default=0)
    pace_next: Mapped[datetime | None] = mapped_column(UtcDateTime())
    pace_next_gone: Mapped[int] = mapped_column(default=0)


class Counter(Base):
    """How many messages of a broadcast are in a state for a reason, kept in the transactions that move them."""

    __tablename__ = "sms_counters"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("sms_broadcasts.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(20), primary_key=True)
    reason: Mapped[str] = mapped_column(String(30), primary_key=True, default="")
    count: Mapped[int] = mapped_column(BigId, default=0)
