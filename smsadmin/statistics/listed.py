"""What a formed list takes, in parts and money: added up once, when the list is complete, and kept with its broadcast.

From then on nothing of it changes until a person has looked at it, so the page need not add up a million SMS again.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from smsadmin.database import read
from smsadmin.models import Broadcast, Message
from smsadmin.reasons import Reason
from smsadmin.sending.spending import UNIT, in_units
from smsadmin.states import BroadcastState

NO_LIST: dict[str, Any] = {
    "list_parts": None,
    "list_price": None,
    "list_currency": None,
    "list_signing_in": None,
}
"""The columns of a broadcast that has no complete list."""

SUMS = (
    func.coalesce(func.sum(Message.parts), 0),
    func.count(Message.id),
    func.count(Message.price),
    func.sum(in_units()),
    func.min(Message.currency),
    func.max(Message.currency),
    func.count().filter(Message.signs_in),
)
"""Added up over the recipients of a list; money in whole units, which both databases add up exactly."""


@dataclass(frozen=True)
class Cost:
    """What a formed list will take: parts, and money where the price of each SMS is known and in one currency."""

    parts: int
    price: Decimal | None
    currency: str | None
    signing_in: int
    """Recipients whose links sign them in."""


@dataclass(frozen=True)
class ListDifference:
    """One field of the `Cost` that is kept of a list is not what its rows are; None: unknown."""

    broadcast_id: int
    field: str
    kept: int | str | Decimal | None
    rows: int | str | Decimal | None

    def __str__(self) -> str:
        what = f"broadcast {self.broadcast_id}, {self.field} of its list"
        return f"{what}: {self.kept} is kept, the rows are {self.rows}"


def cost(broadcast: Broadcast) -> Cost:
    """Return what a broadcast's list takes; added up anew only where nothing is kept of it."""
    return _kept(broadcast) or read(lambda session: _added_up(session, broadcast.id))


def _kept(broadcast: Broadcast) -> Cost | None:
    parts, signing_in = broadcast.list_parts, broadcast.list_signing_in
    if parts is None or signing_in is None:
        return None
    return Cost(parts, broadcast.list_price, broadcast.list_currency, signing_in)


def _added_up(session: Session, broadcast_id: int) -> Cost:
    found = session.execute(select(*SUMS).where(Message.broadcast_id == broadcast_id, ~Message.left_out))
    return _cost(*found.one())


def keep_cost(session: Session, broadcast_id: int) -> Cost:
    """Add up a list that is complete, and keep it; whoever asks for it holds the broadcast in this transaction."""
    added_up = _added_up(session, broadcast_id)
    session.execute(update(Broadcast).where(Broadcast.id == broadcast_id).values(_columns(added_up)))
    return added_up


def list_differences(session: Session, limit: int) -> list[ListDifference]:
    """Return what is kept of lists and is not what their rows are, at most `limit` of it; by one statement."""
    recipients = and_(Message.broadcast_id == Broadcast.id, ~Message.left_out)
    statement = (
        select(Broadcast, *SUMS).outerjoin(Message, recipients).where(is_shown()).group_by(Broadcast.id)
    )
    found: list[ListDifference] = []
    for row in session.execute(statement.order_by(Broadcast.id)):
        if (cost_kept := _kept(row[0])) is None:
            continue
        kept, rows = asdict(cost_kept), asdict(_cost(*row[1:]))
        found += [
            ListDifference(row[0].id, name, kept[name], rows[name])
            for name in kept
            if kept[name] != rows[name]
        ]
    return found[:limit]


def mend_lists(session: Session, limit: int) -> int:
    """Add the lists up anew of which something differs, at most `limit` differences; return how many those were."""
    found = list_differences(session, limit)
    for broadcast_id in sorted({each.broadcast_id for each in found}):
        still = select(Broadcast.id).where(Broadcast.id == broadcast_id, is_shown())
        if session.scalar(still.with_for_update()) is not None:
            keep_cost(session, broadcast_id)
    return len(found)


def is_shown() -> ColumnElement[bool]:
    """Say of a broadcast that its page shows what the list takes: a person is to decide about it."""
    grew = and_(Broadcast.state == BroadcastState.PAUSED, Broadcast.pause_reason == Reason.GREW)
    return or_(Broadcast.state == BroadcastState.READY, grew)


def _cost(  # noqa: PLR0913, PLR0917 - the columns of `SUMS`
    parts: int,
    recipients: int,
    priced: int,
    units: int | None,
    currency: str | None,
    other_currency: str | None,
    signing_in: int,
) -> Cost:
    one_currency = currency if currency == other_currency else None
    known = units is not None and priced == recipients and one_currency is not None
    return Cost(int(parts), Decimal(int(units or 0)) / UNIT if known else None, one_currency, signing_in)


def _columns(of: Cost) -> dict[str, Any]:
    return {
        "list_parts": of.parts,
        "list_price": of.price,
        "list_currency": of.currency,
        "list_signing_in": of.signing_in,
    }
