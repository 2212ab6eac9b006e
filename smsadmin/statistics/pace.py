"""When a broadcast will have left: from the real rate of the last one or two windows, and from who shares it.

An account's broadcasts get the same number of messages in turn. So what goes before the last message of one is, of
each of them, at most as much as it has left itself: all that, over the rate of the account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsadmin.current import settings
from smsadmin.database import db_now, read
from smsadmin.models import Account, Broadcast, Counter
from smsadmin.sending.rate import rate_of
from smsadmin.states import SENDS, BroadcastState, State
from smsadmin.statistics.pace_marks import Marks, Rest, gone_of, rest_of
from smsadmin.statistics.report import Report

STALE_AFTER = 3
"""Windows without a new mark, after which no worker lives that would tell how it goes."""

FIRST = 6
"""A sixth of a window has to pass before anything is told."""


@dataclass(frozen=True)
class Sharer:
    """A broadcast that sends through the account, or did a moment ago (then nothing of it is `left` to go)."""

    marks: Marks
    gone: int
    left: int
    sends: bool


def forecast(broadcast: Broadcast, report: Report) -> datetime | None:
    """Return when the last SMS of the broadcast will have left (UTC); None: it does not send, or nobody can tell."""
    if broadcast.state != BroadcastState.SENDING or not report.open:
        return None
    now, account, sharers = read(lambda session: _sharers(session, broadcast))
    window = timedelta(seconds=settings().sweep_every)
    rest = rest_of(account, now)
    rate = measured(now, Marks.of(broadcast), sharers, rest, window)
    if rate is None:
        return None
    # What was saved up while nothing was sent leaves at once, and soon is forgotten.
    rate = min(rate, rate_of(account.provider))
    begins = rest.until if rest and rest.until else now
    return begins + timedelta(seconds=sum(min(one.left, report.open) for one in sharers) / rate)


def measured(
    now: datetime, mine: Marks, sharers: Sequence[Sharer], rest: Rest | None, window: timedelta
) -> float | None:
    """Return how many messages a second leave through the account for broadcasts; None: unknown, or none; pure.

    `mine` are the marks of the broadcast that is asked about, one of the sharers.

    Of several stretches of time the one in which most left tells it: what is missing in another, since somebody
    began, ended or stood still meanwhile, only makes it look slower.
    """
    kept = [mark for one in sharers if one.sends for mark in (one.marks.since, one.marks.then) if mark]
    if not kept or now - max(kept) > STALE_AFTER * window:
        return None
    # The very first moments tell nothing: a claim is a second's messages at once.
    least = window / FIRST
    if mine.since is None or (rest is None and now - mine.since < least):
        return None
    end = now
    if rest is not None:
        rounds = [one.marks.then for one in sharers if one.marks.then]
        if rest.until is None or not rounds:
            return None
        end = max(rounds)
    marks = sorted({mark for one in sharers for mark in (one.marks.since, one.marks.then) if mark})
    begins = [mark for mark in marks if end - mark >= least]
    rates = [_rate(begin, end, sharers, resting=rest is not None) for begin in begins]
    return max(rates, default=0.0) or None


def _rate(begin: datetime, end: datetime, sharers: Sequence[Sharer], resting: bool) -> float:
    sent = sum(_sent_since(begin, one, at_then=resting) for one in sharers)
    seconds = (end - begin).total_seconds()
    return sent / seconds if seconds > 0 else 0.0


def _sent_since(begin: datetime, sharer: Sharer, at_then: bool) -> int:
    """Return how many of a broadcast have gone since its first mark that is not before `begin`."""
    marks = sharer.marks
    if at_then and marks.then is None:
        return 0
    gone = marks.then_gone if at_then else sharer.gone
    if marks.since is not None and marks.since >= begin:
        return gone - marks.since_gone
    if marks.then is not None and marks.then >= begin:
        return gone - marks.then_gone
    return 0


def _sharers(session: Session, broadcast: Broadcast) -> tuple[datetime, Account, list[Sharer]]:
    """Return the database's clock, the account, and all whose marks say something about its rate now."""
    now = session.scalars(select(db_now())).one()
    lately = db_now(-2 * settings().sweep_every)
    open_states = Counter.state.in_((State.QUEUED, State.SENDING))
    left = select(func.coalesce(func.sum(Counter.count), 0)).where(
        Counter.broadcast_id == Broadcast.id, open_states
    )
    statement: Any = select(Broadcast, gone_of(), left.correlate(Broadcast).scalar_subquery()).where(
        Broadcast.account_id == broadcast.account_id,
        Broadcast.state.in_(SENDS) | (Broadcast.pace_next >= lately) | (Broadcast.pace_from >= lately),
    )
    sharers = [
        Sharer(Marks.of(one), int(gone), int(open_now) if one.state in SENDS else 0, one.state in SENDS)
        for one, gone, open_now in session.execute(statement)
    ]
    return now, session.get_one(Account, broadcast.account_id), sharers
