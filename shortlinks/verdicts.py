"""Judges clicks by all the rules together, with what is known beside each: when its SMS left, and who came with it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shortlinks import rules
from shortlinks.bots import Judged, Kind, Signal, judge, too_soon
from shortlinks.buckets import Message, Opening, counted_device
from shortlinks.bursts import Odd, find_bursts
from shortlinks.lists import among
from shortlinks.models import Click, LinkBlock, UserAgent
from shortlinks.shortener import Shortener
from shortlinks.uses import Uses

Handed = Mapping[Message, datetime]
"""When messages were handed over, of those where it matters."""


class Case(NamedTuple):
    """A click that is to be judged; `click_id` and `kind` are those of one that is stored already."""

    number: int
    opening: Opening
    signal: Signal
    agent: str
    agent_id: int | None
    click_id: int | None = None
    kind: Kind | None = None


def handed_over(shortener: Shortener, clicks: Iterable[tuple[datetime, Signal, str, Message]]) -> Handed:
    """Ask the host when the messages were handed over that people seem to have opened; once for all of them."""
    if shortener.handed_over is None:
        return {}
    people = [
        (at, message) for at, signal, agent, message in clicks if judge(signal, agent).kind is Kind.PERSON
    ]
    if not people:
        return {}
    return shortener.handed_over({message for _, message in people}, min(people)[0] - rules.SOONEST)


def verdicts(session: Session, cases: Sequence[Case], handed: Handed) -> tuple[list[Judged], list[Odd]]:
    """Return what each click is, and the people's clicks stored before that now are a robot's, since these came.

    Whoever asks holds the owners.
    """
    judged = [_alone(case, handed) for case in cases]
    odd = [
        Odd(case.agent_id, case.opening, one.kind, case.number, case.click_id, place)
        for place, (case, one) in enumerate(zip(cases, judged, strict=True))
        if one.signal is Signal.ODD and case.agent_id is not None
    ]
    earlier = []
    for each in find_bursts(session, odd):
        if each.place is not None:
            judged[each.place] = Judged(Kind.BOT, Signal.ODD)
        elif each.kind is Kind.PERSON:
            earlier.append(each)
    return judged, earlier


def turn(session: Session, uses: Uses, people: Collection[Odd]) -> None:
    """Make these stored clicks, people's until now, a robot's."""
    if not people:
        return
    ids = [each.click_id for each in people]
    session.execute(
        update(Click)
        .where(among(session, Click.id, ids))
        .values(kind=Kind.BOT)
        .execution_options(synchronize_session=False)
    )
    for each in people:
        uses.turned_out(each.opening, person=False)


def stored_clicks(session: Session, ids: Collection[int]) -> list[Case]:
    """Return stored clicks, in the order of their ids."""
    if not ids:
        return []
    query = (
        select(
            *(
                Click.number,
                LinkBlock.owner,
                Click.position,
                LinkBlock.link_index,
                Click.at,
                counted_device(),
            ),
            *(Click.signal, UserAgent.agent, Click.user_agent_id, Click.id, Click.kind),
        )
        .join(LinkBlock, LinkBlock.id == Click.block_id)
        .outerjoin(UserAgent, UserAgent.id == Click.user_agent_id)
        .where(among(session, Click.id, ids))
        .order_by(Click.id)
    )
    return [
        Case(number, Opening(*opening), Signal(signal), agent or "", agent_id, click_id, Kind(kind))
        for number, *opening, signal, agent, agent_id, click_id, kind in session.execute(query)
    ]


def _alone(case: Case, handed: Handed) -> Judged:
    """Judge a click without those around it."""
    judged = judge(case.signal, case.agent)
    if judged.kind is not Kind.PERSON or case.signal is Signal.LOGIN or not handed:
        return judged
    left = handed.get(case.opening.message)
    return judged if left is None or not too_soon(case.opening.at, left) else Judged(Kind.BOT, judged.signal)
