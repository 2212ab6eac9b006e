"""One SMS to one customer: the row that is the truth about it."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, BigId, UtcDateTime


class Message(Base):
    """One SMS of a broadcast (`broadcast_id`) or of an event (`event_key`)."""

    __tablename__ = "sms_messages"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "customer_key"),
        # A second customer on the same phone is a visible, skipped row.
        Index(
            "uq_sms_messages_phone",
            "broadcast_id",
            "phone",
            unique=True,
            postgresql_where=text("NOT left_out AND broadcast_id IS NOT NULL"),
            sqlite_where=text("NOT left_out AND broadcast_id IS NOT NULL"),
        ),
        # The claim, and how much of a broadcast is open: only rows that wait or are under way.
        Index(
            "ix_sms_messages_open",
            "account_id",
            "broadcast_id",
            "state",
            "id",
            postgresql_where=text("rank <= 1"),
            sqlite_where=text("rank <= 1"),
        ),
        # From a link's number back to its message: one read per login.
        Index("uq_sms_messages_position", "broadcast_id", "position", unique=True),
        # The sweeper's ended leases.
        Index(
            "ix_sms_messages_lease",
            "lease_until",
            postgresql_where=text("rank = 1"),
            sqlite_where=text("rank = 1"),
        ),
        # The sweeper's messages whose last moment has passed.
        Index(
            "ix_sms_messages_late",
            "not_after",
            postgresql_where=text("rank = 0 AND not_after IS NOT NULL"),
            sqlite_where=text("rank = 0 AND not_after IS NOT NULL"),
        ),
        # What is asked of the provider because no receipt came: accepted, or nobody knows.
        Index(
            "ix_sms_messages_lookup",
            "account_id",
            "rank",
            "lookup_at",
            postgresql_where=text("rank IN (2, 4) AND lookup_at IS NOT NULL"),
            sqlite_where=text("rank IN (2, 4) AND lookup_at IS NOT NULL"),
        ),
        # What is in doubt, newest first, for the people who decide about it.
        Index(
            "ix_sms_messages_unknown",
            "id",
            postgresql_where=text("rank = 2"),
            sqlite_where=text("rank = 2"),
        ),
        # The lists behind the figures.
        Index("ix_sms_messages_figure", "broadcast_id", "state", "reason", "id"),
        Index("ix_sms_messages_customer", "customer_key", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("sms_broadcasts.id"))
    event_kind: Mapped[str | None] = mapped_column(String(40))
    event_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    """Kind, customer and the fact's own id: the same fact never notifies twice."""
    customer_key: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str] = mapped_column(String(32))
    """E.164; what the host has where that is no number."""
    name: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    """Final but for the links: each stands as a marker, never as a code."""
    position: Mapped[int | None] = mapped_column()
    """The recipient's number in the broadcast's link blocks."""
    signs_in: Mapped[bool] = mapped_column(default=False)
    """The links of this message may sign the customer in."""
    link_values: Mapped[str | None] = mapped_column(Text)
    """What the placeholders in its wrapped links stand for: name → value, as JSON; NULL where they have none."""
    phone_hash: Mapped[str | None] = mapped_column(String(60))
    """The keyed hash of `phone` where they may: they sign in only while the customer has this number."""
    parts: Mapped[int] = mapped_column(default=0)
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    """The estimate; the ledger has the real one."""
    currency: Mapped[str | None] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(20))
    rank: Mapped[int] = mapped_column()
    reason: Mapped[str] = mapped_column(String(30), default="")
    left_out: Mapped[bool] = mapped_column(default=False)
    """Never meant to go; set when the list is formed and never changed."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("sms_accounts.id"))
    attempt_id: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lookup_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the provider is asked what became of it, unless a receipt has told; None: not, or not any more."""
    not_found_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the provider first said that it does not know a message in doubt; only the second time counts."""
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime())
    not_after: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
