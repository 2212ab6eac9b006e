"""The sweeper brings to an end what a crash between two steps, or two steps at once, left behind."""

import pytest
from sqlalchemy import update

from smsadmin import accounts, emit
from smsadmin.broadcasts import global_switch, lifecycle
from smsadmin.database import write
from smsadmin.events import switches
from smsadmin.models import Account, Broadcast, Integration
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.claim import claim
from smsadmin.sending.record import record
from smsadmin.sending.sweeper import sweep
from smsadmin.states import BroadcastState
from tests.hostapp.models import db
from tests.plugin import Shop


@pytest.fixture
def notified(shop: Shop) -> tuple[Shop, Account]:
    """A shop with one notification that waits."""
    account = shop.connect()
    switches.turn("birthday", True, "Мария")
    emit("birthday", customer_key=str(shop.customer().uid), fact="2026", values={"amount": "150"})
    db.session.commit()
    return shop, account


def test_a_notification_that_comes_back_while_sms_is_off_never_goes_out(
    notified: tuple[Shop, Account],
) -> None:
    shop, account = notified
    under_way = claim(account, provider("smsc"), None, 1)
    global_switch.switch_off()
    record(account.id, [(under_way.messages[0], Answer(Outcome.TRY_LATER))])

    sweep("test")
    global_switch.switch_on()
    shop.work()

    assert [(m.state, m.reason) for m in shop.messages()] == [("skipped", "sms_off")]


def test_a_notification_whose_account_is_gone_is_skipped(notified: tuple[Shop, Account]) -> None:
    shop, _account = notified
    accounts.remove("smsc")

    sweep("test")

    assert [(m.state, m.reason) for m in shop.messages()] == [("skipped", "not_connected")]


def test_a_broadcast_whose_account_is_gone_is_paused_with_the_reason(shop: Shop) -> None:
    """The process died between removing the account and pausing what waited for it."""
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    accounts.remove("smsc")

    sweep("test")

    row = shop.row(broadcast_id)
    assert (row.state, row.pause_reason) == (BroadcastState.PAUSED, Reason.NOT_CONNECTED)


def test_a_broadcast_that_was_confirmed_as_sms_was_switched_off_is_paused(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    write(lambda session: session.execute(update(Integration).values(enabled=False)))
    started = update(Broadcast).values(state=BroadcastState.SENDING)
    write(lambda session: session.execute(started))

    sweep("test")

    row = shop.row(broadcast_id)
    assert (row.state, row.pause_reason) == (BroadcastState.PAUSED, Reason.SMS_OFF)


def test_what_came_back_to_a_cancelled_broadcast_is_cancelled(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed()
    cancelled = update(Broadcast).values(state=BroadcastState.CANCELLED)
    write(lambda session: session.execute(cancelled))

    sweep("test")

    assert shop.states(broadcast_id) == {"cancelled": 2}
