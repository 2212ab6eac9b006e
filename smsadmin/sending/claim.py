"""Claim messages: one statement, committed at once, gives them to this worker until the lease ends.

In the same transaction stand the ledger's "asked", the money that it takes, and the last check against the host. A
claim is one HTTP request of a provider that takes several messages, or a few messages of one request each.
"""

import secrets
import time
from collections import Counter as Tally
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from smsadmin.accounts import callback_address
from smsadmin.clock import utc_now
from smsadmin.current import host, settings
from smsadmin.database import db_now, write
from smsadmin.models import Account, Asked, Message
from smsadmin.providers.base import Outgoing, Provider
from smsadmin.reasons import Reason
from smsadmin.sending.moves import Target, move
from smsadmin.sending.spending import Allowance, allowance, in_units, limits_are_set, spend, units
from smsadmin.sending.waiting import EVENTS, account_is_open, broadcast_sends, is_due
from smsadmin.states import RANK, State
from smsadmin.statistics.counters import count
from smsadmin.suppression import suppressed_among
from smsadmin.text.phones import to_e164
from smsadmin.upsert import insert_rows

BEGINS_WITHIN = 1.5
"""Seconds within which each call of a claim begins, or not at all: a pause holds within two, however slow calls are."""


@dataclass(frozen=True)
class Claim:
    """Messages that belong to this worker until `ends`, on the monotonic clock."""

    request_id: str
    messages: Sequence[Message]
    ends: float
    over: Reason | None = None
    """The limit of money that the next waiting message would go over."""
    made: float = field(default_factory=time.monotonic)

    def may_start(self, deadline: float) -> bool:
        """Say whether a call of at most `deadline` seconds would end within the lease, and is not too late to begin."""
        now = time.monotonic()
        return self.ends - now > deadline and now - self.made < BEGINS_WITHIN


@dataclass(frozen=True)
class Source:
    """What is claimed of: the messages of a broadcast, or of events, that wait for an account; `only` these, if any."""

    account_id: int
    broadcast_id: int | None
    only: tuple[int, ...]
    currency: ColumnElement[bool] = field(default_factory=true)
    """Those in one currency, where limits of money are set: the account's may have been changed meanwhile."""


def claim(
    account: Account, provider: Provider, broadcast_id: int | None, limit: int, only: Collection[int] = ()
) -> Claim:
    """Claim up to `limit` waiting messages of a broadcast (or of events), of `only` these where given."""
    request_id = secrets.token_hex(16)
    # Before the statement, so that our clock can only end the lease too early.
    ends = time.monotonic() + settings().lease

    def take(session: Session) -> Claim:
        source, allowed = _within_limits(session, Source(account.id, broadcast_id, tuple(only)))
        rows = _take(session, source, limit, allowed, request_id)
        _count_claimed(session, rows)
        kept = _still_wanted(session, rows)
        at = _claimed_at(kept)
        _write_asked(session, provider, account, request_id, kept, at)
        spend(session, kept, at)
        over = _is_over(session, source, allowed, kept) if allowed and len(rows) < limit else None
        return Claim(request_id, kept, ends, over)

    return write(take)


def _waiting(source: Source) -> ColumnElement[bool]:
    return and_(
        Message.account_id == source.account_id,
        Message.broadcast_id == source.broadcast_id,
        is_due(),
        Message.id.in_(source.only) if source.only else literal(True),
        source.currency,
    )


def _claimed_at(rows: Sequence[Message]) -> datetime:
    """Return when they were claimed, by the database's clock: those of two workers may differ by minutes."""
    lease_until = rows[0].lease_until if rows else None
    return lease_until - timedelta(seconds=settings().lease) if lease_until else utc_now()


def _within_limits(session: Session, source: Source) -> tuple[Source, Allowance | None]:
    """Return the part of the source that is claimed now, and what may be spent on it (None: no limit).

    Notifications are never held by a limit.
    """
    if source.broadcast_id is EVENTS or not limits_are_set():
        return source, None
    first = session.scalar(select(Message.currency).where(_waiting(source)).order_by(Message.id).limit(1))
    source = replace(source, currency=Message.currency.is_not_distinct_from(first))
    now = session.scalars(select(db_now())).one()
    return source, allowance(session, source.broadcast_id or 0, first, now)


def _is_over(session: Session, source: Source, allowed: Allowance, kept: Sequence[Message]) -> Reason | None:
    """Return the limit that the next message would go over, None where none waits or it fits."""
    following = select(in_units()).where(_waiting(source)).order_by(Message.id).limit(1)
    price = session.scalar(following)
    left = allowed.left - sum(units(message.price) for message in kept)
    return allowed.reason if price is not None and price > left else None


def _take(
    session: Session, source: Source, limit: int, allowed: Allowance | None, request_id: str
) -> list[Message]:
    waiting = (
        select(Message.id, Message.phone, in_units().label("price"))
        .where(_waiting(source))
        # In the order of ix_sms_messages_open: a NULL is no constant to PostgreSQL, and it would sort them all.
        .order_by(Message.broadcast_id, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        # A CTE runs once; a subquery in the WHERE may run again and lock more than `limit`.
        .cte("waiting")
    )
    chosen = _affordable(waiting, allowed.left) if allowed else _one_to_a_phone(waiting)
    goes = [account_is_open(source.account_id)]
    if source.broadcast_id is not EVENTS:
        goes.append(broadcast_sends(source.broadcast_id))
    statement = (
        update(Message)
        .where(
            Message.id.in_(chosen),
            Message.state == State.QUEUED,
            *goes,
        )
        .values(
            state=State.SENDING,
            rank=RANK[State.SENDING],
            attempt_id=literal(f"{request_id}-") + cast(Message.id, String),
            lease_until=db_now(settings().lease),
            # What was asked about an earlier attempt says nothing about this one.
            lookup_at=None,
            not_found_at=None,
        )
        .returning(Message)
    )
    rows = session.scalars(statement, execution_options={"synchronize_session": False}).all()
    return sorted(rows, key=lambda message: message.id)


def _one_to_a_phone(waiting: CTE) -> Select[Any]:
    """A request must not hold a phone twice, and of two notifications to one person the first goes first."""
    return select(func.min(waiting.c.id)).group_by(waiting.c.phone)


def _affordable(waiting: CTE, left: int) -> Select[Any]:
    """As many as may still be paid for, in their order; of a broadcast, where no phone stands twice."""
    so_far = select(
        waiting.c.id, func.sum(waiting.c.price).over(order_by=waiting.c.id).label("sum")
    ).subquery()
    return select(so_far.c.id).where(so_far.c.sum <= left)


def _count_claimed(session: Session, rows: Sequence[Message]) -> None:
    tally: Tally[tuple[int, str, str]] = Tally()
    for row in rows:
        if row.broadcast_id is not None:
            tally[row.broadcast_id, State.QUEUED.value, ""] -= 1
            tally[row.broadcast_id, State.SENDING.value, ""] += 1
    count(session, tally)


def _still_wanted(session: Session, rows: Sequence[Message]) -> list[Message]:
    """Cancel what the customer must not get any more; check once more whose links may sign in."""
    if not rows:
        return []
    keys = {row.customer_key for row in rows}
    customers = host().customers.get_many(keys)
    suppressed = suppressed_among(keys, {row.phone for row in rows})
    staff_phones = frozenset(host().staff.phones())
    # Only keys that the host knows: a test SMS to oneself has one of ours.
    staff = host().staff.staff_among(customers)
    unwanted: dict[Reason, list[int]] = {}
    for row in rows:
        customer = customers.get(row.customer_key)
        if customer is None:
            unwanted.setdefault(Reason.CUSTOMER_GONE, []).append(row.id)
        elif reason := suppressed.reason(row.customer_key, row.phone):
            unwanted.setdefault(reason, []).append(row.id)
        elif to_e164(customer.phone or "", settings().region) != row.phone:
            unwanted.setdefault(Reason.PHONE_CHANGED, []).append(row.id)
        elif row.signs_in and (
            row.phone in staff_phones or row.customer_key in staff or not customer.verified
        ):
            row.signs_in = False
    gone = set()
    for reason, ids in unwanted.items():
        gone |= move(session, ids, State.SENDING, Target(State.CANCELLED, reason), settled_at=utc_now())
    return [row for row in rows if row.id not in gone]


def _write_asked(
    session: Session,
    provider: Provider,
    account: Account,
    request_id: str,
    rows: Sequence[Message],
    at: datetime,
) -> None:
    asked = [
        {
            "attempt_id": row.attempt_id,
            "message_id": row.id,
            "account_id": account.id,
            "request_id": request_id,
            "reference": provider.reference(request_id, outgoing(provider, row, "")),
            "phone": row.phone,
            "text": row.text,
            "at": at,
        }
        for row in rows
    ]
    insert_rows(session, Asked, asked)


def outgoing(provider: Provider, message: Message, text: str) -> Outgoing:
    """Return the message as the provider gets it; `text` carries the codes and is kept nowhere."""
    attempt_id = message.attempt_id or ""
    address = "" if provider.abilities.callback_per_account else callback_address(provider.name, attempt_id)
    left = message.not_after - utc_now() if message.not_after else None
    return Outgoing(attempt_id, message.phone, text, address, left)
