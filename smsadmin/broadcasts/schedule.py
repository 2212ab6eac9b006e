"""When a broadcast goes: confirmed for a time, its list formed ahead of it, and started at it, each exactly once.

*These people*: the list is formed, seen and confirmed, and waits frozen. *Whoever matches then*: an estimate is
confirmed, and the list is formed `SMSADMIN_FORM_AHEAD` seconds before the time, or at once where that has passed.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from smsadmin.accounts import sending_account
from smsadmin.broadcasts.lifecycle import (
    NotAllowed,
    account_is_connected,
    hold_unknown_rule,
    still_in_time,
    take,
    unchanged,
)
from smsadmin.broadcasts.rules import rule_of
from smsadmin.clock import utc_now
from smsadmin.current import host, settings
from smsadmin.database import db_now, read, write
from smsadmin.failures import named
from smsadmin.host import UnknownFilter
from smsadmin.integration import integration
from smsadmin.models import Broadcast, Integration, Message
from smsadmin.reasons import Reason
from smsadmin.sending import doorbell
from smsadmin.states import BroadcastState, State, Step, Trigger
from smsadmin.statistics.counters import figures
from smsadmin.statistics.listed import keep_cost
from smsadmin.statistics.pace_marks import BEGIN
from smsadmin.text.template import prefixed

log = logging.getLogger(__name__)

GREW_BY = Decimal("1.1")
"""A list that turns out larger or dearer than this much of what was confirmed is seen by a person first."""


@dataclass(frozen=True)
class Estimate:
    """What a list would be if it were formed now, not looking at who is left out: the most it can be."""

    customers: int
    parts: int
    """Of one SMS, as the first customer would get it."""
    price: Decimal | None
    """Of all; None where the price of a part is unknown."""
    currency: str | None


def schedule(broadcast_id: int, by: str, form: int) -> None:
    """Confirm a formed list, whose number was seen as `form`, for its time; raise `NotAllowed`."""

    def confirm(session: Session) -> None:
        recipients, price = size(session, broadcast_id)
        take(
            session,
            broadcast_id,
            Step.SCHEDULE,
            account_is_connected(),
            still_in_time(),
            Broadcast.form == form,
            Broadcast.send_at.is_not(None),
            confirmed_by=by,
            confirmed_at=utc_now(),
            confirmed_recipients=recipients,
            confirmed_price=price,
        )

    write(confirm)


def expect(draft: Broadcast, by: str, account_id: int, seen: Estimate) -> None:
    """Confirm, on an estimate, a broadcast to whoever matches at its time; raise `NotAllowed`.

    So it does for a draft that is not as it was read: nobody has seen what it says now.
    """
    whoever = (Broadcast.trigger == Trigger.RULE, Broadcast.send_at.is_not(None), *unchanged(draft))
    values = _confirmed(by, account_id, seen)
    write(lambda session: take(session, draft.id, Step.EXPECT, *whoever, still_in_time(), **values))


def activate(draft: Broadcast, by: str, account_id: int, seen: Estimate) -> None:
    """Let a broadcast go to each customer as he comes under its rule, until it is closed; raise `NotAllowed`."""
    endless = (Broadcast.trigger == Trigger.RULE, Broadcast.send_at.is_(None), *unchanged(draft))
    values = _confirmed(by, account_id, seen) | {
        "prefixed_text": prefixed(integration().text_prefix, draft.text),
        "audience_size": seen.customers,
        "form": Broadcast.form + 1,
        "next_match_at": None,
    }
    write(lambda session: take(session, draft.id, Step.ACTIVATE, *endless, still_in_time(), **values))


def _confirmed(by: str, account_id: int, seen: Estimate) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "confirmed_by": by,
        "confirmed_at": utc_now(),
        "confirmed_recipients": seen.customers,
        "confirmed_price": seen.price,
    }


def estimate(broadcast: Broadcast, parts: int) -> Estimate:
    """Return what the list would be now, every SMS taken to have so many parts."""
    account = sending_account()
    customers = host().customers.count(rule_of(broadcast))
    if account is None or account.price_of_part is None:
        return Estimate(customers, parts, None, None)
    return Estimate(customers, parts, account.price_of_part * parts * customers, account.currency)


def forms_at(broadcast: Broadcast) -> datetime | None:
    """Return when the list is formed (UTC); None where it is not formed ahead of a time."""
    if broadcast.send_at is None or broadcast.trigger != Trigger.RULE:
        return None
    return broadcast.send_at - timedelta(seconds=settings().form_ahead)


def form_due() -> None:
    """Begin to form the lists whose time comes near."""
    due = _scheduled(Broadcast.formed_at.is_(None), Broadcast.send_at <= db_now(settings().form_ahead))
    for broadcast in read(lambda session: session.scalars(due).all()):
        try:
            _form(broadcast)
        except UnknownFilter:
            hold_unknown_rule(broadcast)
        except Exception as error:
            # A rule that the host cannot count just now keeps no other one waiting.
            log.error("the list of broadcast %d cannot be begun: %s", broadcast.id, named(error))


def _form(broadcast: Broadcast) -> None:
    text = prefixed(integration().text_prefix, broadcast.text)
    audience = host().customers.count(rule_of(broadcast))
    begun = {"prefixed_text": text, "audience_size": audience, "form": Broadcast.form + 1}
    if _step(broadcast, Step.FORM, account_is_connected(), **begun):
        doorbell.ring_prepare(broadcast.id)
    else:
        _hold_without_account(broadcast)


def formed(broadcast: Broadcast) -> None:
    """End the forming of a list that was confirmed on an estimate; one that grew waits for a person.

    Raise `NotAllowed` where it is not this list any more.
    """

    def end(session: Session) -> None:
        take(session, broadcast.id, Step.FORMED, Broadcast.form == broadcast.form, formed_at=utc_now())
        recipients = figures(session, [broadcast.id])[broadcast.id].get((State.QUEUED, ""), 0)
        if _grew(broadcast, recipients, keep_cost(session, broadcast.id).price):
            take(session, broadcast.id, Step.HOLD, pause_reason=Reason.GREW.value)

    write(end)


def start_due() -> None:
    """Let the broadcasts go whose time has come; SMS that are switched off hold them."""
    due = _scheduled(Broadcast.formed_at.is_not(None), Broadcast.send_at <= db_now())
    enabled = exists().where(Integration.enabled)
    for broadcast in read(lambda session: session.scalars(due).all()):
        if _step(broadcast, Step.START, account_is_connected(), enabled, **BEGIN):
            doorbell.ring_send(broadcast.account_id or 0)
        elif not _step(broadcast, Step.HOLD, ~enabled, pause_reason=Reason.SMS_OFF.value):
            _hold_without_account(broadcast)


def close(broadcast_id: int) -> None:
    """Let nobody come under the rule any more; what waits still goes; raise `NotAllowed`."""
    write(lambda session: take(session, broadcast_id, Step.CLOSE, closed_at=utc_now()))


def close_over() -> None:
    """Close the rules whose last moment has passed."""
    over = select(Broadcast).where(Broadcast.state == BroadcastState.ACTIVE, Broadcast.not_after <= db_now())
    for broadcast in read(lambda session: session.scalars(over).all()):
        _step(broadcast, Step.CLOSE, closed_at=utc_now())


def _scheduled(*conditions: ColumnElement[bool]) -> Any:
    waiting = Broadcast.state == BroadcastState.SCHEDULED
    return select(Broadcast).where(waiting, *conditions).order_by(Broadcast.id)


def _step(broadcast: Broadcast, step: Step, *conditions: ColumnElement[bool], **values: Any) -> bool:
    """Take a step if the broadcast is still as it was read; say whether it was."""
    same = (Broadcast.send_at.is_not_distinct_from(broadcast.send_at), Broadcast.form == broadcast.form)
    try:
        write(lambda session: take(session, broadcast.id, step, *same, *conditions, **values))
    except NotAllowed:
        return False
    return True


def _hold_without_account(broadcast: Broadcast) -> None:
    _step(broadcast, Step.HOLD, ~account_is_connected(), pause_reason=Reason.NOT_CONNECTED.value)


def size(session: Session, broadcast_id: int) -> tuple[int, Decimal | None]:
    """Return how many of a broadcast wait, and their price by the estimate (None: of some it is unknown)."""
    # Index ix_sms_messages_figure.
    row = session.execute(
        select(func.count(), func.count(Message.price), func.sum(Message.price)).where(
            Message.broadcast_id == broadcast_id, Message.state == State.QUEUED
        )
    ).one()
    return row[0], row[2] if row[0] and row[0] == row[1] else None


def _grew(broadcast: Broadcast, recipients: int, price: Decimal | None) -> bool:
    if recipients > (broadcast.confirmed_recipients or 0) * GREW_BY:
        return True
    confirmed = broadcast.confirmed_price
    return price is not None and confirmed is not None and price > confirmed * GREW_BY
