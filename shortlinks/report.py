"""What a report shows of an owner's links: figures from the counters, and the lists behind them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shortlinks.bots import Kind
from shortlinks.buckets import Message
from shortlinks.gate import Outcome
from shortlinks.models import Click, LinkBlock, Login, UseCounter
from shortlinks.shortener import current_shortener


@dataclass(frozen=True)
class Figures:
    """How an owner's links were used; `unique` counts messages, however many links and clicks each has."""

    clicks: int = 0
    unique: int = 0
    bot_clicks: int = 0
    """Everything that is not a person's: bots, previews, and what we cannot tell."""
    logins: int = 0
    logins_refused: int = 0


@dataclass(frozen=True)
class ClickRow:
    """One click in the list behind a figure; `at` is UTC."""

    id: int
    position: int
    link_index: int
    at: datetime
    kind: Kind
    login: bool


@dataclass(frozen=True)
class LoginRow:
    """One posted login form in the list behind a figure, with the link's number and target; `at` is UTC."""

    id: int
    owner: str
    position: int
    link_index: int
    number: int
    url: str
    at: datetime
    outcome: Outcome
    refusal: str


@dataclass(frozen=True)
class LoginLinks:
    """Whether any link of an owner's may sign in, and when logins of his were last revoked (UTC)."""

    working: bool = False
    revoked_at: datetime | None = None


def figures(owners: Sequence[str]) -> dict[str, Figures]:
    """Return the figures of several owners at once, from their counters; an owner nobody clicked on has zeros."""
    counters = select(UseCounter).where(UseCounter.owner.in_(owners))
    counted: dict[str, dict[str, int]] = {owner: {} for owner in owners}
    with Session(current_shortener().engine) as session:
        for counter in session.scalars(counters):
            counted[counter.owner][counter.use] = counter.count
    return {owner: Figures(**numbers) for owner, numbers in counted.items()}


def clicked_positions(owner: str) -> Select[int]:
    """Return the query of the positions (messages) where a person clicked; run it or put it into an IN."""
    return (
        select(Click.position)
        .join(LinkBlock, LinkBlock.id == Click.block_id)
        .where(LinkBlock.owner == owner, Click.kind == Kind.PERSON)
        .distinct()
    )


def list_clicks(
    owner: str, *, people: bool | None = None, before: int | None = None, limit: int = 50
) -> list[ClickRow]:
    """List clicks, newest first: people's, others' (`people=False`) or all; `before` is the last id seen."""
    query = (
        select(Click.id, Click.position, LinkBlock.link_index, Click.at, Click.kind, LinkBlock.login)
        .join(LinkBlock, LinkBlock.id == Click.block_id)
        .where(LinkBlock.owner == owner)
        .order_by(Click.id.desc())
        .limit(limit)
    )
    if people is not None:
        query = query.where((Click.kind == Kind.PERSON) if people else (Click.kind != Kind.PERSON))
    if before is not None:
        query = query.where(Click.id < before)
    with Session(current_shortener().engine) as session:
        return [
            ClickRow(row.id, row.position, row.link_index, row.at, Kind(row.kind), row.login)
            for row in session.execute(query)
        ]


def list_logins(
    owner: str, *, outcome: Outcome | None = None, before: int | None = None, limit: int = 50
) -> list[LoginRow]:
    """List posted login forms, newest first, of one outcome or all; `before` is the last id seen."""
    query = _login_rows().where(LinkBlock.owner == owner)
    if outcome is not None:
        query = query.where(Login.outcome == outcome)
    return _newest_logins(query, before, limit)


def list_logins_of(
    messages: Collection[Message], *, before: int | None = None, limit: int = 50
) -> list[LoginRow]:
    """List the posted login forms of some messages (owner, position), newest first; `before` is the last id seen."""
    positions: dict[str, list[int]] = {}
    for owner, position in messages:
        positions.setdefault(owner, []).append(position)
    blocks = select(LinkBlock).where(LinkBlock.owner.in_(positions), LinkBlock.login.is_(True))
    with Session(current_shortener().engine) as session:
        numbers = [
            block.first + position - block.first_position
            for block in session.scalars(blocks)
            for position in positions[block.owner]
            if 0 <= position - block.first_position < block.count
        ]
    # Index (number).
    return _newest_logins(_login_rows().where(Login.number.in_(numbers)), before, limit)


def login_links(owner: str) -> LoginLinks:
    """Return how it stands with the logins of the links of `owner`."""
    revoked = select(LinkBlock.revoked_at).where(LinkBlock.owner == owner, LinkBlock.login.is_(True))
    with Session(current_shortener().engine) as session:
        moments = session.scalars(revoked).all()
    return LoginLinks(None in moments, max((moment for moment in moments if moment), default=None))


def _login_rows() -> Select[*tuple[Any, ...]]:
    return select(
        *(Login.id, LinkBlock.owner, Login.position, LinkBlock.link_index, Login.number, LinkBlock.url),
        *(Login.at, Login.outcome, Login.refusal),
    ).join(LinkBlock, LinkBlock.id == Login.block_id)


def _newest_logins(query: Select[*tuple[Any, ...]], before: int | None, limit: int) -> list[LoginRow]:
    query = query.order_by(Login.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Login.id < before)
    with Session(current_shortener().engine) as session:
        return [
            LoginRow(**{**row, "outcome": Outcome(row["outcome"])})
            for row in session.execute(query).mappings()
        ]
