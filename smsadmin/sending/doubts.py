"""Which messages a provider is asked about, and when: those in doubt, and those whose last receipt never came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal_column, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLColumnExpression

from smsadmin.current import settings
from smsadmin.database import db_now, read
from smsadmin.models import Account, Answered, Asked, Message
from smsadmin.providers import provider
from smsadmin.providers.base import Lookup
from smsadmin.states import RANK, State

SEARCHES = 30
"""A provider that can only be searched is asked for this many settling times (an hour): no find proves nothing."""


@dataclass(frozen=True)
class Doubt:
    """One message that we ask about, its attempt, and the provider's own id, where its answer came."""

    message: Message
    asked: Asked
    provider_id: str | None


def asked_first(name: str, lease: float | None = None) -> SQLColumnExpression[datetime] | None:
    """Return when the provider `name` is first asked about a call without an answer; None: it cannot be asked.

    The call may go on for `lease` seconds, as long as its lease usually, and then be on its way for a while.
    """
    if provider(name).abilities.lookup is None:
        return None
    left = settings().lease if lease is None else lease
    return db_now(left + settings().call_deadline + settings().doubt_settles_after)


def is_due() -> ColumnElement[bool]:
    """Say of a message that it is time to ask about it; index ix_sms_messages_lookup."""
    return and_(
        # Spelled out, so that both databases use the partial index.
        literal_column("sms_messages.rank IN (2, 4)"),
        Message.lookup_at.is_not(None),
        Message.lookup_at <= db_now(),
    )


def due(account: Account, limit: int) -> list[Doubt]:
    """Return the messages to ask about: what nobody knows goes before what is only late, rank 2 before 4."""
    statement = (
        select(Message, Asked, Answered.provider_id)
        .join(Asked, Asked.attempt_id == Message.attempt_id)
        .outerjoin(Answered, Answered.attempt_id == Message.attempt_id)
        .where(Message.account_id == account.id, is_due())
        .order_by(Message.rank, Message.lookup_at)
        .limit(limit)
    )
    return read(lambda session: [Doubt(*row) for row in session.execute(statement)])


def same_attempts(doubts: Sequence[Doubt]) -> ColumnElement[bool]:
    """Say of a message that it is still where it was when it was asked about: no newer attempt, no end yet."""
    return and_(
        Message.id.in_([doubt.message.id for doubt in doubts]),
        Message.attempt_id.in_([doubt.asked.attempt_id for doubt in doubts]),
        Message.rank.in_((RANK[State.UNKNOWN], RANK[State.ACCEPTED])),
    )


def plan(session: Session, doubts: Sequence[Doubt], lookup: Lookup, answered: bool) -> None:
    """Ask again after half as long as the attempt is old, and no more once it is too old.

    `answered`: the provider has told something; a question that failed ends no search.
    """
    # By the database's clock, as the claim wrote it: those of two workers may differ by minutes.
    now = session.scalars(select(db_now())).one()
    pauses: dict[float | None, list[Doubt]] = {}
    for doubt in doubts:
        pause = _pause(doubt, (now - doubt.asked.at).total_seconds(), answered and not lookup.by_reference)
        pauses.setdefault(pause, []).append(doubt)
    for pause, group in sorted(pauses.items(), key=lambda item: item[1][0].message.id):
        later = None if pause is None else db_now(pause)
        # A person may have decided meanwhile that nobody asks about it any more.
        still_asked = Message.lookup_at.is_not(None)
        session.execute(update(Message).where(same_attempts(group), still_asked).values(lookup_at=later))


def _pause(doubt: Doubt, age: float, searched: bool) -> float | None:
    """Return for how many seconds nobody asks about an attempt of this age (in seconds); None: for ever."""
    unknown = doubt.message.state == State.UNKNOWN
    least = settings().doubt_settles_after if unknown else settings().receipts_late_after
    searched = unknown and searched
    longest = SEARCHES * settings().doubt_settles_after if searched else settings().lookup_for
    # Whole parts of the least pause, so that one statement plans many.
    return max(1, age // 2 // least) * least if age < longest else None
