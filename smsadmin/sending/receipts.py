"""Keep receipts raw, and count the callbacks that changed nothing."""

import logging
from collections import Counter as Tally
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.database import among, db_now, read, write, write_one
from smsadmin.failures import named
from smsadmin.models import Account, Asked, DroppedCallback, RawReceipt
from smsadmin.providers.base import Receipt
from smsadmin.sending.vouching import Told
from smsadmin.upsert import add_up, insert_found, insert_or_ignore

log = logging.getLogger(__name__)

FORGED, GARBLED, UNKNOWN, REPEATED, TOO_LARGE = "forged", "garbled", "unknown", "repeated", "too_large"
"""Why a callback changed nothing: not the provider's, not readable, about nothing of ours, not new, too long."""

NOTED_EVERY = 60.0
"""Seconds between two notes that an account's receipts come: one for each would be a queue for one row."""

New = Tally[tuple[Any, ...]]
"""The receipts that were not here before, by provider, reference and status."""


def drop(name: str, cause: str) -> str:
    """Count a callback of the provider `name` that changed nothing, and return the cause."""
    count_dropped(Tally([(name, cause)]))
    return cause


def count_dropped(dropped_now: "Tally[tuple[str, str]]") -> None:
    """Count callbacks that changed nothing, by provider and cause."""
    rows = [
        {"provider": name, "cause": cause, "count": count, "last_at": utc_now()}
        for (name, cause), count in sorted(dropped_now.items())
    ]
    write(lambda session: add_up(session, DroppedCallback, rows, "count"))


def dropped(name: str) -> list[DroppedCallback]:
    """Return how many callbacks of the provider `name` changed nothing, by cause."""
    mine = select(DroppedCallback).where(DroppedCallback.provider == name).order_by(DroppedCallback.cause)
    return read(lambda session: list(session.scalars(mine)))


def keep_told(told: Sequence[Told], heard: Collection[int]) -> list[str | None]:
    """Keep what several callbacks tell about messages of ours, all or nothing; return why one changed nothing.

    `heard` are the accounts for which it is time to note that their receipts come.
    """
    if not told:
        return []
    rows = [row for one in told for row in _for_each_account(one)]
    new = Tally(write_one(lambda connection: _insert(connection, rows)))
    if heard:
        _note_soon(heard)
    if sum(new.values()) == sum(len(one.receipts) for one in told):
        return [None] * len(told)
    issued = _issued({receipt.reference for one in told for receipt in one.receipts})
    return [_cause(one, new, issued) for one in told]


def _insert(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Insert those of the receipts that are about a message which their account was handed; return the new ones."""
    return insert_found(
        connection,
        RawReceipt,
        rows,
        Asked,
        on=("reference", "account_id"),
        take="message_id",
        names=("provider", "reference", "status"),
    )


def keep(session: Session, name: str, receipts: Sequence[Receipt], messages: Mapping[str, int]) -> None:
    """Keep receipts of the provider `name` raw, `messages` by their references."""
    rows = [_row(name, receipt) | {"message_id": messages[receipt.reference]} for receipt in receipts]
    insert_or_ignore(session, RawReceipt, rows)


def _for_each_account(told: Told) -> Iterator[dict[str, Any]]:
    """Yield each receipt once for every account whose message it may be about: at most one of them was handed it."""
    for receipt in told.receipts:
        row = _row(told.provider, receipt)
        for account_id in told.account_ids:
            yield row | {"account_id": account_id}


def _row(name: str, receipt: Receipt) -> dict[str, Any]:
    return {
        "provider": name,
        "reference": receipt.reference,
        "status": receipt.status[:40],
        "error": receipt.error[:40],
        "price": receipt.price,
        "received_at": utc_now(),
    }


def _issued(references: Collection[str]) -> dict[str, int]:
    """Return those of the references that we issued, and to which account."""
    issued = select(Asked.reference, Asked.account_id).where(among(Asked.reference, references))
    found = read(lambda session: session.execute(issued).all())
    return {row.reference: row.account_id for row in found}


def _cause(told: Told, new: New, issued: Mapping[str, int]) -> str | None:
    """Return why a callback changed nothing, None if it did; what it brought is taken out of `new`."""
    ours = [receipt for receipt in told.receipts if issued.get(receipt.reference) in told.account_ids]
    brought = Tally((told.provider, receipt.reference, receipt.status[:40]) for receipt in ours)
    repeated = not brought <= new
    new -= brought
    if len(ours) < len(told.receipts):
        return UNKNOWN
    return REPEATED if repeated else None


def _note_soon(heard: Collection[int]) -> None:
    try:
        write_one(lambda connection: _note(connection, heard))
    except SQLAlchemyError as error:
        # The receipts are kept, and that is what the provider is told; the note comes with one of the next.
        log.warning("it could not be noted that receipts come: %s", named(error))


def _note(connection: Connection, heard: Collection[int]) -> None:
    seldom = or_(Account.last_receipt_at.is_(None), Account.last_receipt_at < db_now(-NOTED_EVERY))
    noted = update(Account).where(Account.id.in_(sorted(heard)), seldom)
    connection.execute(noted.values(last_receipt_at=db_now()))
