"""Counts the clicks of each owner by link, hour, kind of device, people and others apart, one row for each of these.

So a report reads as many rows with a million clicks as with a hundred. Only `Uses` changes these counters, and it
holds the owners meanwhile, so nobody else does for any of them.
"""

from collections import Counter as Tally
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Update, and_, case, func, select, update
from sqlalchemy.orm import Session

from shortlinks.bots import DeviceKind, Kind
from shortlinks.models import Click, ClickCounter, LinkBlock, UserAgent
from shortlinks.rows import Values, merge

Message = tuple[str, int]
"""(owner, position)"""

HOUR = timedelta(hours=1)


class Opening(NamedTuple):
    """One click as far as it is counted; `at` is UTC."""

    owner: str
    position: int
    link_index: int
    at: datetime
    device: str

    @property
    def message(self) -> Message:
        """Return the message whose link was opened."""
        return self.owner, self.position


class Bucket(NamedTuple):
    """What one counter counts: the columns of its key."""

    owner: str
    link_index: int
    hour: datetime
    device: str
    person: bool


class Buckets:
    """What one batch adds to the counters and takes away; `count` it after its rows are written."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tally: Tally[Bucket] = Tally()
        self._first: dict[Bucket, datetime] = {}
        self._first_gone: dict[Bucket, datetime] = {}

    def add(self, opening: Opening, person: bool) -> None:
        """Note a click."""
        bucket = _bucket(opening, person)
        self._tally[bucket] += 1
        if bucket not in self._first or opening.at < self._first[bucket]:
            self._first[bucket] = opening.at

    def move(self, opening: Opening, person: bool) -> None:
        """Note that a click which was counted already is a person's after all, or is not."""
        self.add(opening, person)
        bucket = _bucket(opening, not person)
        self._tally[bucket] -= 1
        self._first_gone[bucket] = min(opening.at, self._first_gone.get(bucket, opening.at))

    def count(self) -> None:
        """Change the counters by all that was noted."""
        rows = [
            # Where clicks only went, the moment is of no use: `_first_again` tells the right one.
            {
                **bucket._asdict(),
                "count": change,
                "first_at": self._first.get(bucket) or bucket.hour + HOUR,
            }
            for bucket, change in sorted(self._tally.items())
            if change or bucket in self._first or bucket in self._first_gone
        ]
        merge(self._session, ClickCounter, rows, _together)
        for bucket, gone in sorted(self._first_gone.items()):
            self._session.execute(_first_again(bucket, gone))


def _together(old: Values, new: Values) -> dict[str, Any]:
    was_first = (old["count"] > 0) & (old["first_at"] < new["first_at"])
    first = case((was_first, old["first_at"]), else_=new["first_at"])
    return {"count": old["count"] + new["count"], "first_at": first}


def counted_device() -> ColumnElement[str]:
    """Return the kind of device of a click's agent, where `UserAgent` is joined from outside."""
    return func.coalesce(UserAgent.kind, DeviceKind.OTHER.value)


def _bucket(opening: Opening, person: bool) -> Bucket:
    hour = opening.at.replace(minute=0, second=0, microsecond=0)
    return Bucket(opening.owner, opening.link_index, hour, opening.device, person)


def _first_again(bucket: Bucket, gone: datetime) -> Update:
    """Return the statement that finds a counter's first click among the rows, if that has gone from it."""
    this = and_(*(getattr(ClickCounter, name) == value for name, value in bucket._asdict().items()))
    person = Click.kind == Kind.PERSON
    first = (
        select(func.min(Click.at))
        .join(LinkBlock, LinkBlock.id == Click.block_id)
        .outerjoin(UserAgent, UserAgent.id == Click.user_agent_id)
        .where(
            LinkBlock.owner == bucket.owner,
            LinkBlock.link_index == bucket.link_index,
            person if bucket.person else ~person,
            Click.at >= bucket.hour,
            Click.at < bucket.hour + HOUR,
            counted_device() == bucket.device,
        )
    )
    late = ClickCounter.first_at >= gone
    return (
        update(ClickCounter)
        .where(this, late, ClickCounter.count > 0)
        .values(first_at=first.scalar_subquery())
    )
