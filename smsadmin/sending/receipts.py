"""Take a provider's callback: verify it, keep its receipts raw, and only then answer."""

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from smsadmin.accounts import credentials
from smsadmin.clock import utc_now
from smsadmin.database import db_now, read, write
from smsadmin.models import Account, Asked, DroppedCallback, RawReceipt
from smsadmin.providers import provider
from smsadmin.providers.base import CallbackRequest, Forged, Garbled, Receipt
from smsadmin.sealing import NoKey
from smsadmin.upsert import add_up, insert_new

FORGED, GARBLED, UNKNOWN, REPEATED, TOO_LARGE = "forged", "garbled", "unknown", "repeated", "too_large"
"""Why a callback changed nothing: not the provider's, not readable, about nothing of ours, not new, too long."""

NOTED_EVERY = 60.0
"""Seconds between two notes that an account's receipts come: one for each would be a queue for one row."""


def take(name: str, request: CallbackRequest) -> str | None:
    """Keep the receipts of a callback of the provider `name`; return why it changed nothing, if it did not.

    Raise `NoKey` when only an account whose secret cannot be opened might vouch for it.

    A callback is believed when it verifies against any account this provider ever had here: receipts of a
    removed one still come.
    """
    try:
        account, receipts = _verified(name, request)
    except Forged:
        return drop(name, FORGED)
    except Garbled:
        return drop(name, GARBLED)
    known = _messages(receipts)
    kept = [receipt for receipt in receipts if receipt.reference in known]
    new = write(lambda session: _keep_and_note(session, account, kept, known)) if kept else 0
    if len(kept) < len(receipts):
        return drop(name, UNKNOWN)
    return drop(name, REPEATED) if new < len(kept) else None


def drop(name: str, cause: str) -> str:
    """Count a callback of the provider `name` that changed nothing, and return the cause."""
    row = {"provider": name, "cause": cause, "count": 1, "last_at": utc_now()}
    write(lambda session: add_up(session, DroppedCallback, [row], "count"))
    return cause


def dropped(name: str) -> list[DroppedCallback]:
    """Return how many callbacks of the provider `name` changed nothing, by cause."""
    mine = select(DroppedCallback).where(DroppedCallback.provider == name).order_by(DroppedCallback.cause)
    return read(lambda session: list(session.scalars(mine)))


def _verified(name: str, request: CallbackRequest) -> tuple[Account, list[Receipt]]:
    """Return the account that vouches for a callback, and what it says; raise `Forged`, `Garbled` or `NoKey`."""
    statement = select(Account).where(Account.provider == name).order_by(Account.id.desc())
    accounts = read(lambda session: session.scalars(statement).all())
    closed: NoKey | None = None
    for account in accounts:
        try:
            return account, provider(name).parse_receipt(request, credentials(account))
        except Forged:
            continue
        except NoKey as error:
            closed = error
    if closed:
        raise closed
    raise Forged(f"no account of {name} vouches for it")


def _messages(receipts: list[Receipt]) -> dict[str, int]:
    """Return our reference → message, for references that we did issue."""
    statement = select(Asked.reference, Asked.message_id).where(
        Asked.reference.in_([receipt.reference for receipt in receipts])
    )
    return read(lambda session: {row.reference: row.message_id for row in session.execute(statement)})


def _keep_and_note(
    session: Session, account: Account, receipts: Sequence[Receipt], messages: Mapping[str, int]
) -> int:
    """Keep receipts, and note now and then that this account's come; return how many are new."""
    new = keep(session, account.provider, receipts, messages)
    seldom = or_(Account.last_receipt_at.is_(None), Account.last_receipt_at < db_now(-NOTED_EVERY))
    noted = update(Account).where(Account.id == account.id, seldom)
    session.execute(noted.values(last_receipt_at=db_now()))
    return new


def keep(session: Session, name: str, receipts: Sequence[Receipt], messages: Mapping[str, int]) -> int:
    """Keep receipts of the provider `name` raw, `messages` by their references; return how many are new."""
    rows = [
        {
            "provider": name,
            "reference": receipt.reference,
            "status": receipt.status[:40],
            "error": receipt.error[:40],
            "price": receipt.price,
            "message_id": messages[receipt.reference],
            "received_at": utc_now(),
        }
        for receipt in receipts
    ]
    return insert_new(session, RawReceipt, rows)
