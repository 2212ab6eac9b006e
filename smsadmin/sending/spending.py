"""What is spent, by broadcast and day, and how much of the limits of money is left.

An SMS is paid for when it is claimed, by its estimated price, in the claim's own transaction. What was not taken is
given back when that is certain; a price that the provider tells takes the estimate's place. So at every moment the
sum is at least what was spent, and a claim that keeps to it never goes over a limit.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, cast, func, or_, select
from sqlalchemy.orm import Session

from smsadmin.current import settings
from smsadmin.database import among, table
from smsadmin.models import Asked, Message, Spending
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.upsert import add_up

UNIT = 10_000
"""Amounts are whole ten-thousandths of the currency: prices have four places, and SQLite has no decimals."""

OF_EVENTS = 0
"""In the place of a broadcast's id: notifications and test SMS."""

Entry = tuple[str, str, int]
"""(day, currency, broadcast id or `OF_EVENTS`)"""


@dataclass(frozen=True)
class Allowance:
    """How much may still be spent in a currency, in ten-thousandths, and which limit it is that ends it."""

    currency: str
    left: int
    reason: Reason


class Priced(Protocol):
    """A message as far as its money goes."""

    @property
    def broadcast_id(self) -> int | None: ...  # noqa: D102

    @property
    def price(self) -> Decimal | None: ...  # noqa: D102

    @property
    def currency(self) -> str | None: ...  # noqa: D102

    @property
    def attempt_id(self) -> str | None: ...  # noqa: D102


@lru_cache(maxsize=1024)
def units(amount: Decimal | None) -> int:
    """Return an amount in ten-thousandths; 0 where it is unknown."""
    # Of thousands of messages, which have the same few prices.
    return 0 if amount is None else int((amount * UNIT).to_integral_value(ROUND_UP))


def in_units() -> ColumnElement[int]:
    """Return the estimated price of a message in ten-thousandths, for SQL."""
    return cast(func.round(func.coalesce(table(Message).c.price, 0) * UNIT), BigInteger)


def day_of(moment: datetime) -> str:
    """Return the date of a moment in the shop's zone, ISO 8601."""
    return _day(moment, settings().timezone)


@lru_cache(maxsize=64)
def _day(moment: datetime, zone: str) -> str:
    # The messages of a claim have one moment.
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()


def limits_are_set() -> bool:
    """Say whether any limit of money is set."""
    return bool(settings().broadcast_limits or settings().day_limits)


def limits_of(currency: str) -> dict[Reason, int]:
    """Return the limits of money in a currency, in ten-thousandths: of one broadcast, and of one day."""
    of = {Reason.BROADCAST_LIMIT: settings().broadcast_limits, Reason.DAY_LIMIT: settings().day_limits}
    return {reason: int(limits[currency] * UNIT) for reason, limits in of.items() if currency in limits}


def allowance(session: Session, broadcast_id: int, currency: str | None, now: datetime) -> Allowance | None:
    """Return what this broadcast may still spend; None: no limit. Until the transaction ends nobody else claims.

    Every claim in a currency with a limit writes the same row first (the notifications' of the day), so that of two
    claims at once the second one sees what the first one took, under any isolation.
    """
    limits = limits_of(currency) if currency else {}
    if not currency or not limits:
        return None
    day = day_of(now)
    _add(session, Tally({(day, currency, OF_EVENTS): 0}))
    spent = session.execute(
        select(
            func.coalesce(func.sum(Spending.amount).filter(Spending.broadcast_id == broadcast_id), 0),
            func.coalesce(func.sum(Spending.amount).filter(Spending.day == day), 0),
        ).where(
            Spending.currency == currency, or_(Spending.day == day, Spending.broadcast_id == broadcast_id)
        )
    ).one()
    of_limits = dict(zip((Reason.BROADCAST_LIMIT, Reason.DAY_LIMIT), spent, strict=True))
    left = {reason: limit - int(of_limits[reason]) for reason, limit in limits.items()}
    reason = min(left, key=lambda each: left[each])
    return Allowance(currency, left[reason], reason)


def spend(session: Session, messages: Iterable[Priced], now: datetime) -> None:
    """Note the estimated price of messages that are being handed over."""
    _add(session, _tally((message, now, units(message.price)) for message in messages))


def give_back(session: Session, messages: Iterable[tuple[Priced, datetime]]) -> None:
    """Note that messages, each with the moment of its attempt, were not taken after all, and so cost nothing."""
    _add(session, _tally((message, at, -units(message.price)) for message, at in messages))


def correct(session: Session, pairs: Sequence[tuple[Priced, Answer]]) -> None:
    """Put what the provider's answers say these attempts cost in the place of their estimates."""
    changes = {message.attempt_id: (message, _correction(message, answer)) for message, answer in pairs}
    changes = {attempt: (message, change) for attempt, (message, change) in changes.items() if change}
    if not changes:
        return
    # On the day on which it was spent, which may be yesterday.
    when = session.execute(select(Asked.attempt_id, Asked.at).where(among(Asked.attempt_id, changes)))
    _add(session, _tally((changes[attempt][0], at, changes[attempt][1]) for attempt, at in when))


def _correction(message: Priced, answer: Answer) -> int:
    """Return by how much, in ten-thousandths, an SMS costs more than its estimate, now that it was answered."""
    estimate = units(message.price)
    told = answer.price is not None and answer.currency in (None, message.currency)
    if told and answer.outcome in (Outcome.ACCEPTED, Outcome.REJECTED):
        return max(0, units(answer.price)) - estimate
    # What nobody knows counts as taken; what the provider says it did not take is not billed.
    return 0 if answer.outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN) else -estimate


def _tally(changes: Iterable[tuple[Priced, datetime, int]]) -> Tally[Entry]:
    tally: Tally[Entry] = Tally()
    zone = settings().timezone
    for message, at, change in changes:
        if change and message.currency:
            tally[_day(at, zone), message.currency, message.broadcast_id or OF_EVENTS] += change
    return tally


def _add(session: Session, changes: Tally[Entry]) -> None:
    """Add to the rows in key order, so that two transactions never wait for each other."""
    rows = [
        {"day": day, "currency": currency, "broadcast_id": broadcast_id, "amount": change}
        for (day, currency, broadcast_id), change in sorted(changes.items())
    ]
    add_up(session, Spending, rows, "amount")
