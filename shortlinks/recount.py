"""Compares the counters of how links are used with the rows that they count, in one snapshot, and mends them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, distinct, func, literal, select, union_all
from sqlalchemy.orm import Session

from shortlinks.bots import Kind
from shortlinks.models import Click, LinkBlock, Login, UseCounter
from shortlinks.recount_buckets import BucketDifference, bucket_differences, mend_buckets
from shortlinks.report import Figures
from shortlinks.rows import add_up
from shortlinks.uses import OF_OUTCOMES, Use, lock_owners


@dataclass(frozen=True)
class UseDifference:
    """One counter that is not what its rows are."""

    owner: str
    use: str
    counter: int
    rows: int

    def __str__(self) -> str:
        return f"links of {self.owner}, {self.use}: the counter says {self.counter}, the rows are {self.rows}"


def differences(session: Session, limit: int) -> list[UseDifference | BucketDifference]:
    """Return the counters that are not what their rows are, in their order, at most `limit` of each table."""
    return [*_use_differences(session, limit), *bucket_differences(session, limit)]


def _use_differences(session: Session, limit: int) -> list[UseDifference]:
    counters = select(
        UseCounter.owner,
        UseCounter.use,
        UseCounter.count.label("counter"),
        (UseCounter.count * 0).label("rows"),
    )
    rows = (select(*each.c[:2], each.c.rows * 0, each.c.rows) for each in map(Select.subquery, _counted()))
    both = union_all(counters, *rows).subquery()
    key = (both.c.owner, both.c.use)
    counter, counted = func.sum(both.c.counter), func.sum(both.c.rows)
    statement = select(*key, counter, counted).group_by(*key).having(counter != counted).order_by(*key)
    return [
        UseDifference(owner, use, int(kept), int(real))
        for owner, use, kept, real in session.execute(statement.limit(limit))
    ]


def mend(session: Session, limit: int) -> int:
    """Add to at most `limit` counters of each table what they lack; return how many. Two must not mend at once.

    A difference stays the same while clicks come, because they come in rows and counters together.
    """
    found, buckets = _use_differences(session, limit), bucket_differences(session, limit)
    # First what a flusher locks first.
    lock_owners(session, {each.owner for each in found} | {each.owner for each in buckets})
    rows = [{"owner": each.owner, "use": each.use, "count": each.rows - each.counter} for each in found]
    add_up(session, UseCounter, rows, "count")
    mend_buckets(session, {each.owner for each in buckets})
    return len(found) + len(buckets)


def counted(session: Session, owners: Sequence[str]) -> dict[str, Figures]:
    """Return the figures of these owners from the rows themselves: what the counters must equal."""
    found: dict[str, dict[str, int]] = {owner: {} for owner in owners}
    for statement in _counted(LinkBlock.owner.in_(owners)):
        for owner, use, number in session.execute(statement):
            found[owner][use] = number
    return {owner: Figures(**numbers) for owner, numbers in found.items()}


def _counted(*conditions: ColumnElement[bool]) -> list[Select[str, str, int]]:
    """Count each use by owner; indexes (block_id, kind, position) and (block_id, outcome) hold all that is read."""
    person = Click.kind == Kind.PERSON
    return [
        _by_owner(Use.CLICKS, func.count(), Click, person, *conditions),
        _by_owner(Use.UNIQUE, func.count(distinct(Click.position)), Click, person, *conditions),
        _by_owner(Use.BOT_CLICKS, func.count(), Click, ~person, *conditions),
        *(
            _by_owner(use, func.count(), Login, Login.outcome == outcome, *conditions)
            for outcome, use in OF_OUTCOMES.items()
        ),
    ]


def _by_owner(
    use: Use, number: ColumnElement[int], of: type[Click | Login], *conditions: ColumnElement[bool]
) -> Select[str, str, int]:
    return (
        select(LinkBlock.owner, literal(use.value).label("use"), number.label("rows"))
        .join(of, of.block_id == LinkBlock.id)
        .where(*conditions)
        .group_by(LinkBlock.owner)
    )
