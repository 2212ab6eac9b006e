"""Stores one batch of the spool in one transaction: its position, clicks, logins, what logins prove, and counters."""

from typing import Any, NamedTuple

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from shortlinks.bots import DeviceKind, Judged, Kind, Signal, device_kind, device_of
from shortlinks.buckets import Message, Opening
from shortlinks.lines import ClickLine, LoginLine, LostLine
from shortlinks.lists import among
from shortlinks.models import Click, Login, Spool, UserAgent
from shortlinks.rows import insert_new, insert_rows
from shortlinks.rules import RULES
from shortlinks.shortener import Shortener
from shortlinks.spoolfile import Batch
from shortlinks.transactions import write
from shortlinks.uses import Uses
from shortlinks.verdicts import Case, Handed, handed_over, stored_clicks, turn, verdicts


class _Place(NamedTuple):
    """What a number is: the message at `position` of the block's owner."""

    owner: str
    block_id: int
    position: int
    link_index: int
    login: bool

    @property
    def message(self) -> Message:
        return self.owner, self.position


def store_batch(shortener: Shortener, batch: Batch) -> bool:
    """Commit a batch and the file's new position together; False when somebody else has stored it already."""
    lines = [line for line in batch.lines if not isinstance(line, LostLine)]
    lost = sum(line.count for line in batch.lines if isinstance(line, LostLine))
    places = _places(shortener, {line.number for line in lines})
    known = [line for line in lines if line.number in places]
    # A number of no block can only come from another database's spool.
    broken = batch.broken + len(lines) - len(known)
    asked = (
        (line.at, line.signal, line.agent, places[line.number].message)
        for line in known
        if isinstance(line, ClickLine)
    )
    handed = handed_over(shortener, asked)
    move = (
        update(Spool)
        .where(Spool.name == batch.name, Spool.position == batch.start)
        .values(position=batch.end, broken=Spool.broken + broken, lost=Spool.lost + lost)
        .returning(Spool.position)
    )

    def work(session: Session) -> bool:
        if session.execute(move).one_or_none() is None:
            return False
        if known:
            _insert(session, known, places, handed)
        return True

    return write(shortener.engine, work)


def _places(shortener: Shortener, numbers: set[int]) -> dict[int, _Place]:
    blocks = shortener.known_blocks.find_all(numbers)
    return {
        number: _Place(
            block.owner, block.id, block.first_position + number - block.first, block.link_index, block.login
        )
        for number, block in blocks.items()
    }


def _insert(
    session: Session, lines: list[ClickLine | LoginLine], places: dict[int, _Place], handed: Handed
) -> None:
    uses = Uses(session, {places[line.number].message for line in lines})
    clicks = [line for line in lines if isinstance(line, ClickLine)]
    logins = [line for line in lines if isinstance(line, LoginLine)]
    numbers = {line.number for line in lines if places[line.number].login}
    if clicks:
        agents = _agents(session, {line.agent for line in clicks if line.agent})
        cases = [_case(line, places[line.number], agents.get(line.agent)) for line in clicks]
        judged, earlier = verdicts(session, cases, handed)
        rows = [
            _click(line, places[line.number], case, one)
            for line, case, one in zip(clicks, cases, judged, strict=True)
        ]
        insert_rows(session, Click, rows)
        for case, one in zip(cases, judged, strict=True):
            uses.click(case.opening, one.kind)
        turn(session, uses, earlier)
        numbers |= {each.number for each in earlier}
    if logins:
        insert_rows(session, Login, [_login(line, places[line.number]) for line in logins])
        for line in logins:
            uses.login(places[line.number].message, line.outcome)
    if numbers:
        count_logins_as_people(session, uses, numbers)
    uses.count()


def _case(line: ClickLine, place: _Place, agent: tuple[int, str] | None) -> Case:
    agent_id, device = agent or (None, DeviceKind.OTHER)
    opening = Opening(place.owner, place.position, place.link_index, line.at, device)
    return Case(line.number, opening, line.signal, line.agent, agent_id)


def _click(line: ClickLine, place: _Place, case: Case, judged: Judged) -> dict[str, Any]:
    return {
        "number": line.number,
        "block_id": place.block_id,
        "position": place.position,
        "at": line.at,
        "kind": judged.kind,
        "signal": judged.signal,
        "rules": RULES,
        "user_agent_id": case.agent_id,
        "referrer_host": line.referrer_host,
        "address": line.address,
    }


def _login(line: LoginLine, place: _Place) -> dict[str, Any]:
    return {
        "number": line.number,
        "block_id": place.block_id,
        "position": place.position,
        "at": line.at,
        "outcome": line.outcome,
        "refusal": line.refusal,
    }


def _agents(session: Session, agents: set[str]) -> dict[str, tuple[int, str]]:
    """Return the id and the kind of device of each agent, storing those never seen before."""
    known = select(UserAgent.agent, UserAgent.id, UserAgent.kind).where(
        among(session, UserAgent.agent, agents)
    )
    found = {agent: (agent_id, kind) for agent, agent_id, kind in session.execute(known)}
    # In one order everywhere, so that two flushers cannot wait for each other.
    unseen = sorted(agents - found.keys())
    if not unseen:
        return found
    rows = [{"agent": agent, "kind": device_kind(agent), **device_of(agent)._asdict()} for agent in unseen]
    insert_new(session, UserAgent, rows)
    return {agent: (agent_id, kind) for agent, agent_id, kind in session.execute(known)}


def count_logins_as_people(session: Session, uses: Uses, numbers: set[int]) -> set[int]:
    """Make the last click before a login a person's, where no click of that link was a person's until then.

    Return the ids of these clicks.

    Clicks and logins of one link may come from different files in either order, so this runs whenever either
    arrives, or a click is judged anew; it finds its rows by the indexes on `number`.
    """
    click, person = aliased(Click), aliased(Click)
    was_person = exists().where(
        person.number == Login.number, person.at <= Login.at, person.kind == Kind.PERSON
    )
    opened = (
        select(func.max(click.id))
        .join(Login, (Login.number == click.number) & (click.at <= Login.at))
        .where(Login.number.in_(numbers), ~was_person)
        .group_by(Login.number)
    )
    turned = (
        update(Click)
        .where(Click.id.in_(opened), Click.kind != Kind.PERSON)
        .values(kind=Kind.PERSON, signal=Signal.LOGIN, rules=RULES)
        .returning(Click.id)
        .execution_options(synchronize_session=False)
    )
    ids = set(session.scalars(turned))
    for case in stored_clicks(session, ids):
        uses.turned_out(case.opening, person=True)
    return ids
