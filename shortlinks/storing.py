"""Stores one batch of the spool in one transaction: its position, clicks, logins, what logins prove, and counters."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from shortlinks.bots import RULES, Kind, Signal, device_of, kind_of
from shortlinks.lines import ClickLine, LoginLine, LostLine
from shortlinks.models import Click, Login, Spool, UserAgent
from shortlinks.rows import insert_new, insert_rows
from shortlinks.shortener import Shortener
from shortlinks.spoolfile import Batch
from shortlinks.transactions import write
from shortlinks.uses import Message, Uses


class _Place(NamedTuple):
    """What a number is: the message at `position` of the block's owner."""

    owner: str
    block_id: int
    position: int
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
            _insert(session, known, places)
        return True

    return write(shortener.engine, work)


def _places(shortener: Shortener, numbers: set[int]) -> dict[int, _Place]:
    blocks = shortener.known_blocks.find_all(numbers)
    return {
        number: _Place(block.owner, block.id, block.first_position + number - block.first, block.login)
        for number, block in blocks.items()
    }


def _insert(session: Session, lines: list[ClickLine | LoginLine], places: dict[int, _Place]) -> None:
    uses = Uses(session, {places[line.number].message for line in lines})
    clicks = [line for line in lines if isinstance(line, ClickLine)]
    logins = [line for line in lines if isinstance(line, LoginLine)]
    if clicks:
        agents = _agent_ids(session, {line.agent for line in clicks if line.agent})
        rows = [_click(line, places[line.number], agents.get(line.agent)) for line in clicks]
        insert_rows(session, Click, rows)
        for row in rows:
            uses.click(places[row["number"]].message, row["kind"])
    if logins:
        insert_rows(session, Login, [_login(line, places[line.number]) for line in logins])
        for line in logins:
            uses.login(places[line.number].message, line.outcome)
    numbers = {line.number for line in lines if places[line.number].login}
    if numbers:
        for number in _count_logins_as_people(session, numbers):
            uses.turned_out_a_person(places[number].message)
    uses.count()


def _click(line: ClickLine, place: _Place, user_agent_id: int | None) -> dict[str, Any]:
    return {
        "number": line.number,
        "block_id": place.block_id,
        "position": place.position,
        "at": line.at,
        "kind": kind_of(line.signal, line.agent),
        "signal": line.signal,
        "rules": RULES,
        "user_agent_id": user_agent_id,
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


def _agent_ids(session: Session, agents: set[str]) -> dict[str, int]:
    """Return the id of each agent, storing those never seen before."""
    known = select(UserAgent.agent, UserAgent.id).where(UserAgent.agent.in_(agents))
    ids = {row.agent: row.id for row in session.execute(known)}
    # In one order everywhere, so that two flushers cannot wait for each other.
    unseen = sorted(agents - ids.keys())
    if not unseen:
        return ids
    insert_new(session, UserAgent, [{"agent": agent, **device_of(agent)._asdict()} for agent in unseen])
    return {row.agent: row.id for row in session.execute(known)}


def _count_logins_as_people(session: Session, numbers: set[int]) -> Sequence[int]:
    """Make the last click before a login a person's, where no click of that link was a person's until then.

    Return the number of each click that was not a person's before.

    Clicks and logins of one link may come from different files in either order, so this runs whenever either
    arrives; it finds its rows by the indexes on `number`.
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
        .returning(Click.number)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(turned).all()
