"""Claim messages: one statement, committed at once, gives them to this worker until the lease ends.

In the same transaction stand the ledger's "asked" and the last check against the host. A claim is one HTTP
request of a provider that takes several messages, or a few messages of one request each.
"""

import secrets
import time
from collections import Counter as Tally
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import String, cast, func, insert, literal, select, update
from sqlalchemy.orm import Session

from smsadmin.accounts import callback_address
from smsadmin.clock import utc_now
from smsadmin.current import host, settings
from smsadmin.database import db_now, write
from smsadmin.models import Account, Asked, Message
from smsadmin.providers.base import Outgoing, Provider
from smsadmin.reasons import Reason
from smsadmin.sending.moves import Target, move
from smsadmin.sending.waiting import EVENTS, account_is_open, broadcast_sends, is_due
from smsadmin.states import RANK, State
from smsadmin.statistics.counters import count
from smsadmin.suppression import suppressed_among
from smsadmin.text.phones import to_e164


@dataclass(frozen=True)
class Claim:
    """Messages that belong to this worker until `ends`, on the monotonic clock."""

    request_id: str
    messages: Sequence[Message]
    ends: float

    def may_start(self, deadline: float) -> bool:
        """Say whether a call of at most `deadline` seconds would end within the lease."""
        return self.ends - time.monotonic() > deadline


def claim(
    account: Account, provider: Provider, broadcast_id: int | None, limit: int, only: Collection[int] = ()
) -> Claim:
    """Claim up to `limit` waiting messages of a broadcast (or of events), of `only` these where given."""
    request_id = secrets.token_hex(16)
    # Before the statement, so that our clock can only end the lease too early.
    ends = time.monotonic() + settings().lease

    def take(session: Session) -> list[Message]:
        rows = _take(session, account, broadcast_id, limit, only, request_id)
        _count_claimed(session, rows)
        kept = _still_wanted(session, rows)
        _write_asked(session, provider, account, request_id, kept)
        return kept

    return Claim(request_id, write(take), ends)


def _take(
    session: Session,
    account: Account,
    broadcast_id: int | None,
    limit: int,
    only: Collection[int],
    request_id: str,
) -> list[Message]:
    waiting = (
        select(Message.id, Message.phone)
        .where(
            Message.account_id == account.id,
            Message.broadcast_id == broadcast_id,
            is_due(),
            Message.id.in_(only) if only else literal(True),
        )
        # In the order of ix_sms_messages_open: a NULL is no constant to PostgreSQL, and it would sort them all.
        .order_by(Message.broadcast_id, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        # A CTE runs once; a subquery in the WHERE may run again and lock more than `limit`.
        .cte("waiting")
    )
    # A request must not hold a phone twice, and of two notifications to one person the first goes first.
    one_to_a_phone = select(func.min(waiting.c.id)).group_by(waiting.c.phone)
    allowed = [account_is_open(account.id)]
    if broadcast_id is not EVENTS:
        allowed.append(broadcast_sends(broadcast_id))
    statement = (
        update(Message)
        .where(
            Message.id.in_(one_to_a_phone),
            Message.state == State.QUEUED,
            *allowed,
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
    session: Session, provider: Provider, account: Account, request_id: str, rows: Sequence[Message]
) -> None:
    now = utc_now()
    asked = [
        {
            "attempt_id": row.attempt_id,
            "message_id": row.id,
            "account_id": account.id,
            "request_id": request_id,
            "reference": provider.reference(request_id, outgoing(provider, row, "")),
            "phone": row.phone,
            "text": row.text,
            "at": now,
        }
        for row in rows
    ]
    if asked:
        session.execute(insert(Asked), asked)


def outgoing(provider: Provider, message: Message, text: str) -> Outgoing:
    """Return the message as the provider gets it; `text` carries the codes and is kept nowhere."""
    attempt_id = message.attempt_id or ""
    address = "" if provider.abilities.callback_per_account else callback_address(provider.name, attempt_id)
    left = message.not_after - utc_now() if message.not_after else None
    return Outgoing(attempt_id, message.phone, text, address, left)
