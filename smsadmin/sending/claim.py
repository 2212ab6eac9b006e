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

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsadmin.accounts import callback_address
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import db_now, write
from smsadmin.models import Account, Asked
from smsadmin.providers.base import Outgoing, Provider
from smsadmin.reasons import Reason
from smsadmin.sending.claim_statement import Source, take
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.last_check import still_wanted
from smsadmin.sending.spending import Allowance, allowance, in_units, limits_are_set, spend, units
from smsadmin.sending.waiting import EVENTS, MESSAGES
from smsadmin.states import State
from smsadmin.statistics.counters import Figure, count
from smsadmin.upsert import insert_rows

BEGINS_WITHIN = 1.5
"""Seconds within which each call of a claim begins, or not at all: a pause holds within two, however slow calls are."""


@dataclass(frozen=True)
class Claim:
    """Messages that belong to this worker until `ends`, on the monotonic clock."""

    request_id: str
    messages: Sequence[Claimed]
    ends: float
    over: Reason | None = None
    """The limit of money that the next waiting message would go over."""
    made: float = field(default_factory=time.monotonic)
    """When the claim began, on the same clock."""

    def may_start(self, deadline: float) -> bool:
        """Say whether a call of at most `deadline` seconds would end within the lease, and is not too late to begin."""
        now = time.monotonic()
        return self.ends - now > deadline and now - self.made < BEGINS_WITHIN


def claim(
    account: Account, provider: Provider, broadcast_id: int | None, limit: int, only: Collection[int] = ()
) -> Claim:
    """Claim up to `limit` waiting messages of a broadcast (or of events), of `only` these where given."""
    request_id = secrets.token_hex(16)
    # Before the statement, so that our clock can only end the lease too early.
    began = time.monotonic()
    ends = began + settings().lease

    def work(session: Session) -> Claim:
        source, allowed = _within_limits(session, Source(account.id, broadcast_id, tuple(only)))
        rows = take(session, source, limit, allowed, request_id)
        tally = _claimed(rows)
        kept = still_wanted(session, rows, tally)
        at = _claimed_at(kept)
        _write_asked(session, provider, account, request_id, kept, at)
        # All at once and late: whoever records meanwhile waits for these few rows.
        count(session, tally)
        spend(session, kept, at)
        over = _is_over(session, source, allowed, kept) if allowed and len(rows) < limit else None
        return Claim(request_id, kept, ends, over, began)

    return write(work)


def _claimed_at(rows: Sequence[Claimed]) -> datetime:
    """Return when they were claimed, by the database's clock: those of two workers may differ by minutes."""
    return rows[0].lease_until - timedelta(seconds=settings().lease) if rows else utc_now()


def _within_limits(session: Session, source: Source) -> tuple[Source, Allowance | None]:
    """Return the part of the source that is claimed now, and what may be spent on it (None: no limit).

    Notifications are never held by a limit.
    """
    if source.broadcast_id is EVENTS or not limits_are_set():
        return source, None
    of_the_first = select(MESSAGES.c.currency).where(source.waits()).order_by(MESSAGES.c.id).limit(1)
    first = session.scalar(of_the_first, source.values)
    source = replace(source, in_currency=True, currency=first)
    now = session.scalars(select(db_now())).one()
    return source, allowance(session, source.broadcast_id or 0, first, now)


def _is_over(session: Session, source: Source, allowed: Allowance, kept: Sequence[Claimed]) -> Reason | None:
    """Return the limit that the next message would go over, None where none waits or it fits."""
    following = select(in_units()).where(source.waits()).order_by(MESSAGES.c.id).limit(1)
    price = session.scalar(following, source.values)
    left = allowed.left - sum(units(message.price) for message in kept)
    return allowed.reason if price is not None and price > left else None


def _claimed(rows: Sequence[Claimed]) -> Tally[Figure]:
    tally: Tally[Figure] = Tally()
    for row in rows:
        if row.broadcast_id is not None:
            tally[row.broadcast_id, State.QUEUED.value, ""] -= 1
            tally[row.broadcast_id, State.SENDING.value, ""] += 1
    return tally


def _write_asked(
    session: Session,
    provider: Provider,
    account: Account,
    request_id: str,
    rows: Sequence[Claimed],
    at: datetime,
) -> None:
    asked = [
        {
            "attempt_id": row.attempt_id,
            "message_id": row.id,
            "reference": provider.reference(request_id, Outgoing(row.attempt_id, row.phone, "")),
            "phone": row.phone,
            "text": row.text,
        }
        for row in rows
    ]
    same = {"account_id": account.id, "request_id": request_id, "at": at}
    insert_rows(session, Asked, asked, same)


def outgoing(provider: Provider, message: Claimed, text: str) -> Outgoing:
    """Return the message as the provider gets it; `text` carries the codes and is kept nowhere."""
    address = ""
    if not provider.abilities.callback_per_account:
        address = callback_address(provider.name, message.attempt_id)
    left = message.not_after - utc_now() if message.not_after else None
    return Outgoing(message.attempt_id, message.phone, text, address, left)
