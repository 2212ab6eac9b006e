"""The rest of a broadcast whose account was removed goes through another one, once a person has seen its price."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from smsadmin.broadcasts.lifecycle import RESUMED, resume_step, take
from smsadmin.broadcasts.schedule import size
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.models import Account, Broadcast, Message
from smsadmin.states import State


@dataclass(frozen=True)
class Rest:
    """What has not left of a broadcast whose account was removed."""

    messages: int
    parts: int

    def price(self, account: Account) -> Decimal | None:
        """Return what it will cost through this account; None: unknown."""
        return None if account.price_of_part is None else self.parts * account.price_of_part


def rest_without_account(broadcast: Broadcast) -> Rest | None:
    """Return what waits for an account that is gone, or None when the broadcast still has its own."""

    def look(session: Session) -> Rest | None:
        account = session.get(Account, broadcast.account_id) if broadcast.account_id else None
        if account is None or account.removed_at is None:
            return None
        waiting = (Message.broadcast_id == broadcast.id, Message.state == State.QUEUED)
        row = session.execute(select(func.count(), func.coalesce(func.sum(Message.parts), 0)).where(*waiting))
        messages, parts = row.one()
        return Rest(messages, int(parts))

    return read(look)


def confirm_anew(broadcast_id: int, by: str, account: Account) -> None:
    """Send what waits of a paused broadcast through `account`, at its price; raise `NotAllowed`.

    Only what never left goes: a message whose outcome is unknown is never handed to another provider.
    """
    gone = exists().where(Account.id == Broadcast.account_id, Account.removed_at.is_not(None))
    connected = exists().where(Account.id == account.id, Account.removed_at.is_(None))
    price = None if account.price_of_part is None else Message.parts * account.price_of_part

    def confirm(session: Session) -> None:
        broadcast = session.get_one(Broadcast, broadcast_id)
        take(
            session,
            broadcast_id,
            resume_step(session, broadcast),
            gone,
            connected,
            Broadcast.confirmed_by.is_not(None),
            account_id=account.id,
            **RESUMED,
            confirmed_by=by,
            confirmed_at=utc_now(),
        )
        session.execute(
            update(Message)
            .where(Message.broadcast_id == broadcast_id, Message.state == State.QUEUED)
            .values(account_id=account.id, price=price, currency=account.currency)
        )
        _note_what_was_seen(session, broadcast)

    write(confirm)


def _note_what_was_seen(session: Session, broadcast: Broadcast) -> None:
    """Keep the new price, in the new account's currency; of a list that is still to be formed nobody knows it."""
    seen: dict[str, Any] = {"confirmed_price": None}
    if broadcast.formed_at is not None:
        recipients, price = size(session, broadcast.id)
        seen = {"confirmed_recipients": recipients, "confirmed_price": price}
    session.execute(update(Broadcast).where(Broadcast.id == broadcast.id).values(**seen))
