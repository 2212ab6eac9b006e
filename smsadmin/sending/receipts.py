"""Take a provider's callback: verify it, keep its receipts raw, and only then answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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

    A callback is believed when it verifies against an account that this provider has or had here, for messages
    that were handed over through it: receipts of a removed one still come.
    """
    try:
        told = _believed(name, request)
    except Forged:
        return drop(name, FORGED)
    except Garbled:
        return drop(name, GARBLED)
    kept = [receipt for receipt in told.receipts if receipt.reference in told.messages]
    new = write(lambda session: _keep_and_note(session, told.account, kept, told.messages)) if kept else 0
    if len(kept) < len(told.receipts):
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


@dataclass(frozen=True)
class Told:
    """What a callback tells that `account` vouches for, and the messages of that account which it is about."""

    account: Account
    receipts: Sequence[Receipt]
    messages: Mapping[str, int]


def _believed(name: str, request: CallbackRequest) -> Told:
    """Return what a callback tells and who vouches for it; raise `Forged`, `Garbled` or `NoKey`."""
    statement = select(Account).where(Account.provider == name).order_by(Account.id.desc())
    told: Told | None = None
    closed: NoKey | None = None
    for account in read(lambda session: session.scalars(statement).all()):
        try:
            receipts = provider(name).parse_receipt(request, credentials(account))
        except Forged:
            if provider(name).abilities.callback_per_account:
                # One secret for all of its accounts: the others would say the same.
                break
            continue
        except NoKey as error:
            # Of a removed account whose key is lost too nobody can tell any more what is true.
            closed = error if account.removed_at is None else closed
            continue
        found = Told(account, receipts, _messages(account, receipts))
        told = told if told and len(told.messages) >= len(found.messages) else found
        if len(told.messages) == len(receipts):
            break
    if told:
        return told
    if closed:
        raise closed
    raise Forged(f"no account of {name} vouches for it")


def _messages(account: Account, receipts: Sequence[Receipt]) -> dict[str, int]:
    """Return our reference → message, for references that we issued for what `account` can vouch for.

    One secret for all of a provider's accounts vouches for all of them. Else it is this account's own, and what
    an earlier row of the same login was handed: whose token was changed still gets the old receipts, but an old
    token says nothing about what came after it.
    """
    handed = select(Asked.reference, Asked.message_id).join(Account, Account.id == Asked.account_id)
    mine = handed.where(
        Asked.reference.in_([receipt.reference for receipt in receipts]), Account.provider == account.provider
    )
    if not provider(account.provider).abilities.callback_per_account:
        mine = mine.where(Account.login == account.login, Account.id <= account.id)
    return read(lambda session: {row.reference: row.message_id for row in session.execute(mine)})


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
