"""What waits and does not go: broadcasts past their time, SMS that nobody sends, reports that nobody applies."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from smsadmin.alerts.findings import findings
from smsadmin.alerts.kinds import Kind
from smsadmin.broadcasts import lifecycle
from smsadmin.clock import utc_now
from smsadmin.database import db_now, write
from smsadmin.models import Message, RawReceipt
from smsadmin.providers import provider
from smsadmin.reasons import Reason
from smsadmin.sending.claim import claim
from smsadmin.states import BroadcastState, State
from tests.alerts.trouble import (
    kinds,
    paused,
    set_broadcast,
    well,
)
from tests.plugin import Shop

LONG_AGO = timedelta(hours=3)


@pytest.mark.parametrize(
    "reason",
    [Reason.MANY_REFUSALS, Reason.BROADCAST_LIMIT, Reason.DAY_LIMIT, Reason.GREW, Reason.NOT_CONNECTED],
)
def test_a_broadcast_that_was_paused_for_a_reason_is_found(shop: Shop, reason: Reason) -> None:
    well(shop)
    broadcast_id = paused(shop, reason)

    assert [(one.kind, one.about) for one in findings()] == [(Kind.BROADCAST_PAUSED, broadcast_id)]


@pytest.mark.parametrize("reason", [None, Reason.SMS_OFF])
def test_a_broadcast_that_a_person_has_paused_is_nobodys_alarm(shop: Shop, reason: Reason | None) -> None:
    well(shop)
    paused(shop, reason)

    assert kinds() == []


def test_a_broadcast_past_its_time_is_found(shop: Shop) -> None:
    well(shop)
    broadcast_id = shop.broadcast()
    set_broadcast(broadcast_id, state=BroadcastState.SCHEDULED, send_at=utc_now() - LONG_AGO)
    assert kinds() == [Kind.SCHEDULED_LATE]

    set_broadcast(broadcast_id, send_at=utc_now() - timedelta(seconds=5))

    assert kinds() == []


def test_a_broadcast_whose_list_is_not_formed_at_its_time_is_found(shop: Shop) -> None:
    well(shop)
    broadcast_id = shop.broadcast()
    set_broadcast(broadcast_id, state=BroadcastState.PREPARING, send_at=utc_now() - LONG_AGO)
    assert kinds() == [], "a person is still to see this list"

    set_broadcast(broadcast_id, confirmed_by="Мария")

    assert kinds() == [Kind.SCHEDULED_LATE]


def standing(shop: Shop) -> int:
    """Write a broadcast that was confirmed long ago and of which nothing has left."""
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    assert kinds() == []
    set_broadcast(broadcast_id, confirmed_at=utc_now() - LONG_AGO)
    old = update(Message).values(created_at=utc_now() - LONG_AGO)
    write(lambda session: session.execute(old))
    return broadcast_id


def test_sms_that_nobody_sends_are_found(shop: Shop) -> None:
    account = well(shop)
    standing(shop)

    assert [(one.kind, one.about) for one in findings()] == [(Kind.QUEUE_STANDS, account.id)]


def test_sms_that_wait_their_turn_while_a_loop_runs_are_well(shop: Shop) -> None:
    well(shop)
    broadcast_id = standing(shop)
    shop.customer()
    shop.work()
    write(lambda session: session.execute(update(Message).values(state=State.QUEUED, rank=0)))
    set_broadcast(broadcast_id, state=BroadcastState.SENDING)

    assert Kind.QUEUE_STANDS not in kinds()


def test_sms_that_wait_for_a_paused_broadcast_are_well(shop: Shop) -> None:
    well(shop)
    broadcast_id = standing(shop)
    set_broadcast(broadcast_id, state=BroadcastState.PAUSED)

    assert kinds() == []


def test_leases_that_nobody_ends_are_found(shop: Shop) -> None:
    account = well(shop)
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    claim(account, provider("smsc"), broadcast_id, 10, ())
    assert kinds() == []

    write(
        lambda session: session.execute(update(Message).values(lease_until=db_now(-LONG_AGO.total_seconds())))
    )

    assert kinds() == [Kind.LEASES_OVER]


def test_delivery_reports_that_nobody_applies_are_found(shop: Shop) -> None:
    well(shop)
    shop.customer()
    [message] = shop.messages(shop.sent())
    row = {"provider": "smsc", "reference": "1", "status": "1", "message_id": message.id}
    arrived = {"received_at": utc_now() - LONG_AGO}

    write(lambda session: session.execute(insert(RawReceipt).values(row | arrived)))

    assert kinds() == [Kind.RECEIPTS_WAIT]
