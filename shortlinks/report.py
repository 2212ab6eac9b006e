"""What a report shows of an owner's links: figures from the counters, and the lists behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shortlinks.bots import Kind
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
    """One posted login form in the list behind a figure; `at` is UTC."""

    id: int
    position: int
    link_index: int
    at: datetime
    outcome: Outcome
    refusal: str


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
    query = (
        select(Login.id, Login.position, LinkBlock.link_index, Login.at, Login.outcome, Login.refusal)
        .join(LinkBlock, LinkBlock.id == Login.block_id)
        .where(LinkBlock.owner == owner)
        .order_by(Login.id.desc())
        .limit(limit)
    )
    if outcome is not None:
        query = query.where(Login.outcome == outcome)
    if before is not None:
        query = query.where(Login.id < before)
    with Session(current_shortener().engine) as session:
        return [
            LoginRow(row.id, row.position, row.link_index, row.at, Outcome(row.outcome), row.refusal)
            for row in session.execute(query)
        ]
