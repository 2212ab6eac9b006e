"""Whether delivery reports come by themselves, as far as the tables tell."""

from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from smsadmin.current import settings
from smsadmin.database import db_now, read
from smsadmin.models import Account, Broadcast, Message
from smsadmin.states import RANK, State

BROADCASTS = 100
"""How many of an account's newest broadcasts are looked through."""


class Trouble(StrEnum):
    """What is wrong with the reports of an account."""

    LATE = "late"
    """SMS were accepted long ago, and since then no report has come."""
    ONLY_ASKED = "only_asked"
    """What became of SMS is known only because the provider was asked."""


def receipts_trouble(account: Account) -> Trouble | None:
    """Say what is wrong with the reports of this account, if anything is."""
    last, found = account.last_receipt_at, account.last_found_at
    if found is not None and (last is None or found > last):
        return Trouble.ONLY_ASKED
    return Trouble.LATE if read(lambda session: _waits_for_report(session, account)) else None


def _waits_for_report(session: Session, account: Account) -> bool:
    """Say whether an SMS was accepted after the last report and has none after `receipts_late_after`.

    Index ix_sms_messages_figure, once for each broadcast and once for the notifications: what is merely accepted
    is the small rest of a broadcast, and where nothing is ever reported the first row is found at once.
    """
    since = max(account.connected_at, account.last_receipt_at or account.connected_at)
    newest = select(Broadcast.id).where(Broadcast.account_id == account.id)
    of_broadcasts = Message.broadcast_id.in_(newest.order_by(Broadcast.id.desc()).limit(BROADCASTS))

    def accepted(which: ColumnElement[bool]) -> bool:
        statement = select(Message.id).where(
            which,
            Message.state == State.ACCEPTED,
            Message.reason == "",
            Message.rank == RANK[State.ACCEPTED],
            Message.account_id == account.id,
            Message.accepted_at > since,
            Message.accepted_at < db_now(-settings().receipts_late_after),
        )
        return session.scalars(statement.limit(1)).first() is not None

    return accepted(of_broadcasts) or accepted(Message.broadcast_id.is_(None))
