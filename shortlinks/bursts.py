"""Finds bursts: many recipients' links opened within seconds by one rare agent, which no people do.

A scanner of a carrier or a mail house opens whatever arrives, one link after the other, and calls itself a browser.
People do arrive by the hundred in ten seconds, and behind one address, but by the browsers of today, and those are
never rare (`rules.EVERYDAY`). For all other agents the newest clicks tell how common they are among people.

A burst that spreads over batches is seen when it is large enough; its earlier clicks are then judged anew. It is looked
for within one owner, whose counters nobody else changes meanwhile, so two flushers cannot each see one half.
"""

from collections import Counter as Tally
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, literal_column, or_, select
from sqlalchemy.orm import Session

from shortlinks import rules
from shortlinks.bots import Kind
from shortlinks.buckets import Message, Opening
from shortlinks.lists import among
from shortlinks.models import Click, LinkBlock, UserAgent


class Odd(NamedTuple):
    """A click by an agent that could be rare: one of a batch (`place`) or one that was stored before (`click_id`)."""

    agent_id: int
    opening: Opening
    kind: Kind
    number: int
    click_id: int | None = None
    place: int | None = None


def find_bursts(session: Session, odd: Sequence[Odd]) -> list[Odd]:
    """Return the clicks that are in one burst with some of these, those stored before among them.

    Whoever asks holds the owners of all of these.
    """
    if not odd:
        return []
    known = {each.click_id for each in odd if each.click_id is not None}
    seen: dict[tuple[str, int], list[Odd]] = {}
    for each in odd:
        seen.setdefault((each.opening.owner, each.agent_id), []).append(each)
    for each in _around(session, odd):
        if each.click_id not in known and (each.opening.owner, each.agent_id) in seen:
            seen[each.opening.owner, each.agent_id].append(each)
    found = {suspect: _in_burst(clicks) for suspect, clicks in seen.items()}
    bursts: dict[int, list[Odd]] = {}
    for (_, agent_id), clicks in found.items():
        bursts.setdefault(agent_id, []).extend(clicks)
    return [
        each
        for agent_id, clicks in bursts.items()
        if clicks and is_rare(session, agent_id, {one.click_id for one in clicks})
        for each in clicks
    ]


def is_rare(session: Session, agent_id: int, in_burst: Collection[int | None]) -> bool:
    """Tell whether people, as far as is known, come by this agent hardly ever, but for this burst and others."""
    newest = Click.id > select(func.max(Click.id) - rules.LOOKED_AT).scalar_subquery()
    people = (newest, Click.kind == Kind.PERSON)
    by_others = select(func.count()).where(
        *people, or_(Click.user_agent_id.is_(None), Click.user_agent_id != agent_id)
    )
    by_it = (
        select(Click.id, LinkBlock.owner, Click.position, Click.at)
        .join(LinkBlock, LinkBlock.id == Click.block_id)
        .where(*people, Click.user_agent_id == agent_id)
    )
    of_owners: dict[str, list[tuple[datetime, Message]]] = {}
    for click_id, owner, position, at in session.execute(by_it):
        if click_id not in in_burst:
            of_owners.setdefault(owner, []).append((at, (owner, position)))
    alone = sum(len(times) - len(burst(sorted(times))) for times in of_owners.values())
    others = session.scalar(by_others) or 0
    return alone <= rules.RARE_BELOW * (others + alone)


def burst(openings: Sequence[tuple[datetime, Message]]) -> set[int]:
    """Return which of these openings, in the order of time, have enough recipients close around them; pure."""
    found: set[int] = set()
    inside: Tally[Message] = Tally()
    first = marked = 0
    for last, (at, message) in enumerate(openings):
        inside[message] += 1
        while at - openings[first][0] > rules.BURST_WITHIN:
            gone = openings[first][1]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            first += 1
        if len(inside) >= rules.BURST_RECIPIENTS:
            found.update(range(max(first, marked), last + 1))
            marked = last + 1
    return found


def _in_burst(clicks: Collection[Odd]) -> list[Odd]:
    ordered = sorted(clicks, key=lambda each: each.opening.at)
    return [ordered[index] for index in burst([(each.opening.at, each.opening.message) for each in ordered])]


def _around(session: Session, odd: Sequence[Odd]) -> list[Odd]:
    """Return the stored odd clicks by these agents on these owners' links at about the same time."""
    times = [each.opening.at for each in odd]
    # Index ix_shortlinks_clicks_odd.
    near = Click.at.between(min(times) - rules.BURST_WITHIN, max(times) + rules.BURST_WITHIN)
    theirs = among(session, Click.user_agent_id, {each.agent_id for each in odd})
    query = (
        select(
            *(Click.id, Click.number, Click.position, Click.at, Click.kind, Click.user_agent_id),
            *(LinkBlock.owner, LinkBlock.link_index, UserAgent.kind),
        )
        .join(LinkBlock, LinkBlock.id == Click.block_id)
        .join(UserAgent, UserAgent.id == Click.user_agent_id)
        .where(Click.signal == literal_column("'odd'"), theirs, near)
    )
    return [
        Odd(agent_id or 0, Opening(owner, position, link_index, at, device), Kind(kind), number, click_id)
        for click_id, number, position, at, kind, agent_id, owner, link_index, device in session.execute(
            query
        )
    ]
