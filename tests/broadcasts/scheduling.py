"""Broadcasts with a time, as the tests confirm them."""

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from smsadmin import accounts
from smsadmin.broadcasts import schedule
from smsadmin.broadcasts.prepare import form_list
from smsadmin.broadcasts.schedule import Estimate
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import Broadcast
from smsadmin.states import Trigger
from tests.plugin import Shop

HOUR = timedelta(hours=1)


def estimate(shop: Shop, broadcast_id: int) -> Estimate:
    return schedule.estimate(shop.row(broadcast_id), parts=1)


def expected(shop: Shop, send_in: timedelta, **fields: Any) -> int:
    """Confirm a broadcast to whoever matches at its time."""
    fields |= {"trigger": Trigger.RULE, "send_at": utc_now() + send_in, "zone": "Europe/Moscow"}
    broadcast_id = shop.broadcast(**fields)
    account = accounts.sending_account()
    assert account is not None
    schedule.expect(shop.row(broadcast_id), "Мария", account.id, estimate(shop, broadcast_id))
    return broadcast_id


def scheduled(shop: Shop, send_in: timedelta, **fields: Any) -> int:
    """Form, confirm and schedule a list of these people."""
    fields |= {"send_at": utc_now() + send_in, "zone": "Europe/Moscow"}
    broadcast_id = shop.formed(**fields)
    schedule.schedule(broadcast_id, "Мария", shop.row(broadcast_id).form)
    return broadcast_id


def the_time_comes(broadcast_id: int) -> None:
    """Let the time for which it was scheduled be now."""
    due = update(Broadcast).where(Broadcast.id == broadcast_id).values(send_at=utc_now())
    write(lambda session: session.execute(due))


def copies(shop: Shop, broadcast_id: int) -> list[int]:
    """Return how often each of its phones got an SMS."""
    return [len(shop.simulator.arrived(message.phone[1:])) for message in shop.messages(broadcast_id)]


def form(broadcast_id: int) -> None:
    assert form_list(broadcast_id, time.monotonic() + 60) is False
