"""What a report shows of an owner's clicks beside their number: by link, hour and kind of device, and the first one."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shortlinks.bots import DeviceKind
from shortlinks.models import ClickCounter
from shortlinks.shortener import current_shortener

T = TypeVar("T")


@dataclass(frozen=True)
class Clicked:
    """How many clicks were people's, and how many were not."""

    people: int = 0
    others: int = 0


@dataclass(frozen=True)
class ClickDetails:
    """How an owner's links were clicked; `first_at` is people's first click. All times are UTC."""

    by_link: dict[int, Clicked] = field(default_factory=dict)
    by_hour: dict[datetime, Clicked] = field(default_factory=dict)
    by_device: dict[DeviceKind, Clicked] = field(default_factory=dict)
    first_at: datetime | None = None


def click_details(owner: str) -> ClickDetails:
    """Return the details of an owner's clicks, from their counters; each in its order, without what has none."""
    mine = (ClickCounter.owner == owner, ClickCounter.count > 0)
    first = select(func.min(ClickCounter.first_at)).where(*mine, ClickCounter.person)
    with Session(current_shortener().engine) as session:
        devices = _by(session, ClickCounter.device, *mine)
        return ClickDetails(
            by_link=_by(session, ClickCounter.link_index, *mine),
            by_hour=_by(session, ClickCounter.hour, *mine),
            by_device={DeviceKind(device): clicked for device, clicked in devices.items()},
            first_at=session.scalar(first),
        )


def _by(session: Session, what: InstrumentedAttribute[T], *mine: ColumnElement[bool]) -> dict[T, Clicked]:
    people = func.coalesce(func.sum(ClickCounter.count).filter(ClickCounter.person), 0)
    others = func.coalesce(func.sum(ClickCounter.count).filter(~ClickCounter.person), 0)
    query = select(what, people, others).where(*mine).group_by(what).order_by(what)
    return {value: Clicked(int(one), int(other)) for value, one, other in session.execute(query)}
