"""The last check of claimed messages against the host: who must not get his SMS any more, and whom no link signs in."""

from collections import Counter as Tally
from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.current import host, settings
from smsadmin.database import among, table
from smsadmin.host import Customer
from smsadmin.models import Message
from smsadmin.reasons import Reason
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.moves import Target, move
from smsadmin.states import State
from smsadmin.statistics.counters import Figure
from smsadmin.suppression import Suppressed, suppressed_among
from smsadmin.text.phones import to_e164


def still_wanted(session: Session, rows: Sequence[Claimed], tally: Tally[Figure]) -> list[Claimed]:
    """Cancel what the customer must not get any more, into the `tally`; check once more whose links may sign in."""
    if not rows:
        return []
    keys = {row.customer_key for row in rows}
    customers = host().customers.get_many(keys)
    suppressed = suppressed_among(keys, {row.phone for row in rows})
    unwanted: dict[Reason, list[int]] = {}
    kept = []
    for row in rows:
        if reason := _why_not(row, customers.get(row.customer_key), suppressed):
            unwanted.setdefault(reason, []).append(row.id)
        else:
            kept.append(row)
    gone = set()
    for reason, ids in unwanted.items():
        cancelled = Target(State.CANCELLED, reason)
        gone |= move(session, ids, State.SENDING, cancelled, tally=tally, settled_at=utc_now())
    # Only keys that the host knows: a test SMS to oneself has one of ours.
    verified = {key for key, customer in customers.items() if customer.verified}
    return _without_login(session, kept, verified)


def _why_not(row: Claimed, customer: Customer | None, suppressed: Suppressed) -> Reason | None:
    if customer is None:
        return Reason.CUSTOMER_GONE
    if reason := suppressed.reason(row.customer_key, row.phone):
        return reason
    now = to_e164(customer.phone or "", settings().region)
    return Reason.PHONE_CHANGED if now != row.phone else None


def _without_login(session: Session, rows: Sequence[Claimed], verified: set[str]) -> list[Claimed]:
    """Take the login out of the links of whoever works here, or has not shown that the phone is his alone."""
    signing_in = [row for row in rows if row.signs_in]
    if not signing_in:
        return list(rows)
    nobodys = {*host().staff.phones(), *host().customers.shared([row.phone for row in signing_in])}
    allowed = verified.difference(host().staff.staff_among(verified))
    ended = {row.id for row in signing_in if row.phone in nobodys or row.customer_key not in allowed}
    if not ended:
        return list(rows)
    messages = table(Message)
    session.execute(update(messages).where(among(messages.c.id, ended)).values(signs_in=False))
    return [row._replace(signs_in=False) if row.id in ended else row for row in rows]
