"""The connected provider accounts, and the settings that hold for all of them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from smsadmin.database import Base, UtcDateTime


class Account(Base):
    """One set of credentials at one provider; replaced rather than changed, so that old attempts keep theirs."""

    __tablename__ = "sms_accounts"
    __table_args__ = (
        # What the rest of the code counts on, whoever writes here.
        Index(
            "uq_sms_accounts_connected",
            "provider",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
            sqlite_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(20))
    login: Mapped[str] = mapped_column(String(100))
    """Empty where one key is all there is to sign in with."""
    sealed_secret: Mapped[str] = mapped_column(Text)
    """The password or the API key, readable only with a key from the environment."""
    sender: Mapped[str] = mapped_column(String(50), default="")
    base_url: Mapped[str | None] = mapped_column(String(200))
    """Entered on the screen: a mirror or a white label; None: the one of the settings, else the provider's own."""
    price_of_part: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    """What one part costs; None: unknown, never 0."""
    currency: Mapped[str] = mapped_column(String(3), default="RUB")
    balance: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    balance_currency: Mapped[str | None] = mapped_column(String(3))
    balance_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    stopped_reason: Mapped[str | None] = mapped_column(String(30))
    """Why nothing is sent through it at the moment (a `Reason`); None: it sends."""
    stopped_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it goes on by itself; None with a reason: only after "check and go on"."""
    lost_in_a_row: Mapped[int | None] = mapped_column()
    """How many claims in a row ended without any answer that we understand."""
    last_receipt_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When a callback last proved itself, to a minute: a write for each would be a queue."""
    last_found_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When a lookup last told what no receipt had told."""
    next_lookup_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Before this the provider's limits allow no further lookup."""
    next_balance_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When a worker asks for the balance again by itself."""
    connected_at: Mapped[datetime] = mapped_column(UtcDateTime())
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class Integration(Base):
    """The settings of all SMS: one row."""

    __tablename__ = "sms_integration"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enabled: Mapped[bool] = mapped_column(default=True)
    """The global switch."""
    text_prefix: Mapped[str] = mapped_column(String(50), default="")
    """A name put before the text of every SMS."""
    callback_secret: Mapped[str] = mapped_column(String(255))
    """The unguessable last part of the callback address of providers that have one per account; sealed on first use."""
    responsible_key: Mapped[str | None] = mapped_column(String(64))
    """The admin whom the owner has named as responsible, by the host's key."""
    responsible_name: Mapped[str] = mapped_column(String(200), default="")
    log_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Until then every call to a provider is written into the API access log."""
    counters_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the counters are compared with the rows again by themselves."""
    counters_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When they were last compared, by whomever."""
    counters_off: Mapped[int] = mapped_column(default=0)
    """How many of them were not equal then."""
