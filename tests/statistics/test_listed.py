"""What is kept of a formed list: it is what its rows are, whoever formed it and however often."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from smsadmin.broadcasts import drafts, lifecycle, schedule
from smsadmin.broadcasts.prepare import form_list
from smsadmin.broadcasts.schedule import Estimate
from smsadmin.broadcasts.told_price import _set_price
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.integration import integration
from smsadmin.models import Account, Broadcast, Message
from smsadmin.reasons import Reason
from smsadmin.states import BroadcastState, Trigger
from smsadmin.statistics.differences import check_counters, mend_counters
from smsadmin.statistics.listed import Cost, ListDifference, cost
from tests.plugin import Shop, fresh_phone

TEXT = "{name}, ваш кабинет: http://localhost/home Ждём"
NOTHING = Cost(0, None, None, 0)


class Person(NamedTuple):
    """A customer: how long his name is, which phone he has, whether it is confirmed."""

    letters: int
    phone: int
    verified: bool


people = st.lists(
    st.builds(Person, st.sampled_from([3, 30, 60]), st.integers(0, 5), st.booleans()), max_size=8
)


def kept(shop: Shop, broadcast_id: int) -> Cost:
    return cost(shop.row(broadcast_id))


def of_rows(shop: Shop, broadcast_id: int) -> Cost:
    """Add up the recipients one by one."""
    rows = [message for message in shop.messages(broadcast_id) if not message.left_out]
    prices = [message.price for message in rows if message.price is not None]
    currencies = {message.currency for message in rows}
    known = rows and len(prices) == len(rows)
    return Cost(
        sum(message.parts for message in rows),
        sum(prices, Decimal(0)) if known else None,
        currencies.pop() if len(currencies) == 1 else None,
        sum(message.signs_in for message in rows),
    )


def in_batches_of(shop: Shop, number: int) -> None:
    wired = shop.app.extensions["smsadmin"]
    wired.settings = replace(wired.settings, prepare_batch=number)


def set_broadcast(broadcast_id: int, **values: object) -> None:
    write(
        lambda session: session.execute(
            update(Broadcast).where(Broadcast.id == broadcast_id).values(**values)
        )
    )


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(group=people, batch=st.integers(1, 4), price=st.sampled_from([None, Decimal("3.3333"), Decimal(2)]))
def test_what_is_kept_of_a_list_is_what_its_rows_are(
    shop: Shop, group: list[Person], batch: int, price: Decimal | None
) -> None:
    shop.connect("twilio", price_of_part=price, currency="USD")
    in_batches_of(shop, batch)
    phones = [fresh_phone() for _ in range(6)]
    for person in group:
        confirmed = {} if person.verified else {"mobile_ok_at": None}
        shop.customer("Я" * person.letters, phone=phones[person.phone], **confirmed)

    broadcast_id = shop.formed(TEXT, verified_only=False, wrap_login=True, wrap_clicks=True)

    assert shop.row(broadcast_id).state == BroadcastState.READY
    assert kept(shop, broadcast_id) == of_rows(shop, broadcast_id)


def test_two_customers_who_confirmed_one_phone_change_what_is_kept_across_batches(shop: Shop) -> None:
    shop.connect("twilio", price_of_part=Decimal("1.1"))
    in_batches_of(shop, 1)
    shared = fresh_phone()
    # The link that signs in is longer: without it the text has one part less.
    text = "о" * 57 + " http://localhost/home "
    for number in range(2):
        shop.customer(f"Клиент {number}", phone=shared)
    shop.customer()

    broadcast_id = shop.formed(text, wrap_login=True, wrap_clicks=True)

    assert kept(shop, broadcast_id) == of_rows(shop, broadcast_id)
    assert kept(shop, broadcast_id).signing_in == 1


def test_a_list_that_is_thrown_away_leaves_nothing_and_the_next_one_has_its_own_sums(shop: Shop) -> None:
    shop.connect("twilio", price_of_part=Decimal("1.25"))
    shop.customers(3)
    broadcast_id = shop.formed("я" * 100)
    assert kept(shop, broadcast_id) == Cost(6, Decimal("7.5"), "RUB", 0)

    lifecycle.edit(broadcast_id)
    assert kept(shop, broadcast_id) == NOTHING

    shop.customer()
    drafts.change(broadcast_id, text="Коротко")
    drafts.form_list(broadcast_id, "Коротко")
    assert form_list(broadcast_id, time.monotonic() + 60) is False
    assert kept(shop, broadcast_id) == of_rows(shop, broadcast_id) == Cost(4, Decimal(5), "RUB", 0)


def test_several_workers_on_one_list_keep_its_sums_once(shop: Shop) -> None:
    shop.connect("twilio", price_of_part=Decimal("2.5"))
    in_batches_of(shop, 3)
    shop.customers(40)
    broadcast_id = shop.broadcast()
    drafts.form_list(broadcast_id, shop.row(broadcast_id).text)

    def work(_: int) -> None:
        with shop.app.app_context():
            form_list(broadcast_id, time.monotonic() + 60)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))

    assert kept(shop, broadcast_id) == of_rows(shop, broadcast_id) == Cost(40, Decimal(100), "RUB", 0)


def test_a_list_that_grew_is_kept_for_the_person_who_decides(shop: Shop) -> None:
    account = shop.connect("twilio", price_of_part=Decimal(2))
    shop.customers(3)
    later = utc_now() + timedelta(hours=1)
    broadcast_id = shop.broadcast(trigger=Trigger.RULE, send_at=later, zone="Europe/Moscow")
    seen = Estimate(1, 1, Decimal(2), "RUB")
    schedule.expect(shop.row(broadcast_id), "Мария", account.id, seen)
    schedule.form_due()

    assert form_list(broadcast_id, time.monotonic() + 60) is False

    assert shop.row(broadcast_id).pause_reason == Reason.GREW
    assert kept(shop, broadcast_id) == of_rows(shop, broadcast_id) == Cost(3, Decimal(6), "RUB", 0)


def test_a_price_that_is_told_when_the_list_is_complete_changes_nothing_of_it(shop: Shop) -> None:
    account = shop.connect("twilio", price_of_part=Decimal(2))
    shop.customers(2)
    broadcast_id = shop.formed()

    _set_price(shop.row(broadcast_id), account, Decimal(9))

    assert kept(shop, broadcast_id) == of_rows(shop, broadcast_id) == Cost(2, Decimal(4), "RUB", 0)


def test_two_currencies_are_never_one_sum(shop: Shop) -> None:
    shop.connect("twilio", price_of_part=Decimal(2))
    in_batches_of(shop, 1)
    shop.customers(2)
    broadcast_id = shop.broadcast()
    drafts.form_list(broadcast_id, shop.row(broadcast_id).text)
    form_list(broadcast_id, time.monotonic() + 0.001)
    write(lambda session: session.execute(update(Account).values(currency="USD")))
    form_list(broadcast_id, time.monotonic() + 60)

    statement = select(Message.currency).where(Message.broadcast_id == broadcast_id)
    assert set(read(lambda session: session.scalars(statement).all())) == {"RUB", "USD"}
    assert kept(shop, broadcast_id) == Cost(2, None, None, 0)


def test_what_is_kept_wrongly_of_a_list_is_found_and_mended(shop: Shop) -> None:
    shop.connect("twilio", price_of_part=Decimal("1.25"))
    shop.customers(2)
    right, wrong = shop.formed(), shop.formed()
    set_broadcast(wrong, list_price=Decimal(7), list_signing_in=1)

    assert check_counters() == [
        ListDifference(wrong, "price", Decimal(7), Decimal("2.5")),
        ListDifference(wrong, "signing_in", 1, 0),
    ]
    assert integration().counters_off == 2

    assert mend_counters() == 2

    assert check_counters() == []
    assert kept(shop, wrong) == kept(shop, right) == Cost(2, Decimal("2.5"), "RUB", 0)


def test_a_list_that_is_being_sent_is_not_compared_any_more(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    set_broadcast(broadcast_id, list_parts=9)

    assert check_counters() == []
