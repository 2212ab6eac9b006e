"""The tables of the short links: runs of numbers, what was clicked, who signed in; nothing of SMS."""

from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shortlinks.columns import BigId, UtcDateTime
from shortlinks.personal import is_personal


class Base(DeclarativeBase):
    """Our own metadata, apart from the host's; constraint names are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Counter(Base):
    """The one row that holds the next free number; its lock also orders everybody who opens a block."""

    __tablename__ = "shortlinks_counter"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    next: Mapped[int] = mapped_column(BigId)


class LinkBlock(Base):
    """A run of numbers for one link of one owner: number `first + i` is position `first_position + i`.

    A position names one message of the owner. A block reserved as a whole starts at position 0; of those
    taken one message at a time, each goes on where the one before ended. Only `revoked_at` ever changes, so
    processes may keep blocks in memory.
    """

    __tablename__ = "shortlinks_blocks"
    __table_args__ = (UniqueConstraint("owner", "link_index", "login", "first_position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    first: Mapped[int] = mapped_column(BigId, unique=True)
    count: Mapped[int] = mapped_column(Integer)
    url: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(100))
    link_index: Mapped[int] = mapped_column(SmallInteger)
    login: Mapped[bool]
    first_position: Mapped[int] = mapped_column(BigId)
    key_id: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: datetime.now(UTC))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @cached_property
    def personal(self) -> bool:
        """Where it leads depends on the message: its address has placeholders. Asked at every click."""
        return is_personal(self.url)


class OpenRun(Base):
    """Where an owner's next single message takes its position: how many of the run's positions are taken.

    `links` is a digest of the text's links, so that every message of a run has the same ones.
    """

    __tablename__ = "shortlinks_open_runs"

    owner: Mapped[str] = mapped_column(String(100), primary_key=True)
    links: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    first_position: Mapped[int] = mapped_column(BigId)
    taken: Mapped[int] = mapped_column(Integer)


class UserAgent(Base):
    """A browser or robot as it names itself, stored once."""

    __tablename__ = "shortlinks_user_agents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent: Mapped[str] = mapped_column(String(400), unique=True)
    browser: Mapped[str] = mapped_column(String(60))
    system: Mapped[str] = mapped_column(String(60))
    device: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10), server_default="other")
    """A `bots.DeviceKind`, told once: what is counted by it must not change with the library."""


class Click(Base):
    """One opening of a link; `kind` is a `bots.Kind`, judged from signal and agent by rules `rules`."""

    __tablename__ = "shortlinks_clicks"
    __table_args__ = (
        # Comparing an owner's clicks, and the messages behind them, with their counters reads this index only.
        Index(None, "block_id", "kind", "position"),
        # A login looks for the clicks of its number.
        Index(None, "number"),
        # A burst looks for the clicks of its agent; few clicks are odd, so most cost nothing here.
        Index(
            "ix_shortlinks_clicks_odd",
            "user_agent_id",
            "at",
            postgresql_where=text("signal = 'odd'"),
            sqlite_where=text("signal = 'odd'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(BigId)
    block_id: Mapped[int] = mapped_column(ForeignKey(LinkBlock.id))
    position: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(10))
    signal: Mapped[str] = mapped_column(String(10))
    rules: Mapped[int] = mapped_column(SmallInteger)
    user_agent_id: Mapped[int | None] = mapped_column(ForeignKey(UserAgent.id))
    referrer_host: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(45))


class Login(Base):
    """One posted login form; `outcome` is a `gate.Outcome`, `refusal` the reason when it is `refused`."""

    __tablename__ = "shortlinks_logins"
    __table_args__ = (Index(None, "block_id", "outcome"), Index(None, "number"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(BigId)
    block_id: Mapped[int] = mapped_column(ForeignKey(LinkBlock.id))
    position: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(20))
    refusal: Mapped[str] = mapped_column(String(60))


class UseCounter(Base):
    """How often an owner's links were used in one way (`uses.Use`), counted with the clicks and logins themselves."""

    __tablename__ = "shortlinks_use_counters"

    owner: Mapped[str] = mapped_column(String(100), primary_key=True)
    use: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int] = mapped_column(BigId)


class ClickCounter(Base):
    """How many clicks one link of an owner had in an hour (UTC) on a kind of device, people and others apart."""

    __tablename__ = "shortlinks_click_counters"

    owner: Mapped[str] = mapped_column(String(100), primary_key=True)
    link_index: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    device: Mapped[str] = mapped_column(String(10), primary_key=True)
    person: Mapped[bool] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigId)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The moment of the first of them; says nothing where `count` is 0."""


class Spool(Base):
    """How far one spool file is read (in bytes), and what in it was unreadable or lost; kept for ever."""

    __tablename__ = "shortlinks_spools"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int] = mapped_column(BigId)
    broken: Mapped[int] = mapped_column(Integer)
    lost: Mapped[int] = mapped_column(Integer)
