"""The claim's one statement: what waits and may go now becomes `sending`, with its attempt and its lease."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    Update,
    and_,
    bindparam,
    cast,
    func,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from smsadmin.current import settings
from smsadmin.database import among, db_now
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.spending import Allowance, in_units
from smsadmin.sending.waiting import (
    EVENTS,
    MESSAGES,
    account_is_open,
    broadcast_sends,
    events_are_due,
    is_due,
)
from smsadmin.states import RANK, State


@dataclass(frozen=True)
class Source:
    """What is claimed of: the messages of a broadcast, or of events, that wait for an account; `only` these, if any."""

    account_id: int
    broadcast_id: int | None
    only: tuple[int, ...]
    in_currency: bool = False
    """Only those in `currency`, where limits of money are set: the account's may have been changed meanwhile."""
    currency: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        """Return what the parameters of `waits` stand for."""
        named = {"of_account": self.account_id, "of_broadcast": self.broadcast_id}
        return named | {"only": list(self.only), "of_currency": self.currency}

    def waits(self) -> ColumnElement[bool]:
        """Say of a message that it is one of these, and due; the words are the same for every source of its kind."""
        return _waits(self.broadcast_id is EVENTS, bool(self.only), self.in_currency)


def take(
    session: Session, source: Source, limit: int, allowed: Allowance | None, request_id: str
) -> Sequence[Claimed]:
    """Claim up to `limit` messages, within what may be spent on them; return them in the order of their ids."""
    statement = _statement(
        source.broadcast_id is EVENTS, bool(source.only), source.in_currency, allowed is not None
    )
    values = source.values | {"prefix": f"{request_id}-", "most": limit, "lease": settings().lease}
    rows = session.execute(statement, values | ({"left": allowed.left} if allowed else {}))
    return sorted(map(Claimed._make, rows), key=lambda message: message.id)


@cache
def _statement(events: bool, only: bool, in_currency: bool, limited: bool) -> Update:
    """Return the statement for one kind of claim: it is put together, and compiled, once."""
    m = MESSAGES.c
    waiting = (
        select(m.id, m.phone, in_units().label("price"))
        .where(_waits(events, only, in_currency))
        # In the order of ix_sms_messages_open: a NULL is no constant to PostgreSQL, and it would sort them all.
        .order_by(m.broadcast_id, m.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        # A CTE runs once; a subquery in the WHERE may run again and lock more than the limit.
        .cte("waiting")
    )
    goes = [account_is_open(bindparam("of_account", type_=Integer))]
    if not events:
        goes.append(broadcast_sends(bindparam("of_broadcast", type_=Integer)))
    if not events and not only:
        # They come first. What is halved is asked for by name: the loop has looked for them itself.
        goes.append(~events_are_due(bindparam("of_account", type_=Integer)))
    return (
        update(MESSAGES)
        .where(
            m.id.in_(_affordable(waiting) if limited else _one_to_a_phone(waiting)),
            m.state == State.QUEUED.value,
            *goes,
        )
        .values(
            state=State.SENDING.value,
            rank=RANK[State.SENDING],
            attempt_id=bindparam("prefix", type_=String) + cast(m.id, String),
            lease_until=db_now(bindparam("lease")),
            # What was asked about an earlier attempt says nothing about this one.
            lookup_at=None,
            not_found_at=None,
        )
        .returning(*(m[name] for name in Claimed._fields))
    )


def _waits(events: bool, only: bool, in_currency: bool) -> ColumnElement[bool]:
    m = MESSAGES.c
    return and_(
        m.account_id == bindparam("of_account", type_=Integer),
        m.broadcast_id.is_(None) if events else m.broadcast_id == bindparam("of_broadcast", type_=Integer),
        is_due(),
        among(m.id, bindparam("only")) if only else true(),
        m.currency.is_not_distinct_from(bindparam("of_currency", type_=String)) if in_currency else true(),
    )


def _one_to_a_phone(waiting: CTE) -> Select[Any]:
    """A request must not hold a phone twice, and of two notifications to one person the first goes first."""
    return select(func.min(waiting.c.id)).group_by(waiting.c.phone)


def _affordable(waiting: CTE) -> Select[Any]:
    """As many as may still be paid for, in their order; of a broadcast, where no phone stands twice."""
    so_far = select(
        waiting.c.id, func.sum(waiting.c.price).over(order_by=waiting.c.id).label("sum")
    ).subquery()
    return select(so_far.c.id).where(so_far.c.sum <= bindparam("left", type_=BigInteger))
