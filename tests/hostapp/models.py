"""The second host's tables: clients by UUID with the phone as they typed it, employees with a level."""

from datetime import datetime
from uuid import UUID, uuid4

from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """This host's tables."""


db = SQLAlchemy(model_class=Base)


class Client(UserMixin, Base):
    """A customer; `mobile_ok_at` is when he proved that the phone is his; times are UTC without a zone."""

    __tablename__ = "client"

    uid: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    full_name: Mapped[str | None] = mapped_column(String(100))
    mobile: Mapped[str | None] = mapped_column(String(40))
    mobile_ok_at: Mapped[datetime | None]
    joined: Mapped[datetime | None] = mapped_column(server_default=func.now())
    language: Mapped[str | None] = mapped_column(String(5))
    points: Mapped[int] = mapped_column(default=0)
    barred: Mapped[bool] = mapped_column(default=False)

    def get_id(self) -> str:
        """Return what the session keeps."""
        return f"client/{self.uid}"


class Employee(UserMixin, Base):
    """Who works here; `level` is this host's own word for a role."""

    __tablename__ = "employee"

    id: Mapped[int] = mapped_column(primary_key=True)
    nick: Mapped[str] = mapped_column(String(40), unique=True)
    level: Mapped[str] = mapped_column(String(20))
    tel: Mapped[str | None] = mapped_column(String(40))

    def get_id(self) -> str:
        """Return what the session keeps."""
        return f"employee/{self.id}"


def create_tables(engine: Engine) -> None:
    """Create this host's tables where they are missing."""
    Base.metadata.create_all(engine)
