"""Judges stored clicks by the rules of today, in batches, with their counters; beside a flusher and after a kill.

Each batch is a transaction of its own that holds its owners as a flusher does, and a click that is judged says by which
rules: whoever begins again goes on where the last one was killed.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shortlinks.bots import Judged, Kind
from shortlinks.buckets import Message
from shortlinks.lists import among
from shortlinks.models import Click
from shortlinks.rules import RULES
from shortlinks.shortener import Shortener
from shortlinks.storing import count_logins_as_people
from shortlinks.transactions import write
from shortlinks.uses import Uses
from shortlinks.verdicts import Case, Handed, handed_over, stored_clicks, turn, verdicts

AT_ONCE = 500
LOOKED_AT = 2000


class Reclassified(NamedTuple):
    """What became of one batch; `changed` counts the clicks that are of another kind now."""

    last_id: int
    judged: int
    changed: int


def reclassify(shortener: Shortener, *, everything: bool = False, after: int = 0) -> Iterator[Reclassified]:
    """Judge the clicks of older rules, or all, by their ids; yield after each batch, which is kept then."""
    while window := _window(shortener, after):
        ids = [click_id for click_id, rules in window if everything or rules < RULES]
        for start in range(0, len(ids), AT_ONCE):
            yield _batch(shortener, ids[start : start + AT_ONCE])
        after = window[-1][0]


def _window(shortener: Shortener, after: int) -> Sequence[tuple[int, int]]:
    """Return the next ids with their rules: by the primary key alone, whatever the server thinks of the rules."""
    following = select(Click.id, Click.rules).where(Click.id > after).order_by(Click.id).limit(LOOKED_AT)
    with Session(shortener.engine) as session:
        return [(click_id, rules) for click_id, rules in session.execute(following)]


def _batch(shortener: Shortener, ids: Sequence[int]) -> Reclassified:
    with Session(shortener.engine) as session:
        cases = stored_clicks(session, ids)
    messages = {case.opening.message for case in cases}
    asked = ((case.opening.at, case.signal, case.agent, case.opening.message) for case in cases)
    handed = handed_over(shortener, asked)
    changed = write(shortener.engine, lambda session: _judge(session, ids, messages, handed))
    return Reclassified(ids[-1], len(ids), changed)


def _judge(session: Session, ids: Sequence[int], messages: Collection[Message], handed: Handed) -> int:
    uses = Uses(session, messages)
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
            .where(among(session, Click.id, ids))
            .values(kind=kind, signal=signal, rules=RULES)
            .execution_options(synchronize_session=False)
        )
