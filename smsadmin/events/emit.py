"""`emit()`: the host says what happened to a customer; the notification is one row in the host's transaction."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event as listeners
from sqlalchemy import false, update
from sqlalchemy.orm import Session

from smsadmin.accounts import sending_account
from smsadmin.clock import utc_now
from smsadmin.current import host, settings
from smsadmin.events.catalogue import CATALOGUE, Event
from smsadmin.events.switches import is_on
from smsadmin.failures import named
from smsadmin.host import Customer
from smsadmin.integration import integration
from smsadmin.models import Account, Message
from smsadmin.reasons import Reason
from smsadmin.sending import doorbell
from smsadmin.states import RANK, State
from smsadmin.suppression import suppressed_among
from smsadmin.text import placeholders
from smsadmin.text.parts import count_parts
from smsadmin.text.phones import to_e164
from smsadmin.text.template import prefixed
from smsadmin.upsert import insert_or_ignore

RINGS = "smsadmin.rings"
"""In `Session.info`: the accounts to ring for when the host's transaction commits."""

LONGEST_KEY = 200
"""The width of `Message.event_key`."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Emitted:
    """What came of an event: an SMS that waits, none for a `reason`, or none because its switch is off."""

    queued: bool
    reason: Reason | None = None


def emit(kind: str, *, customer_key: str, fact: str, values: Mapping[str, str] | None = None) -> Emitted:
    """Notify a customer of an event, once per fact, when the host's transaction commits.

    `fact` is the host's own id of what happened (a bonus entry, a year of a birthday): the same kind, customer
    and fact never notify twice. `values` fill the text's placeholders. Raise `KeyError` for a kind that is not in
    the catalogue; any other error of ours is logged and never reaches the host's transaction.
    """
    event = CATALOGUE[kind]
    try:
        return _emit(event, customer_key, fact, values or {})
    except Exception as error:
        log.error("event %s was not notified: %s", kind, named(error))
        return Emitted(queued=False)


def _emit(event: Event, customer_key: str, fact: str, values: Mapping[str, str]) -> Emitted:
    if not is_on(event.kind):
        return Emitted(queued=False)
    customer = host().customers.get_many([customer_key]).get(customer_key)
    if customer is None:
        return Emitted(queued=False, reason=Reason.CUSTOMER_GONE)
    account = sending_account()
    reason = _obstacle(customer, account)
    row = _row(event, customer, fact, values, account, reason)
    session = host().db.session
    # pysqlite begins a transaction before an UPDATE but not before a SAVEPOINT, whose end would then commit.
    session.execute(update(Message).where(false()).values(text=""))
    with session.begin_nested():
        insert_or_ignore(session, Message, [row])
    if reason is None and account is not None:
        _ring_after_commit(session(), account.id)
    return Emitted(queued=reason is None, reason=reason)


def _obstacle(customer: Customer, account: Account | None) -> Reason | None:
    """Return why this customer gets no SMS about anything, or None."""
    if not customer.phone:
        return Reason.NO_NUMBER
    phone = to_e164(customer.phone, settings().region)
    if phone is None:
        return Reason.BAD_NUMBER
    if reason := suppressed_among([customer.key], [phone]).reason(customer.key, phone):
        return reason
    if not customer.verified:
        return Reason.UNVERIFIED
    if not integration().enabled:
        return Reason.SMS_OFF
    return Reason.NOT_CONNECTED if account is None else None


def _row(
    event: Event,
    customer: Customer,
    fact: str,
    values: Mapping[str, str],
    account: Account | None,
    reason: Reason | None,
) -> dict[str, Any]:
    template = prefixed(integration().text_prefix, event.text(customer.locale))
    text = placeholders.fill(template, {"name": customer.name, **customer.values, **values})
    parts = count_parts(text).count
    price = account.price_of_part if account else None
    state = State.QUEUED if reason is None else State.SKIPPED
    now = utc_now()
    return {
        "event_kind": event.kind,
        "event_key": _event_key(event.kind, customer.key, fact),
        "customer_key": customer.key,
        "phone": to_e164(customer.phone or "", settings().region)
        or placeholders.cleaned(customer.phone or "")[:32],
        "name": placeholders.cleaned(customer.name)[:200],
        "text": text,
        "parts": parts,
        "price": price * parts if price is not None else None,
        "currency": account.currency if account else None,
        "state": state.value,
        "rank": RANK[state],
        "reason": reason or "",
        "left_out": reason is not None,
        "signs_in": False,
        "account_id": account.id if account else None,
        "not_after": now + event.useful_for,
        "created_at": now,
    }


def _event_key(kind: str, customer_key: str, fact: str) -> str:
    """Return the fact's name for the unique column; a long one by its hash, since a cut one may be another's too."""
    key = f"{kind}:{customer_key}:{fact}"
    if len(key) <= LONGEST_KEY:
        return key
    return f"{kind}:{hashlib.sha256(key.encode()).hexdigest()}"


def _ring_after_commit(session: Session, account_id: int) -> None:
    if RINGS not in session.info:
        session.info[RINGS] = set()
        listeners.listen(session, "after_commit", _ring)
    session.info[RINGS].add(account_id)


def _ring(session: Session) -> None:
    # A SAVEPOINT of the host's ends with this event too; the row is there only after the last commit.
    if not session.in_nested_transaction():
        while session.info[RINGS]:
            doorbell.ring_send(session.info[RINGS].pop())
