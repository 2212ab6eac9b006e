"""Counters and rows are compared in one snapshot: real differences are found, and none while messages move."""

import time
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from smsadmin.broadcasts import lifecycle
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.integration import integration
from smsadmin.models import Counter, Message
from smsadmin.sending.moves import Target, move
from smsadmin.states import BroadcastState, State
from smsadmin.statistics.counters import count, figures
from smsadmin.statistics.differences import Difference, check_counters, differences, mend_counters
from smsadmin.statistics.listed import ListDifference
from tests.plugin import Shop
from tests.test_worker import worker


def set_counter(broadcast_id: int, state: State, number: int) -> None:
    statement = update(Counter).where(Counter.broadcast_id == broadcast_id, Counter.state == state)
    write(lambda session: session.execute(statement.values(count=number)))


def accepted(broadcast_id: int) -> int:
    return read(lambda session: figures(session, [broadcast_id]))[broadcast_id].get(("accepted", ""), 0)


def test_where_all_is_counted_there_is_no_difference(shop: Shop) -> None:
    shop.connect()
    shop.customers(3)
    shop.customer(phone="")
    shop.sent()
    shop.formed()

    assert check_counters() == []
    assert integration().counters_off == 0
    assert integration().counters_checked_at is not None


def test_every_way_to_differ_is_found(shop: Shop) -> None:
    shop.connect()
    shop.customers(3)
    first, second, third = shop.sent(), shop.formed(), shop.formed()
    set_counter(first, State.ACCEPTED, 2)
    write(lambda session: session.execute(delete(Counter).where(Counter.broadcast_id == second)))
    write(lambda session: session.execute(delete(Message).where(Message.broadcast_id == third)))

    assert check_counters() == [
        Difference(first, "accepted", "", 2, 3),
        Difference(second, "queued", "", 0, 3),
        Difference(third, "queued", "", 3, 0),
        ListDifference(third, "parts", 3, 0),
        ListDifference(third, "price", Decimal("10.5"), None),
        ListDifference(third, "currency", "RUB", None),
    ]
    assert integration().counters_off == 6


def test_the_messages_of_events_have_no_counters_and_lack_none(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    shop.sent()
    write(lambda session: session.execute(update(Message).values(broadcast_id=None)))
    write(lambda session: session.execute(delete(Counter)))

    assert check_counters() == []


def test_mended_counters_are_what_their_rows_are(shop: Shop) -> None:
    shop.connect()
    shop.customers(3)
    first, second = shop.sent(), shop.formed()
    set_counter(first, State.ACCEPTED, 7)
    write(lambda session: session.execute(delete(Counter).where(Counter.broadcast_id == second)))
    assert len(check_counters()) == 2

    assert mend_counters() == 2

    assert check_counters() == []
    assert (shop.states(first), shop.states(second)) == ({"accepted": 3}, {"queued": 3})
    assert integration().counters_off == 0


def test_two_who_mend_at_once_do_not_mend_twice(shop: Shop) -> None:
    shop.connect()
    shop.customers(3)
    first = shop.sent()
    set_counter(first, State.ACCEPTED, 7)

    def mend(_: int) -> int:
        with shop.app.app_context():
            return mend_counters()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(mend, range(4))) == [0, 0, 0, 1]
    assert shop.states(first) == {"accepted": 3}


def test_while_a_real_worker_sends_nothing_seems_to_differ(shop: Shop) -> None:
    shop.connect()
    shop.customers(60)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    seen: list[list[Difference]] = []
    midway = 0

    with worker(shop, SMSADMIN_BATCH_SIZE=1, SMSADMIN_RATE=10):
        end = time.monotonic() + 120
        while shop.row(broadcast_id).state != BroadcastState.FINISHED and time.monotonic() < end:
            seen.append(read(differences))
            midway += 0 < accepted(broadcast_id) < 60

    assert midway > 3, "it was looked at while they moved"
    assert [found for found in seen if found] == []


def test_what_is_missing_is_mended_exactly_while_messages_move(shop: Shop) -> None:
    broadcast_id = shop.broadcast()
    row = {"broadcast_id": broadcast_id, "phone": "", "state": "queued", "rank": 0, "left_out": True}
    rows = [row | {"customer_key": str(number), "created_at": utc_now()} for number in range(200)]

    def add(session: Session) -> list[int]:
        count(session, Tally({(broadcast_id, "queued", ""): 193}))
        return list(session.scalars(insert(Message).returning(Message.id), rows))

    ids = write(add)

    def go(place: int) -> None:
        with shop.app.app_context():
            some = ids[place : place + 10]
            write(lambda session: move(session, some, State.QUEUED, Target(State.SENDING)))

    def mend(_: int) -> int:
        with shop.app.app_context():
            return mend_counters()

    with ThreadPoolExecutor(4) as pool:
        moving = [pool.submit(go, place) for place in range(0, 200, 10)]
        mended = sum(pool.map(mend, range(3)))
        for each in moving:
            each.result()

    assert mended == 1
    assert read(differences) == []
