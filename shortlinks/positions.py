"""Positions for messages that come one by one: runs of 1,000, the next opened when one is used up."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from shortlinks.models import LinkBlock, OpenRun
from shortlinks.numbers import Link, add_block, lock_counter
from shortlinks.shortener import current_shortener
from shortlinks.transactions import write

RUN = 1000
"""How many messages share one run of blocks."""


def take_position(owner: str, links: Sequence[Link]) -> tuple[list[LinkBlock], int]:
    """Take the owner's next position for one message; return a block for each of its links, and the position.

    Each position is given once, whoever asks at the same moment; one that is then not used is simply a gap.
    Positions go on from run to run, so (owner, position) names the message for ever; an owner that takes
    positions must not `reserve` as well. Raise ValueError as `blocks.reserve` does.
    """
    if not links:
        raise ValueError("A message without links needs no position.")
    shortener = current_shortener()
    for link in links:
        shortener.check_link(link.url, link.login)
    run = _Run(owner, list(links), shortener.codes.signing_key)
    return write(shortener.engine, run.take_or_open)


class _Run:
    """The open run of one owner's text, which has one key and the same links in the same order."""

    def __init__(self, owner: str, links: list[Link], key_id: str) -> None:
        self.owner = owner
        self.links = links
        self.key_id = key_id
        text = "\n".join(f"{link.login:d}{link.url}" for link in links)
        self.digest = sha256(text.encode()).hexdigest()
        self._mine = (OpenRun.owner == owner, OpenRun.links == self.digest, OpenRun.key_id == key_id)

    def take_or_open(self, session: Session) -> tuple[list[LinkBlock], int]:
        """Take a position from the open run, else open the next run and take its first."""
        taken = self._take(session)
        if taken is None:
            lock_counter(session)
            # Somebody else may have opened the run while we waited for the lock.
            taken = self._take(session) or self._open(session)
        first_position, index = taken
        blocks = select(LinkBlock).where(
            LinkBlock.owner == self.owner, LinkBlock.first_position == first_position
        )
        return list(session.scalars(blocks.order_by(LinkBlock.link_index))), first_position + index

    def _take(self, session: Session) -> tuple[int, int] | None:
        take = update(OpenRun).where(*self._mine, OpenRun.taken < RUN).values(taken=OpenRun.taken + 1)
        row = session.execute(take.returning(OpenRun.first_position, OpenRun.taken)).one_or_none()
        return None if row is None else (row.first_position, row.taken - 1)

    def _open(self, session: Session) -> tuple[int, int]:
        session.execute(delete(OpenRun).where(*self._mine))
        last = select(func.max(LinkBlock.first_position)).where(LinkBlock.owner == self.owner)
        highest = session.execute(last).scalar_one()
        first_position = 0 if highest is None else highest + RUN
        for index, link in enumerate(self.links):
            add_block(
                session,
                LinkBlock(
                    url=link.url,
                    owner=self.owner,
                    link_index=index,
                    login=link.login,
                    first_position=first_position,
                    count=RUN,
                    key_id=self.key_id,
                ),
            )
        session.add(
            OpenRun(
                owner=self.owner,
                links=self.digest,
                key_id=self.key_id,
                first_position=first_position,
                taken=1,
            )
        )
        return first_position, 0
