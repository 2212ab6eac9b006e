"""Form the list of a broadcast: one row per customer, in batches that go on where a killed worker stopped.

The verified customers come first and then the others, each oldest first: of several on one phone the first
one gets the SMS, the rest are visible rows that are left out.
"""

import time
from collections import Counter as Tally
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from smsadmin import links
from smsadmin.broadcasts.audience import Candidate, choose
from smsadmin.broadcasts.lifecycle import NotAllowed, take
from smsadmin.clock import utc_now
from smsadmin.current import host, settings, stopping
from smsadmin.database import changed, read, write
from smsadmin.host import Customer
from smsadmin.models import Account, Broadcast, Message
from smsadmin.reasons import Reason
from smsadmin.states import RANK, BroadcastState, State, Step
from smsadmin.statistics.counters import count
from smsadmin.suppression import Suppressed, suppressed_among
from smsadmin.text.template import Template


def form_list(broadcast_id: int, until: float) -> bool:
    """Go on forming the list until the monotonic time `until`; return whether there is more to do."""
    while time.monotonic() < until and not stopping().is_set():
        broadcast = read(lambda session: session.get(Broadcast, broadcast_id))
        if broadcast is None or broadcast.state != BroadcastState.PREPARING:
            return False
        batch = host().customers.batch(
            not broadcast.verified_done, broadcast.after_key, settings().prepare_batch
        )
        try:
            if batch:
                _write_batch(broadcast, _not_listed(broadcast, batch), batch[-1].key)
            else:
                _end_of_pass(broadcast)
        except NotAllowed:
            # Another worker has written this batch, or the list was thrown away: look again.
            continue
    return True


def _end_of_pass(broadcast: Broadcast) -> None:
    if not broadcast.verified_done:
        write(lambda session: _advance(session, broadcast, verified_done=True, after_key=None))
        return
    if broadcast.considered < host().customers.count():
        _list_newly_verified(broadcast.id)
    # Of this very list: a worker that slept meanwhile must not end one that was begun anew.
    write(lambda session: take(session, broadcast.id, Step.PREPARED, Broadcast.form == broadcast.form))


def _list_newly_verified(broadcast_id: int) -> None:
    """List those whose phone was confirmed behind the first pass and before the second: neither met them."""
    after = None
    while batch := host().customers.batch(True, after, settings().prepare_batch):
        broadcast = read(lambda session: session.get_one(Broadcast, broadcast_id))
        if missed := _not_listed(broadcast, batch):
            _write_batch(broadcast, missed, broadcast.after_key)
        after = batch[-1].key


def _advance(session: Session, broadcast: Broadcast, **values: Any) -> None:
    """Move the place where the forming goes on; raise `NotAllowed` if somebody else has moved it."""
    statement = (
        update(Broadcast)
        .where(
            Broadcast.id == broadcast.id,
            Broadcast.state == BroadcastState.PREPARING,
            Broadcast.form == broadcast.form,
            Broadcast.considered == broadcast.considered,
            Broadcast.verified_done == broadcast.verified_done,
        )
        .values(**values)
    )
    if changed(session, statement) != 1:
        raise NotAllowed(Step.PREPARED)


def _not_listed(broadcast: Broadcast, customers: Sequence[Customer]) -> list[Customer]:
    """Leave those away who have a row already: somebody may lose his confirmation between the two passes."""
    statement = select(Message.customer_key).where(
        Message.broadcast_id == broadcast.id, Message.customer_key.in_([c.key for c in customers])
    )
    listed = read(lambda session: set(session.scalars(statement)))
    return [customer for customer in customers if customer.key not in listed]


def _write_batch(broadcast: Broadcast, customers: Sequence[Customer], after_key: str | None) -> None:
    candidates = _candidates(broadcast, customers)
    template = links.template(broadcast)
    rows = _rows(broadcast, candidates, template)
    tally = Tally((broadcast.id, row["state"], row["reason"]) for row in rows)
    recipients = sum(1 for row in rows if not row["left_out"])
    shared = [c.phone for c in candidates if c.left_out is Reason.DUPLICATE and c.customer.verified]

    def insert_all(session: Session) -> None:
        _advance(
            session,
            broadcast,
            after_key=after_key,
            considered=broadcast.considered + len(rows),
            next_position=broadcast.next_position + recipients,
        )
        if rows:
            session.execute(insert(Message), rows)
        count(session, tally)
        if broadcast.wrap_login and shared:
            _no_login_on(shared, session, broadcast.id, template)

    write(insert_all)


def _candidates(broadcast: Broadcast, customers: Sequence[Customer]) -> list[Candidate]:
    arguments: dict[str, Any] = {
        "region": settings().region,
        "verified_only": broadcast.verified_only,
    }
    phones = {c.phone for c in choose(customers, taken=(), suppressed=Suppressed(), **arguments)}
    suppressed = suppressed_among([customer.key for customer in customers], phones)
    # Index uq_sms_messages_phone.
    statement = select(Message.phone).where(
        Message.broadcast_id == broadcast.id, Message.phone.in_(phones), ~Message.left_out
    )
    taken = read(lambda session: set(session.scalars(statement)))
    return choose(customers, taken=taken, suppressed=suppressed, **arguments)


def _rows(broadcast: Broadcast, candidates: Sequence[Candidate], template: Template) -> list[dict[str, Any]]:
    price, currency = _price_of_part(broadcast)
    no_login = _without_login(broadcast, candidates)
    now = utc_now()
    position = broadcast.next_position
    rows = []
    for candidate in candidates:
        row = _row(broadcast, candidate, now)
        if candidate.left_out is None:
            customer = candidate.customer
            signs_in = broadcast.wrap_login and customer.verified and customer.key not in no_login
            rendered = template.render(values_of(customer), signs_in)
            row |= {
                "text": rendered.text,
                "parts": rendered.parts,
                "signs_in": signs_in,
                "position": position,
                "price": price * rendered.parts if price is not None else None,
                "currency": currency,
                "account_id": broadcast.account_id,
            }
            position += 1
        rows.append(row)
    return rows


def _row(broadcast: Broadcast, candidate: Candidate, now: Any) -> dict[str, Any]:
    state = State.QUEUED if candidate.left_out is None else State.SKIPPED
    return {
        "broadcast_id": broadcast.id,
        "customer_key": candidate.customer.key,
        "phone": candidate.phone,
        "name": candidate.customer.name[:200],
        "state": state.value,
        "rank": RANK[state],
        "reason": (candidate.left_out or ""),
        "left_out": candidate.left_out is not None,
        "created_at": now,
        "text": "",
        "parts": 0,
        "signs_in": False,
        "position": None,
        "price": None,
        "currency": None,
        "account_id": None,
    }


def values_of(customer: Customer) -> dict[str, str]:
    """Return what placeholders of a text say for this customer."""
    return {"name": customer.name, **customer.values}


def _without_login(broadcast: Broadcast, candidates: Sequence[Candidate]) -> set[str]:
    """Return the customers who work here, by their account or by their phone: no link signs them in."""
    if not broadcast.wrap_login:
        return set()
    staff_phones = frozenset(host().staff.phones())
    by_phone = {c.customer.key for c in candidates if c.phone in staff_phones}
    return by_phone | set(host().staff.staff_among(c.customer.key for c in candidates))


def _price_of_part(broadcast: Broadcast) -> tuple[Decimal | None, str | None]:
    account = read(lambda session: session.get(Account, broadcast.account_id))
    return (account.price_of_part, account.currency) if account else (None, None)


def _no_login_on(phones: Sequence[str], session: Session, broadcast_id: int, template: Template) -> None:
    """Two customers have verified these phones: nobody's link signs in, and the text changes with it."""
    holders = session.scalars(
        select(Message).where(
            Message.broadcast_id == broadcast_id, Message.phone.in_(phones), Message.signs_in
        )
    ).all()
    customers = host().customers.get_many(message.customer_key for message in holders)
    for message in holders:
        rendered = template.render(values_of(customers[message.customer_key]), signs_in=False)
        if message.price is not None:
            message.price = message.price / message.parts * rendered.parts
        message.text, message.parts, message.signs_in = rendered.text, rendered.parts, False
