"""Counts how the links of each owner are used, in the transaction that stores the clicks and logins (LINKS.md, Clicks).

So a report reads a few rows, however many clicks there are.
"""

from collections import Counter as Tally
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from shortlinks.bots import Kind
from shortlinks.gate import Outcome
from shortlinks.models import Click, LinkBlock, UseCounter
from shortlinks.rows import add_up, as_json, listed, table_of

Message = tuple[str, int]
"""(owner, position)"""


_OWNER = table_of(LinkBlock).c.owner
_BLOCK, _POSITION = table_of(Click).c.block_id, table_of(Click).c.position


class Use(StrEnum):
    """What is counted of an owner's links; each is a field of `report.Figures`."""

    CLICKS = "clicks"
    UNIQUE = "unique"
    BOT_CLICKS = "bot_clicks"
    LOGINS = "logins"
    LOGINS_REFUSED = "logins_refused"


OF_OUTCOMES: Mapping[Outcome, Use] = {
    Outcome.SIGNED_IN: Use.LOGINS,
    Outcome.REFUSED: Use.LOGINS_REFUSED,
}
"""The other outcomes of a login are in no figure."""


class Uses:
    """What one batch adds to the counters; begin it before its rows are written, `count` it after them."""

    def __init__(self, session: Session, messages: Collection[Message]) -> None:
        self._session = session
        self._tally: Tally[tuple[str, Use]] = Tally()
        self._opened: set[Message] = set()
        # Until this transaction ends nobody else counts for these owners: of two batches at once that hold the
        # first clicks on one message, the second one sees what the first one stored.
        self._add(Tally(dict.fromkeys(((owner, Use.UNIQUE) for owner, _ in messages), 0)))
        self._opened_before = _opened_by_people(session, messages)

    def click(self, message: Message, kind: Kind) -> None:
        """Note a click that is stored as of this kind."""
        if kind is Kind.PERSON:
            self._person(message)
        else:
            self._tally[message[0], Use.BOT_CLICKS] += 1

    def turned_out_a_person(self, message: Message) -> None:
        """Note that a click which was not a person's is one after all."""
        self._tally[message[0], Use.BOT_CLICKS] -= 1
        self._person(message)

    def login(self, message: Message, outcome: Outcome) -> None:
        """Note a posted login form."""
        if outcome in OF_OUTCOMES:
            self._tally[message[0], OF_OUTCOMES[outcome]] += 1

    def count(self) -> None:
        """Add all that was noted to the counters."""
        for owner, _ in self._opened - self._opened_before:
            self._tally[owner, Use.UNIQUE] += 1
        self._add(Tally({key: change for key, change in self._tally.items() if change}))

    def _person(self, message: Message) -> None:
        self._tally[message[0], Use.CLICKS] += 1
        self._opened.add(message)

    def _add(self, changes: Tally[tuple[str, Use]]) -> None:
        # In one order everywhere, so that two flushers cannot wait for each other.
        rows = [
            {"owner": owner, "use": use, "count": change} for (owner, use), change in sorted(changes.items())
        ]
        add_up(self._session, UseCounter, rows, "count")


def _opened_by_people(session: Session, messages: Collection[Message]) -> set[Message]:
    """Return which of the messages a person has opened already, by any of their links."""
    positions: dict[str, list[int]] = {}
    for owner, position in messages:
        positions.setdefault(owner, []).append(position)
    dialect = session.get_bind().dialect
    asked = as_json([_OWNER], [{"owner": owner} for owner in positions], dialect)
    owners: dict[int, str] = {}
    places: list[dict[str, int]] = []
    for block_id, owner, first, count in session.execute(_blocks_of_listed(dialect.name), {"listed": asked}):
        owners[block_id] = owner
        places += [
            {"block_id": block_id, "position": each}
            for each in positions[owner]
            if first <= each < first + count
        ]
    asked = as_json([_BLOCK, _POSITION], places, dialect)
    opened = session.execute(_opened_of_listed(dialect.name), {"listed": asked}) if places else ()
    return {(owners[block_id], position) for block_id, position in opened}


@cache
def _blocks_of_listed(dialect: str) -> Any:
    asked, values = listed(dialect, [_OWNER])
    owners = select(values["owner"]).select_from(asked)
    return select(LinkBlock.id, LinkBlock.owner, LinkBlock.first_position, LinkBlock.count).where(
        LinkBlock.owner.in_(owners)
    )


@cache
def _opened_of_listed(dialect: str) -> Any:
    asked, values = listed(dialect, [_BLOCK, _POSITION])
    # Index (block_id, kind, position), looked into for each place by itself, also while the table grows so fast that
    # the server still takes it for a small one: a scalar subquery is never made a join.
    person = (
        select(literal(1))
        .where(
            Click.block_id == values["block_id"],
            Click.kind == Kind.PERSON,
            Click.position == values["position"],
        )
        .limit(1)
        .correlate(asked)
        .scalar_subquery()
    )
    return select(values["block_id"], values["position"]).select_from(asked).where(person == 1)
