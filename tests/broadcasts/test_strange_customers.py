"""Customers of a host of its own may be called anything: their list is formed nevertheless."""

from dataclasses import replace

import pytest

from smsadmin.broadcasts import drafts
from smsadmin.broadcasts.listing import write_batch
from smsadmin.current import host
from tests.plugin import Shop, fresh_phone

STRANGE = ["Иван\x00Петров", "Иван\ud800", "Иван\nПетров", "\x00", "Ив\\N\tан\\."]


@pytest.mark.parametrize("name", STRANGE, ids=range(len(STRANGE)))
def test_a_name_or_phone_that_no_database_takes_keeps_nobody_from_his_sms(shop: Shop, name: str) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.broadcast(text="Привет, {name}!")
    drafts.form_list(broadcast_id, shop.row(broadcast_id).text)
    [usual] = host().customers.batch(verified=True, after=None, limit=1)
    good = replace(usual, key="7001", name=name, phone=fresh_phone())
    bad = replace(usual, key="7002", name=name, phone=f"8{name}")

    write_batch(shop.row(broadcast_id), [usual, good, bad], bad.key)

    kept = {message.customer_key: message for message in shop.messages(broadcast_id)}
    assert set(kept) == {usual.key, "7001", "7002"}
    assert "\x00" not in kept["7001"].name + kept["7002"].phone
    assert (kept["7001"].state, kept["7002"].reason) == ("queued", "bad_number")
