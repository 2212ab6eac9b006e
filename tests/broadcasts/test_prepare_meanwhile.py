"""What happens to customers and lists while a list is being formed: nobody is left behind."""

import time
from collections.abc import Sequence
from datetime import datetime

import pytest

from smsadmin.broadcasts import drafts, lifecycle
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.broadcasts.prepare import _end_of_pass, form_list
from smsadmin.current import host
from smsadmin.host import Customer, Rule
from smsadmin.states import BroadcastState
from tests.hostapp.models import Client, db
from tests.plugin import Shop


def test_who_shows_his_phone_between_the_two_passes_still_gets_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect()
    late = shop.customer(mobile_ok_at=None)
    shop.customer()
    key = late.uid
    broadcast_id = shop.broadcast()
    drafts.form_list(broadcast_id, shop.row(broadcast_id).text)
    customers = host().customers
    really_batch = customers.batch

    def batch(verified: bool, after: str | None, limit: int, rule: Rule) -> Sequence[Customer]:
        if not verified:
            db.session.get_one(Client, key).mobile_ok_at = datetime(2026, 2, 1)  # noqa: DTZ001
            db.session.commit()
        return really_batch(verified, after, limit, rule)

    monkeypatch.setattr(customers, "batch", batch, raising=False)
    assert form_list(broadcast_id, time.monotonic() + 60) is False

    assert shop.row(broadcast_id).state == BroadcastState.READY
    assert shop.states(broadcast_id) == {"queued": 2}
    assert shop.row(broadcast_id).considered == 2


def test_a_worker_that_slept_over_a_new_list_does_not_call_it_ready(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.broadcast()
    drafts.form_list(broadcast_id, "Первый")
    asleep = shop.row(broadcast_id)
    asleep.verified_done = True
    lifecycle.edit(broadcast_id)
    drafts.form_list(broadcast_id, "Второй")

    with pytest.raises(NotAllowed):
        _end_of_pass(asleep, time.monotonic() + 60)

    assert shop.row(broadcast_id).state == BroadcastState.PREPARING
