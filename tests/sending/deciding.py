"""Deciding about messages in doubt as a member of staff does: by what he sees of them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from smsadmin.broadcasts import lifecycle
from smsadmin.database import db_now, read, write
from smsadmin.host import Role, StaffMember
from smsadmin.models import Account, Asked, Decision, Message
from smsadmin.providers import provider
from smsadmin.sending import in_doubt
from smsadmin.sending.claim import claim
from smsadmin.sending.decisions import Decided, Seen
from smsadmin.sending.sweeper import end_leases
from tests.plugin import Shop

MARIA = StaffMember("7", "Мария", Role.MANAGER)
OLGA = StaffMember("8", "Ольга", Role.ADMIN)


def lost(
    shop: Shop, fault: str = "cut", name: str = "smsc", price: str | None = "2.50", **fields: Any
) -> int:
    """Send a broadcast to a new customer, in a request that meets a fault of the way; return it."""
    shop.connect(name, **{"price_of_part": price} if price else {})
    shop.customer()
    shop.simulator.order(provider=name, faults=[fault])
    broadcast_id = shop.sent(**fields)
    assert set(shop.states(broadcast_id)) == {"unknown"}
    return broadcast_id


def killed(shop: Shop, number: int = 1, name: str = "smsc") -> int:
    """Let the worker of a broadcast have been killed before its call, long ago; return the broadcast."""
    account = shop.connect(name)
    shop.customers(number)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    kill_worker(shop, account, broadcast_id, number)
    assert shop.states(broadcast_id) == {"unknown": number}
    return broadcast_id


def kill_worker(shop: Shop, account: Account, broadcast_id: int | None, number: int = 1) -> None:
    """Claim messages and never call; the lease, and all that might still be on its way, are over."""
    claim(account, provider(account.provider), broadcast_id, number)
    shop.end_leases_now()
    end_leases()
    let_it_settle()


def let_it_settle() -> None:
    """Let every call have ended so long ago that "not found" is believed."""
    ended = update(Message).where(Message.state == "unknown").values(lease_until=db_now(-1000))
    write(lambda session: session.execute(ended))


def seen(shop: Shop, broadcast_id: int | None) -> Seen:
    """Return what a person sees of the messages of a broadcast, or of events."""
    found = in_doubt.of([message.id for message in shop.messages(broadcast_id)])
    return {doubt.message.id: doubt.mark for doubt in found}


def decide(shop: Shop, broadcast_id: int | None, act: Callable[[Seen, StaffMember], Decided]) -> Decided:
    """Decide about all messages of a broadcast, or of events, as they are seen now."""
    return act(seen(shop, broadcast_id), MARIA)


def decisions_made() -> list[Decision]:
    """Return what was decided, oldest first."""
    return list(read(lambda session: session.scalars(select(Decision).order_by(Decision.id)).all()))


def attempts() -> int:
    """Return how many attempts stand in the ledger."""
    return len(read(lambda session: session.scalars(select(Asked.attempt_id)).all()))


def change(**values: Any) -> None:
    """Give all messages these values."""
    write(lambda session: session.execute(update(Message).values(**values)))
