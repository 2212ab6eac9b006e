"""Find calls in the API access log, newest first, in steps that stay short however much it holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, defer

from smsadmin.current import settings
from smsadmin.customer_search import contains
from smsadmin.database import db_now, read
from smsadmin.models import ApiCall
from smsadmin.providers.exchange import Verdict

AT_ONCE = 20_000
"""Calls that one step of a search looks through: bodies have no index."""

MOST_STEPS = 5
"""Steps that a zip looks through; whoever wants what is older says from which day to which."""

WITH_BODIES = 100
"""Calls whose bodies are in memory at once."""

NEAR = 1000
"""Rows around a moment in which ids and times may not agree: a call is written after it ended."""

WRONG = "wrong"
NO_ANSWER = "no_answer"
OUTCOMES: tuple[str, ...] = (WRONG, NO_ANSWER, *Verdict)
"""How a wanted call has ended: anything but well, without a whole reply, or as the adapter judged it."""

NOT_WELL = (Verdict.PARTLY_REFUSED, Verdict.REFUSED, Verdict.NOT_UNDERSTOOD)

LISTED = (
    ApiCall.id,
    ApiCall.at,
    ApiCall.provider,
    ApiCall.account_id,
    ApiCall.kind,
    ApiCall.method,
    ApiCall.address,
    ApiCall.status,
    ApiCall.failure,
    ApiCall.verdict,
    ApiCall.milliseconds,
)
"""What a list shows; the bodies stay unread."""


@dataclass(frozen=True)
class Filter:
    """Which calls are wanted; `words` stand in address or bodies, `since` and `until` (not included) are aware."""

    provider: str = ""
    kind: str = ""
    outcome: str = ""
    """One of `OUTCOMES`; empty: however it has ended."""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self, session: Session) -> list[ColumnElement[bool]]:
        """Return what a wanted call fulfils; none is older than the log is kept, whether a worker runs or not."""
        bodies = (ApiCall.address, ApiCall.request, ApiCall.reply)
        wanted = [_is_kept()]
        if self.provider:
            wanted.append(ApiCall.provider == self.provider)
        if self.kind:
            wanted.append(ApiCall.kind == self.kind)
        if self.outcome:
            wanted.append(_ended(self.outcome))
        if self.words:
            wanted.append(or_(*(contains(session, body, self.words) for body in bodies)))
        if self.since:
            wanted.append(ApiCall.at >= self.since)
        if self.until:
            wanted.append(ApiCall.at < self.until)
        return wanted


def _ended(outcome: str) -> ColumnElement[bool]:
    if outcome == WRONG:
        # What was written before replies were judged has its status alone.
        by_status = and_(ApiCall.verdict.is_(None), or_(ApiCall.status.is_(None), ApiCall.status >= 400))
        return or_(ApiCall.verdict.in_(NOT_WELL), by_status)
    if outcome == NO_ANSWER:
        return ApiCall.status.is_(None)
    return ApiCall.verdict == outcome


def _is_kept() -> ColumnElement[bool]:
    return ApiCall.at >= db_now(-settings().api_log_kept)


@dataclass(frozen=True)
class Found:
    """One step: its calls, newest first, and the id before which the next step goes on; None at the end."""

    calls: Sequence[Any]
    before: int | None


@dataclass(frozen=True)
class _Span:
    """The ids between which a step looks, both included."""

    first: int
    last: int


def find(wanted: Filter, before: int | None, limit: int) -> Found:
    """Return up to `limit` calls before an id; fewer, and a way on, where many had to be looked through."""
    return read(lambda session: _find(session, wanted, before, limit))


def _find(session: Session, wanted: Filter, before: int | None, limit: int) -> Found:
    span = _span(session, wanted)
    last = span.last if before is None else min(span.last, before - 1)
    first = max(span.first, last - AT_ONCE + 1)
    statement = (
        select(*LISTED)
        .where(ApiCall.id.between(first, last), *wanted.conditions(session))
        .order_by(ApiCall.id.desc())
        .limit(limit + 1)
    )
    rows = session.execute(statement).all()
    if len(rows) > limit:
        return Found(_by_time(rows[:limit]), rows[limit - 1].id)
    return Found(_by_time(rows), first if first > span.first else None)


def _by_time(rows: Sequence[Any]) -> list[Any]:
    """Order one step's calls: of two at once the longer one is written later, though it began earlier."""
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _span(session: Session, wanted: Filter) -> _Span:
    """Return where the wanted days lie; both ends by index."""
    last = session.scalar(select(func.max(ApiCall.id)))
    since = [_is_kept()] + ([ApiCall.at >= wanted.since] if wanted.since else [])
    near = select(ApiCall.id).where(*since).order_by(ApiCall.at).limit(NEAR)
    first = session.scalar(select(func.min(near.subquery().c.id)))
    if wanted.until:
        near = select(ApiCall.id).where(ApiCall.at < wanted.until).order_by(ApiCall.at.desc()).limit(NEAR)
        last = session.scalar(select(func.max(near.subquery().c.id)))
    return _Span(1, 0) if first is None or last is None else _Span(first, last)


def one(call_id: int) -> ApiCall | None:
    """Return a call; None when it is not there, or too old to be."""
    statement = select(ApiCall).where(ApiCall.id == call_id, _is_kept())
    return read(lambda session: session.scalars(statement).one_or_none())


def newest(session: Session, wanted: Filter, whole: bool) -> Iterator[ApiCall]:
    """Yield the wanted calls of the newest `MOST_STEPS` steps, newest first, cut or `whole`; the rest is unread."""
    cut = (ApiCall.address_cut, ApiCall.request_cut, ApiCall.reply_cut)
    full = (ApiCall.address, ApiCall.request, ApiCall.reply)
    unread = [defer(field, raiseload=True) for field in (cut if whole else full)]
    statement = (
        select(ApiCall).options(*unread).where(*wanted.conditions(session)).order_by(ApiCall.id.desc())
    )
    span = _span(session, wanted)
    for last in range(span.last, span.first - 1, -AT_ONCE)[:MOST_STEPS]:
        yield from _in_pieces(session, statement, _Span(max(span.first, last - AT_ONCE + 1), last))


def _in_pieces(session: Session, statement: Select[ApiCall], span: _Span) -> Iterator[ApiCall]:
    """Yield the calls of one step, `WITH_BODIES` by a statement: the reader may have enough long before the end."""
    last: int | None = span.last
    while last is not None:
        piece = statement.where(ApiCall.id.between(span.first, last)).limit(WITH_BODIES)
        calls = session.scalars(piece).all()
        yield from calls
        last = calls[-1].id - 1 if len(calls) == WITH_BODIES else None
