"""Write a batch of a broadcast's list: a row per customer with text, parts and price, and where it goes on."""

import logging
from collections import Counter as Tally
from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, literal_column, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from smsadmin import links
from smsadmin.broadcasts.audience import Candidate, choose
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.broadcasts.told_price import price_of_part
from smsadmin.clock import utc_now
from smsadmin.current import host, settings
from smsadmin.database import among, changed, each, read, write
from smsadmin.host import Customer
from smsadmin.models import Account, Broadcast, Message
from smsadmin.reasons import Reason
from smsadmin.states import RANK, State, Step
from smsadmin.statistics.counters import count
from smsadmin.suppression import suppressed_among
from smsadmin.text.phones import to_e164
from smsadmin.text.placeholders import cleaned
from smsadmin.text.template import Template
from smsadmin.upsert import insert_many

log = logging.getLogger(__name__)

ON_THE_LIST: ColumnElement[bool] = literal_column("NOT sms_messages.left_out")
"""In the very words of the partial index of phones: SQLite compares words, and would read the whole list otherwise."""


def write_batch(broadcast: Broadcast, customers: Sequence[Customer], after_key: str | None) -> None:
    """Write these customers of a list that is being formed, but for those who have a row; raise `NotAllowed`.

    Who is listed is asked of the unique index, by writing: only somebody who lost his confirmation between the two
    passes can be, and asking first costs as much as all else that is read. Which phones are taken is asked first, for
    the server writes what an index refuses into its log.
    """
    try:
        _write(broadcast, _candidates(broadcast, customers), broadcast.next_position, after_key)
    except IntegrityError:
        log.debug("somebody of a batch of broadcast %s is listed already", broadcast.id)
        unlisted = _candidates(broadcast, not_listed(broadcast, customers))
        _write(broadcast, unlisted, broadcast.next_position, after_key)


def write_matching(broadcast: Broadcast, customers: Sequence[Customer], after_key: str | None) -> None:
    """Write those of the customers who get the broadcast of a rule now; raise `NotAllowed`.

    Who is left out has no row: the reason may pass, and then he gets it.
    """
    candidates = [one for one in _candidates(broadcast, customers) if one.left_out is None]
    broadcast.next_position = links.room_for(broadcast, len(candidates))
    _write(broadcast, candidates, broadcast.next_position, after_key)


def _write(
    broadcast: Broadcast, candidates: Sequence[Candidate], position: int, after_key: str | None
) -> None:
    template = links.template(broadcast)
    recipients = [one for one in candidates if one.left_out is None]
    left_out = [one for one in candidates if one.left_out is not None]
    account = read(lambda session: session.get(Account, broadcast.account_id))
    rows = _rows(broadcast, recipients, template, price_of_part(broadcast, account))
    through = {"account_id": broadcast.account_id, "currency": account.currency if account else None}
    tally = Tally((broadcast.id, State.SKIPPED.value, str(one.left_out)) for one in left_out)
    tally[broadcast.id, State.QUEUED.value, ""] = len(recipients)
    shared = [c.phone for c in left_out if c.left_out is Reason.DUPLICATE and c.customer.verified]

    def insert_all(session: Session) -> None:
        advance(
            session,
            broadcast,
            after_key=after_key,
            considered=broadcast.considered + len(candidates),
            next_position=position + len(recipients),
        )
        insert_many(session, Message, rows, _same(broadcast, State.QUEUED) | through)
        insert_many(session, Message, [_row(one) for one in left_out], _same(broadcast, State.SKIPPED))
        count(session, tally)
        if broadcast.wrap_login and shared:
            _no_login_on(shared, session, broadcast.id, template)

    write(insert_all)


def advance(session: Session, broadcast: Broadcast, **values: Any) -> None:
    """Move the place where the list goes on; raise `NotAllowed` if somebody else has moved it."""
    statement = (
        update(Broadcast)
        .where(
            Broadcast.id == broadcast.id,
            Broadcast.state == broadcast.state,
            Broadcast.form == broadcast.form,
            Broadcast.account_id.is_not_distinct_from(broadcast.account_id),
            Broadcast.considered == broadcast.considered,
            # Meanwhile staff may have revoked the links up to a later position.
            Broadcast.next_position <= broadcast.next_position,
            Broadcast.verified_done == broadcast.verified_done,
            Broadcast.after_key.is_not_distinct_from(broadcast.after_key),
        )
        .values(**values)
    )
    if changed(session, statement) != 1:
        raise NotAllowed(Step.PREPARED)


def not_listed(broadcast: Broadcast, customers: Sequence[Customer]) -> list[Customer]:
    """Leave those away who have a row already: somebody may lose his confirmation between the two passes."""
    statement = select(Message.customer_key).where(
        Message.broadcast_id == broadcast.id, among(Message.customer_key, [c.key for c in customers])
    )
    listed = read(lambda session: set(session.scalars(statement)))
    return [customer for customer in customers if customer.key not in listed]


def _candidates(broadcast: Broadcast, customers: Sequence[Customer]) -> list[Candidate]:
    region = settings().region
    numbers = [to_e164(customer.phone, region) if customer.phone else None for customer in customers]
    phones = {number for number in numbers if number}
    suppressed = suppressed_among([customer.key for customer in customers], phones)
    taken = read(lambda session: _taken(session, broadcast.id, phones))
    too_long = links.overlong(broadcast)
    return choose(
        customers,
        numbers,
        verified_only=broadcast.verified_only,
        suppressed=suppressed,
        taken=taken,
        overlong=too_long and (lambda customer: too_long(values_of(customer))),
    )


def _taken(session: Session, broadcast_id: int, phones: Collection[str]) -> set[str]:
    """Return those of the phones that somebody on the list has (index uq_sms_messages_phone)."""
    phone = each(phones).table_valued("value").c.value
    from_it_on = Message.broadcast_id == broadcast_id, Message.phone >= phone, ON_THE_LIST
    # The first one in the order of the index: while a table is new all of its indexes look alike to PostgreSQL, and
    # one without that order would be read from the broadcast's first row on, for every phone.
    first = select(Message.phone).where(*from_it_on).order_by(Message.phone).limit(1).scalar_subquery()
    return set(session.scalars(select(phone).where(first == phone)))


def _rows(
    broadcast: Broadcast, recipients: Sequence[Candidate], template: Template, price: Decimal | None
) -> list[dict[str, Any]]:
    """Return what differs from recipient to recipient; `price` is that of a part."""
    no_login = _without_login(broadcast, recipients)
    wrap_login = broadcast.wrap_login
    hash_of = links.phone_hasher()
    # Few texts have many parts: the same few prices.
    price_of = cache(lambda parts: price * parts if price is not None else None)
    rows = []
    for position, candidate in enumerate(recipients, broadcast.next_position):
        customer = candidate.customer
        signs_in = wrap_login and customer.verified and customer.key not in no_login
        rendered = template.render(values_of(customer), signs_in)
        row = _row(candidate)
        row["text"], row["parts"], row["signs_in"] = rendered.text, rendered.parts, signs_in
        row["position"], row["price"] = position, price_of(rendered.parts)
        if template.keeps_values:
            row["link_values"] = rendered.link_values
        row["phone_hash"] = hash_of(candidate.phone) if signs_in else None
        rows.append(row)
    return rows


def _row(candidate: Candidate) -> dict[str, Any]:
    customer = candidate.customer
    row = {"customer_key": customer.key, "phone": candidate.phone, "name": cleaned(customer.name)[:200]}
    return row if candidate.left_out is None else row | {"reason": candidate.left_out}


def _same(broadcast: Broadcast, state: State) -> dict[str, Any]:
    """Return what all rows have that begin in this state."""
    return {
        "broadcast_id": broadcast.id,
        "state": state.value,
        "rank": RANK[state],
        "left_out": state is State.SKIPPED,
        "created_at": utc_now(),
        "not_after": broadcast.not_after,
    }


def values_of(customer: Customer) -> dict[str, str]:
    """Return what placeholders of a text say for this customer."""
    return {"name": customer.name, **customer.values}


def _without_login(broadcast: Broadcast, candidates: Sequence[Candidate]) -> set[str]:
    """Return the customers whom no link signs in: who work here, or have a phone that another one has verified too."""
    if not broadcast.wrap_login:
        return set()
    phones = [c.phone for c in candidates if c.customer.verified]
    nobodys = {*host().staff.phones(), *host().customers.shared(phones)}
    by_phone = {c.customer.key for c in candidates if c.phone in nobodys}
    return by_phone | set(host().staff.staff_among(c.customer.key for c in candidates))


def _no_login_on(phones: Sequence[str], session: Session, broadcast_id: int, template: Template) -> None:
    """Two customers have verified these phones: nobody's link signs in, and the text changes with it."""
    holders = session.scalars(
        select(Message).where(
            Message.broadcast_id == broadcast_id, Message.phone.in_(phones), ON_THE_LIST, Message.signs_in
        )
    ).all()
    customers = host().customers.get_many(message.customer_key for message in holders)
    for message in holders:
        customer = customers.get(message.customer_key)
        if customer is None:
            # Deleted since: the claim cancels it, and his link signs nobody in.
            continue
        rendered = template.render(values_of(customer), signs_in=False)
        if message.price is not None:
            message.price = message.price / message.parts * rendered.parts
        message.text, message.parts, message.signs_in = rendered.text, rendered.parts, False
        message.link_values = rendered.link_values
