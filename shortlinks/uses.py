"""Counts how the links of each owner are used, in the transaction that stores the clicks and logins (LINKS.md, Clicks).

So a report reads a few rows, however many clicks there are.
"""

from collections import Counter as Tally
from collections.abc import Collection, Mapping
from enum import StrEnum

from sqlalchemy import BigInteger, exists, select
from sqlalchemy.orm import Session

from shortlinks.bots import Kind
from shortlinks.buckets import Buckets, Message, Opening
from shortlinks.gate import Outcome
from shortlinks.lists import among, listed
from shortlinks.models import Click, LinkBlock, UseCounter
from shortlinks.rows import add_up


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
        self._buckets = Buckets(session)
        self._opened: set[Message] = set()
        self._taken_back: set[Message] = set()
        # Until this transaction ends nobody else counts for these owners: of two batches at once that hold the
        # first clicks on one message, the second one sees what the first one stored.
        lock_owners(session, {owner for owner, _ in messages})
        self._opened_before = _opened_by_people(session, messages)

    def click(self, opening: Opening, kind: Kind) -> None:
        """Note a click that is stored as of this kind."""
        person = kind is Kind.PERSON
        self._buckets.add(opening, person)
        if person:
            self._tally[opening.owner, Use.CLICKS] += 1
            self._opened.add(opening.message)
        else:
            self._tally[opening.owner, Use.BOT_CLICKS] += 1

    def turned_out(self, opening: Opening, person: bool) -> None:
        """Note that a click of one of these owners, stored before, is a person's after all, or is not."""
        self._buckets.move(opening, person)
        self._tally[opening.owner, Use.CLICKS] += 1 if person else -1
        self._tally[opening.owner, Use.BOT_CLICKS] -= 1 if person else -1
        if person:
            self._opened.add(opening.message)
        else:
            self._taken_back.add(opening.message)

    def login(self, message: Message, outcome: Outcome) -> None:
        """Note a posted login form."""
        if outcome in OF_OUTCOMES:
            self._tally[message[0], OF_OUTCOMES[outcome]] += 1

    def count(self) -> None:
        """Add all that was noted to the counters."""
        opened = self._opened
        if self._taken_back:
            opened = opened - self._taken_back | _opened_by_people(self._session, self._taken_back)
        # A click that is taken back was a person's before, and so its message was opened.
        for owner, _ in opened - self._opened_before - self._taken_back:
            self._tally[owner, Use.UNIQUE] += 1
        for owner, _ in self._taken_back - opened:
            self._tally[owner, Use.UNIQUE] -= 1
        _add(self._session, Tally({key: change for key, change in self._tally.items() if change}))
        self._buckets.count()


def lock_owners(session: Session, owners: Collection[str]) -> None:
    """Let nobody else count for these owners until this transaction ends; before any other change of theirs."""
    _add(session, Tally(dict.fromkeys(((owner, Use.UNIQUE) for owner in owners), 0)))


def _add(session: Session, changes: Tally[tuple[str, Use]]) -> None:
    # In one order everywhere, so that two flushers cannot wait for each other.
    rows = [{"owner": owner, "use": use, "count": change} for (owner, use), change in sorted(changes.items())]
    add_up(session, UseCounter, rows, "count")


def _opened_by_people(session: Session, messages: Collection[Message]) -> set[Message]:
    """Return which of the messages a person has opened already, by any of their links."""
    positions: dict[str, list[int]] = {}
    for owner, position in messages:
        positions.setdefault(owner, []).append(position)
    blocks = select(LinkBlock.id, LinkBlock.owner, LinkBlock.first_position, LinkBlock.count).where(
        among(session, LinkBlock.owner, positions)
    )
    owners: dict[int, str] = {}
    places: list[tuple[int, int]] = []
    for block_id, owner, first, count in session.execute(blocks):
        owners[block_id] = owner
        places += [(block_id, each) for each in positions[owner] if first <= each < first + count]
    if not places:
        return set()
    asked = listed(session, "asked", {"block_id": BigInteger(), "position": BigInteger()}, places)
    # Index (block_id, kind, position), looked into for each place by itself.
    here = exists().where(
        Click.block_id == asked.c.block_id, Click.kind == Kind.PERSON, Click.position == asked.c.position
    )
    opened = session.execute(select(asked.c.block_id, asked.c.position).where(here))
    return {(owners[block_id], position) for block_id, position in opened}
