"""Judges stored clicks by the rules of today, in batches, with their counters; beside a flusher and after a kill.

Each batch is a transaction of its own that holds its owners as a flusher does, and a click that is judged says by which
rules: whoever begins again goes on where the last one was killed.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shortlinks.bots import Judged, Kind, Signal
from shortlinks.buckets import Message
from shortlinks.models import Click, LinkBlock, UserAgent
from shortlinks.rules import RULES
from shortlinks.shortener import Shortener
from shortlinks.storing import count_logins_as_people
from shortlinks.transactions import write
from shortlinks.uses import Uses
from shortlinks.verdicts import Case, Handed, handed_over, stored_clicks, turn, verdicts

AT_ONCE = 500


class Reclassified(NamedTuple):
    """What became of one batch; `changed` counts the clicks that are of another kind now."""

    last_id: int
    judged: int
    changed: int


def reclassify(shortener: Shortener, *, everything: bool = False, after: int = 0) -> Iterator[Reclassified]:
    """Judge the clicks of older rules, or all, by their ids; yield after each batch, which is kept then."""
    while batch := _next(shortener, everything, after):
        after = batch.last_id
        yield batch


def _next(shortener: Shortener, everything: bool, after: int) -> Reclassified | None:
    query = (
        select(Click.id, Click.at, Click.signal, UserAgent.agent, LinkBlock.owner, Click.position)
        .join(LinkBlock, LinkBlock.id == Click.block_id)
        .outerjoin(UserAgent, UserAgent.id == Click.user_agent_id)
        .where(Click.id > after)
        .order_by(Click.id)
        .limit(AT_ONCE)
    )
    if not everything:
        query = query.where(Click.rules < RULES)
    with Session(shortener.engine) as session:
        rows = session.execute(query).all()
    if not rows:
        return None
    messages = [(owner, position) for *_, owner, position in rows]
    handed = handed_over(
        shortener,
        (
            (at, Signal(signal), agent or "", message)
            for (_, at, signal, agent, *_), message in zip(rows, messages, strict=True)
        ),
    )
    ids = [row.id for row in rows]
    changed = write(shortener.engine, lambda session: _judge(session, ids, messages, handed))
    return Reclassified(ids[-1], len(ids), changed)


def _judge(session: Session, ids: Sequence[int], messages: Sequence[Message], handed: Handed) -> int:
    uses = Uses(session, set(messages))
    # Read only now that nobody else judges them.
    cases = stored_clicks(session, ids)
    judged, earlier = verdicts(session, cases, handed)
    _keep(session, cases, judged)
    changed = {case.click_id for case, one in zip(cases, judged, strict=True) if case.kind is not one.kind}
    people = {case.click_id for case in cases if case.kind is Kind.PERSON}
    people |= {each.click_id for each in earlier}
    for case, one in zip(cases, judged, strict=True):
        if (case.kind is Kind.PERSON) is not (one.kind is Kind.PERSON):
            uses.turned_out(case.opening, one.kind is Kind.PERSON)
    turn(session, uses, earlier)
    changed |= {each.click_id for each in earlier}
    numbers = {case.number for case in cases if case.click_id in people & changed}
    numbers |= {each.number for each in earlier}
    # A posted form speaks louder than the rules: what was a person's stays so, what was not becomes one.
    by_login = count_logins_as_people(session, uses, numbers) if numbers else set()
    uses.count()
    return len(changed - (by_login & people) | (by_login - people))


def _keep(session: Session, cases: Sequence[Case], judged: Sequence[Judged]) -> None:
    groups: dict[Judged, list[int | None]] = {}
    for case, one in zip(cases, judged, strict=True):
        groups.setdefault(one, []).append(case.click_id)
    for (kind, signal), ids in groups.items():
        session.execute(
            update(Click)
            .where(Click.id.in_(ids))
            .values(kind=kind, signal=signal, rules=RULES)
            .execution_options(synchronize_session=False)
        )
