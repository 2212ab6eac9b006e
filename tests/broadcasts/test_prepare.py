"""Forming the list: who gets it, who does not and why, and going on after a worker died."""

import time
from typing import Any

import pytest
from sqlalchemy import event

from smsadmin import accounts
from smsadmin.broadcasts import drafts, lifecycle
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.broadcasts.prepare import form_list
from smsadmin.states import BroadcastState
from smsadmin.statistics.listed import cost
from smsadmin.suppression import suppress
from tests.hostapp.models import db
from tests.plugin import Shop, fresh_phone


def test_every_customer_is_a_row_and_each_left_out_one_has_his_reason(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    shop.customer(phone=phone)
    shop.customer(phone=phone.replace("+7", "8 "))
    shop.customer(phone="12")
    shop.customer(phone="")
    shop.customer(mobile_ok_at=None)
    suppress(str(shop.customer().uid), by="Мария")

    broadcast_id = shop.formed()

    assert shop.states(broadcast_id) == {"queued": 1, "skipped": 5}
    assert shop.reasons(broadcast_id) == {
        "duplicate": 1,
        "bad_number": 1,
        "no_number": 1,
        "unverified": 1,
        "suppressed": 1,
    }
    assert shop.row(broadcast_id).state == BroadcastState.READY


def test_an_unconfirmed_number_gets_it_only_when_staff_say_so(shop: Shop) -> None:
    shop.connect()
    shop.customer(mobile_ok_at=None)

    assert shop.states(shop.formed()) == {"skipped": 1}
    assert shop.states(shop.formed(verified_only=False)) == {"queued": 1}


def test_of_several_on_one_phone_the_verified_one_gets_it_however_young(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    old = shop.customer("Старый", phone=phone, mobile_ok_at=None)
    young = shop.customer("Молодой", phone=phone)

    broadcast_id = shop.formed(verified_only=False)

    rows = {message.customer_key: message.state for message in shop.messages(broadcast_id)}
    assert rows == {str(young.uid): "queued", str(old.uid): "skipped"}


def test_of_several_verified_on_one_phone_the_oldest_gets_it(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    first, second = shop.customer("Первый", phone=phone), shop.customer("Второй", phone=phone)

    rows = {message.customer_key: message.state for message in shop.messages(shop.formed())}

    assert rows == {str(first.uid): "queued", str(second.uid): "skipped"}


def test_the_text_is_final_with_prefix_values_parts_and_price(shop: Shop) -> None:
    from decimal import Decimal

    from smsadmin.integration import set_prefix

    shop.connect(price_of_part=Decimal("3.50"), currency="RUB")
    shop.customer("Анна")
    set_prefix("Лавка")

    broadcast_id = shop.formed("Привет, {name}! " + "о" * 70)

    message = shop.messages(broadcast_id)[0]
    assert message.text == "Лавка: Привет, Анна! " + "о" * 70
    assert (message.parts, message.price, message.currency) == (2, Decimal("7.00"), "RUB")
    assert cost(shop.row(broadcast_id)).price == Decimal("7.00")


def test_a_name_with_an_address_in_it_is_no_link(shop: Shop) -> None:
    shop.connect()
    shop.customer("http://evil.example/x")

    message = shop.messages(shop.formed("{name}, вам сюда: http://localhost/sale", wrap_clicks=True))[0]

    assert message.text.startswith("http://evil.example/x, вам сюда: \ue000")


def test_two_customers_with_one_confirmed_phone_are_never_signed_in(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    shop.customer("Муж", phone=phone)
    shop.customer("Жена", phone=phone)
    shop.customer("Сосед")

    broadcast_id = shop.formed("Кабинет: http://localhost/home", wrap_login=True)

    by_name = {message.name: message for message in shop.messages(broadcast_id)}
    assert not by_name["Муж"].signs_in
    assert by_name["Муж"].text == "Кабинет: http://localhost/home"
    assert by_name["Сосед"].signs_in
    assert cost(shop.row(broadcast_id)).signing_in == 1


def test_where_many_share_their_phones_each_batch_leaves_its_duplicates_out(shop: Shop) -> None:
    shop.connect()
    shop.app.extensions["smsadmin"].settings = _with_batches_of(shop, 3)
    phones = [fresh_phone() for _ in range(3)]
    keys = [str(shop.customer(phone=phone).uid) for phone in phones * 3 + [fresh_phone()]]

    broadcast_id = shop.formed()

    rows = {message.customer_key: message for message in shop.messages(broadcast_id)}
    queued = [*keys[:3], keys[9]]
    assert [rows[key].reason for key in keys[3:9]] == ["duplicate"] * 6
    assert [(rows[key].state, rows[key].position) for key in queued] == [("queued", n) for n in range(4)]
    assert shop.states(broadcast_id) == {"queued": 4, "skipped": 6}
    assert shop.row(broadcast_id).considered == 10


def test_a_shared_phone_is_found_across_batches_too(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    shop.app.extensions["smsadmin"].settings = _with_batches_of(shop, 1)
    shop.customer("Муж", phone=phone)
    shop.customer("Жена", phone=phone)

    broadcast_id = shop.formed("Кабинет: http://localhost/home", wrap_login=True, wrap_clicks=True)

    holder = next(message for message in shop.messages(broadcast_id) if message.state == "queued")
    assert not holder.signs_in
    assert "\ue000" in holder.text


def test_staff_get_no_link_that_signs_in(shop: Shop) -> None:
    shop.connect()
    client = shop.customer()
    shop.employee("operator", tel=client.mobile)

    broadcast_id = shop.formed("Кабинет: http://localhost/home", wrap_login=True, wrap_clicks=True)

    assert [message.signs_in for message in shop.messages(broadcast_id)] == [False]


def test_forming_goes_on_where_a_killed_worker_stopped(shop: Shop) -> None:
    shop.connect()
    shop.app.extensions["smsadmin"].settings = _with_batches_of(shop, 2)
    clients = shop.customers(7)
    broadcast_id = shop.broadcast()
    drafts.form_list(broadcast_id, "Привет!")

    assert form_list(broadcast_id, time.monotonic() - 1) is True  # no time at all
    turns = 0
    while form_list(broadcast_id, time.monotonic() + 0.001):
        turns += 1

    assert turns > 0
    assert sorted(message.customer_key for message in shop.messages(broadcast_id)) == sorted(
        str(client.uid) for client in clients
    )
    assert [message.position for message in shop.messages(broadcast_id)] == list(range(7))


def test_a_customer_who_loses_his_confirmation_meanwhile_stands_in_the_list_once(shop: Shop) -> None:
    shop.connect()
    shop.app.extensions["smsadmin"].settings = _with_batches_of(shop, 1)
    client = shop.customer()
    broadcast_id = shop.broadcast()
    drafts.form_list(broadcast_id, "Привет!")
    while not shop.messages(broadcast_id):
        form_list(broadcast_id, time.monotonic() + 0.001)
    client.mobile_ok_at = None
    db.session.commit()

    form_list(broadcast_id, time.monotonic() + 60)

    assert shop.states(broadcast_id) == {"queued": 1}
    assert shop.row(broadcast_id).state == BroadcastState.READY


def test_a_list_that_is_thrown_away_leaves_nothing(shop: Shop) -> None:
    shop.connect()
    shop.customers(3)
    broadcast_id = shop.formed()

    lifecycle.edit(broadcast_id)

    assert shop.messages(broadcast_id) == []
    assert shop.states(broadcast_id) == {}
    drafts.form_list(broadcast_id, "Снова")
    form_list(broadcast_id, time.monotonic() + 60)
    assert shop.states(broadcast_id) == {"queued": 3}


def test_nothing_is_formed_while_nobody_is_connected(shop: Shop) -> None:
    broadcast_id = shop.broadcast()

    with pytest.raises(drafts.NotConnected):
        drafts.form_list(broadcast_id, "Привет")


def test_a_list_priced_for_an_account_that_was_replaced_is_not_sent(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    accounts.connect("smsc", login="other", secret="secret")

    with pytest.raises(NotAllowed):
        lifecycle.send(broadcast_id, "Мария")


def _with_batches_of(shop: Shop, number: int) -> object:
    from dataclasses import replace

    return replace(shop.app.extensions["smsadmin"].settings, prepare_batch=number)


def test_a_phone_is_looked_for_by_its_index_however_long_the_list_is(shop: Shop) -> None:
    """Read from its beginning for each batch, a list of a hundred thousand would take hours."""
    shop.connect()
    shop.customers(3)
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        if "json_" in statement and "sms_messages.phone >= " in statement and statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    shop.formed()
    event.remove(db.engine, "before_cursor_execute", note)

    [(statement, parameters), *_] = asked
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    assert "uq_sms_messages_phone" in str(plan)
