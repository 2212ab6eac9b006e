"""The logins of one customer: each posted form of the login page, with the broadcast and the link it came by."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from shortlinks import report
from smsadmin.database import read
from smsadmin.links.owner import broadcast_of, owner_of
from smsadmin.models import Broadcast, Message


@dataclass(frozen=True)
class CustomerLogin:
    """When a customer came by which link, and what became of it (an `Outcome` of the short links)."""

    id: int
    at: datetime
    broadcast_id: int
    broadcast_name: str
    number: int
    """The link's number, from which nobody makes its code."""
    url: str
    outcome: str
    refusal: str


def customer_logins(customer_key: str, before: int | None, limit: int) -> list[CustomerLogin]:
    """Return a customer's logins by the links of his SMS, newest first; `before` is the last id seen."""
    # Index ix_sms_messages_customer.
    statement = (
        select(Broadcast, Message.position)
        .join(Message, Message.broadcast_id == Broadcast.id)
        .where(Message.customer_key == customer_key, Message.position.is_not(None), Broadcast.wrap_login)
    )
    found = read(lambda session: session.execute(statement).all())
    names = {broadcast.id: broadcast.name for broadcast, _ in found}
    messages = [(owner_of(broadcast), position) for broadcast, position in found if position is not None]
    return [_login(row, names) for row in report.list_logins_of(messages, before=before, limit=limit)]


def has_login_links(customer_key: str) -> bool:
    """Say whether a customer has an SMS whose links may sign him in."""
    theirs = exists().where(Message.customer_key == customer_key, Message.signs_in)
    return bool(read(lambda session: session.scalar(select(theirs))))


def _login(row: report.LoginRow, names: dict[int, str]) -> CustomerLogin:
    broadcast_id, _ = broadcast_of(row.owner)
    return CustomerLogin(
        id=row.id,
        at=row.at,
        broadcast_id=broadcast_id,
        broadcast_name=names[broadcast_id],
        number=row.number,
        url=row.url,
        outcome=row.outcome.value,
        refusal=row.refusal,
    )
