"""Take a provider's callback: verify it, keep its receipts raw, and only then answer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsadmin.accounts import credentials
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.models import Account, Asked, DroppedCallback, RawReceipt
from smsadmin.providers import provider
from smsadmin.providers.base import CallbackRequest, Forged, Garbled, Receipt
from smsadmin.sealing import NoKey
from smsadmin.upsert import add_up, insert_or_ignore

FORGED, GARBLED, UNKNOWN = "forged", "garbled", "unknown"


def take(name: str, request: CallbackRequest) -> str | None:
    """Keep the receipts of a callback of the provider `name`; return why it was dropped, if it was.

    Raise `NoKey` when only an account whose secret cannot be opened might vouch for it.

    A callback is believed when it verifies against any account this provider ever had here: receipts of a
    removed one still come.
    """
    try:
        receipts = _verified(name, request)
    except Forged:
        return _dropped(name, FORGED)
    except Garbled:
        return _dropped(name, GARBLED)
    known = _messages(receipts)
    kept = [receipt for receipt in receipts if receipt.reference in known]
    if kept:
        write(lambda session: _keep(session, name, kept, known))
    return _dropped(name, UNKNOWN) if len(kept) < len(receipts) else None


def _verified(name: str, request: CallbackRequest) -> list[Receipt]:
    statement = select(Account).where(Account.provider == name).order_by(Account.id.desc())
    accounts = read(lambda session: session.scalars(statement).all())
    closed: NoKey | None = None
    for account in accounts:
        try:
            return provider(name).parse_receipt(request, credentials(account))
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


def _keep(session: Session, name: str, receipts: list[Receipt], messages: dict[str, int]) -> None:
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
    insert_or_ignore(session, RawReceipt, rows)


def _dropped(name: str, cause: str) -> str:
    row = {"provider": name, "cause": cause, "count": 1, "last_at": utc_now()}
    write(lambda session: add_up(session, DroppedCallback, [row], "count"))
    return cause
