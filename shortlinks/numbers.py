"""Hands out runs of numbers: the steps, inside a caller's transaction, by which a block comes to be."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from shortlinks.codes import first_fitting
from shortlinks.models import Counter, LinkBlock


@dataclass(frozen=True)
class Link:
    """One link of a text: where it leads, and whether it signs the recipient in."""

    url: str
    login: bool


def lock_counter(session: Session) -> int:
    """Take the counter's row lock for the rest of the transaction and return the next free number.

    Everybody who opens a block comes through here first, so whatever is read afterwards is settled.
    """
    return session.execute(update(Counter).values(next=Counter.next).returning(Counter.next)).scalar_one()


def add_block(session: Session, block: LinkBlock) -> LinkBlock:
    """Give a new block the next numbers whose codes are equally long, and insert it."""
    block.first = first_fitting(lock_counter(session), block.count)
    session.execute(update(Counter).values(next=block.first + block.count))
    session.add(block)
    session.flush()
    return block
