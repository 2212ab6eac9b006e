"""Compares the counters of clicks by link, hour and kind of device with the clicks, and counts them anew."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, null, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session

from shortlinks.bots import Kind
from shortlinks.buckets import Bucket, counted_device
from shortlinks.columns import UtcDateTime, hour_of
from shortlinks.models import Click, ClickCounter, LinkBlock, UserAgent
from shortlinks.rows import Values, merge


@dataclass(frozen=True)
class BucketDifference:
    """One counter, or the moment of its first click, that is not what its rows are."""

    owner: str
    bucket: Bucket
    counter: int
    rows: int
    first_kept: datetime | None
    first: datetime | None

    def __str__(self) -> str:
        _, link, hour, device, person = self.bucket
        what = f"links of {self.owner}, link {link}, {hour:%Y-%m-%d %H}:00 UTC, {device}"
        who = "people" if person else "others"
        if self.counter != self.rows:
            return f"{what}, {who}: the counter says {self.counter}, the rows are {self.rows}"
        return f"{what}, {who}: the first click is kept as {self.first_kept}, by the rows it is {self.first}"


def bucket_differences(
    session: Session, limit: int | None, *, owners: Collection[str] | None = None
) -> list[BucketDifference]:
    """Return the counters that are not what their rows are, in their order; by one statement."""
    no_moment = type_coerce(null(), UtcDateTime)
    kept = select(
        *_key(ClickCounter),
        ClickCounter.count.label("kept"),
        literal(0).label("rows"),
        ClickCounter.first_at.label("first_kept"),
        no_moment.label("first"),
    )
    rows = _rows()
    if owners is not None:
        kept = kept.where(ClickCounter.owner.in_(owners))
        rows = rows.where(LinkBlock.owner.in_(owners))
    counted = rows.subquery()
    from_rows = select(*counted.c[:5], literal(0), counted.c.rows, no_moment, counted.c.first)
    both = union_all(kept, from_rows).subquery()
    key = both.c[:5]
    counter, number = func.sum(both.c.kept), func.sum(both.c.rows)
    first_kept, first = func.max(both.c.first_kept), func.max(both.c.first)
    differs = or_(counter != number, first_kept != first)
    statement = select(*key, counter, number, first_kept, first).group_by(*key).having(differs).order_by(*key)
    return [
        BucketDifference(bucket[0], Bucket(*bucket), int(kept), int(number), first_kept, first)
        for *bucket, kept, number, first_kept, first in session.execute(statement.limit(limit))
    ]


def mend_buckets(session: Session, owners: Collection[str]) -> None:
    """Make all counters of these owners what their rows are; whoever asks holds the owners."""
    if not owners:
        return
    # Read again: until the owners were held, clicks still came, and with them other first ones.
    found = bucket_differences(session, None, owners=owners)
    rows = [
        {
            **each.bucket._asdict(),
            "count": each.rows,
            "first_at": each.first or each.first_kept,
        }
        for each in found
    ]
    merge(session, ClickCounter, rows, _new_ones)


def _new_ones(_: Values, new: Values) -> dict[str, Any]:
    return {"count": new["count"], "first_at": new["first_at"]}


def _rows() -> Select[*tuple[Any, ...]]:
    """Count the clicks themselves by the same key."""
    person = (Click.kind == Kind.PERSON).label("person")
    key: tuple[Any, ...] = (
        *(LinkBlock.owner, LinkBlock.link_index, hour_of(Click.at).label("hour")),
        *(counted_device().label("device"), person),
    )
    return (
        select(*key, func.count().label("rows"), func.min(Click.at).label("first"))
        .join(LinkBlock, LinkBlock.id == Click.block_id)
        .outerjoin(UserAgent, UserAgent.id == Click.user_agent_id)
        .group_by(*key)
    )


def _key(of: type[ClickCounter]) -> tuple[Any, ...]:
    return of.owner, of.link_index, of.hour, of.device, of.person
