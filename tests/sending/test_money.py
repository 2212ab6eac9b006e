"""The limits of money are never passed, whoever sends at once, and what is spent is what was taken."""

import threading
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Update, func, select, update

from smsadmin import emit
from smsadmin.broadcasts import lifecycle
from smsadmin.database import db_now, read, write
from smsadmin.events import switches
from smsadmin.models import Account, Answered, Asked, Message, Spending
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.account_loop import send_for
from smsadmin.sending.claim import claim
from smsadmin.sending.record import record
from smsadmin.sending.spending import UNIT, day_of
from smsadmin.sending.to_oneself import Addressee, send_test
from smsadmin.states import BroadcastState
from tests.hostapp.models import db
from tests.plugin import Shop, fresh_phone

PRICE = Decimal("3.50")
"""What the simulated SMSC takes for a part."""


def spent(broadcast_id: int | None = None) -> Decimal:
    """Return what was spent on a broadcast (0: on notifications), or on everything."""
    mine = [] if broadcast_id is None else [Spending.broadcast_id == broadcast_id]
    units = read(lambda session: session.scalar(select(func.sum(Spending.amount)).where(*mine)))
    return Decimal(int(units or 0)) / UNIT


def changed(statement: Update) -> None:
    write(lambda session: session.execute(statement))


def paused(shop: Shop, broadcast_id: int) -> str | None:
    row = shop.row(broadcast_id)
    return row.pause_reason if row.state == BroadcastState.PAUSED else None


def started(shop: Shop, recipients: int) -> int:
    """Begin a broadcast to new customers only."""
    shop.customers(recipients)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    return broadcast_id


@pytest.mark.parametrize("batch_size", [100, 2, 1])
def test_a_broadcast_sends_as_many_as_its_limit_pays_for_and_is_paused(shop: Shop, batch_size: int) -> None:
    shop.connect(price_of_part=PRICE)
    shop.set(broadcast_limits={"RUB": Decimal(11)}, batch_size=batch_size)
    broadcast_id = started(shop, 5)

    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 3, "queued": 2}
    assert paused(shop, broadcast_id) == Reason.BROADCAST_LIMIT
    assert spent(broadcast_id) == Decimal("10.50")


def test_a_limit_that_is_just_enough_lets_everything_go(shop: Shop) -> None:
    shop.connect(price_of_part=PRICE)
    shop.set(broadcast_limits={"RUB": 4 * PRICE}, day_limits={"RUB": 4 * PRICE})
    broadcast_id = started(shop, 4)

    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 4}
    assert shop.row(broadcast_id).state == BroadcastState.FINISHED


def test_all_broadcasts_and_notifications_of_a_day_share_its_limit_but_notifications_are_never_held(
    shop: Shop,
) -> None:
    shop.connect(price_of_part=PRICE)
    shop.set(day_limits={"RUB": 6 * PRICE})
    switches.turn("welcome", True, "Мария")
    first = started(shop, 3)
    second = started(shop, 3)
    for client in shop.customers(4):
        emit("welcome", customer_key=str(client.uid), fact="1", values={"balance": "0"})
    db.session.commit()

    shop.work()

    of_events = sum(message.parts for message in shop.messages())
    assert {message.state for message in shop.messages()} == {"accepted"}
    assert spent(0) == of_events * PRICE
    assert paused(shop, first) == paused(shop, second) == Reason.DAY_LIMIT
    assert spent() == max(6, of_events) * PRICE


def test_whoever_works_at_once_no_limit_is_passed(shop: Shop) -> None:
    account = shop.connect(price_of_part=PRICE)
    shop.set(batch_size=2, day_limits={"RUB": 17 * PRICE}, broadcast_limits={"RUB": 9 * PRICE})
    shop.customers(30)
    broadcasts = [shop.formed(), shop.formed()]
    for broadcast_id in broadcasts:
        lifecycle.send(broadcast_id, "Мария")
    failures: list[Exception] = []

    def work() -> None:
        with shop.app.app_context():
            try:
                send_for(account.id, time.monotonic() + 120)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    accepted = [shop.states(one)["accepted"] for one in broadcasts]
    assert sum(accepted) == 17
    assert max(accepted) <= 9
    assert {paused(shop, one) for one in broadcasts} <= {Reason.DAY_LIMIT, Reason.BROADCAST_LIMIT}
    assert spent() == 17 * PRICE


def test_who_resumes_while_the_limit_is_reached_sends_nothing(shop: Shop) -> None:
    shop.connect(price_of_part=PRICE)
    shop.set(broadcast_limits={"RUB": PRICE})
    broadcast_id = started(shop, 3)
    shop.work()

    lifecycle.resume(broadcast_id)
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 1, "queued": 2}
    assert paused(shop, broadcast_id) == Reason.BROADCAST_LIMIT


def test_who_raises_the_limit_and_resumes_sends_the_rest(shop: Shop) -> None:
    shop.connect(price_of_part=PRICE)
    shop.set(broadcast_limits={"RUB": PRICE})
    broadcast_id = started(shop, 3)
    shop.work()

    shop.set(broadcast_limits={"RUB": 100 * PRICE})
    lifecycle.resume(broadcast_id)
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 3}


def test_a_limit_of_nothing_sends_nothing(shop: Shop) -> None:
    shop.connect(price_of_part=PRICE)
    shop.set(day_limits={"RUB": Decimal(0)})
    broadcast_id = started(shop, 2)

    shop.work()

    assert shop.states(broadcast_id) == {"queued": 2}
    assert paused(shop, broadcast_id) == Reason.DAY_LIMIT


def test_a_limit_in_another_currency_or_a_price_that_nobody_knows_holds_nothing(shop: Shop) -> None:
    shop.set(day_limits={"USD": Decimal(0), "RUB": 2 * PRICE})
    shop.connect("twilio", price_of_part=None)
    unknown = started(shop, 3)
    shop.work()

    assert shop.states(unknown) == {"accepted": 3}


def test_what_was_refused_or_waits_again_costs_nothing(shop: Shop) -> None:
    shop.connect(price_of_part=PRICE)
    shop.customer(phone=fresh_phone("9901"))
    shop.customer(phone=fresh_phone("9920"))
    broadcast_id = started(shop, 3)

    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 3, "rejected": 2}
    assert spent(broadcast_id) == 3 * PRICE


def test_a_stopped_account_spends_nothing(shop: Shop) -> None:
    shop.connect(price_of_part=PRICE, secret="wrong")
    broadcast_id = started(shop, 3)

    shop.work()

    assert shop.states(broadcast_id) == {"queued": 3}
    assert spent() == 0


def test_what_is_in_doubt_counts_as_taken(shop: Shop) -> None:
    shop.connect(price_of_part=PRICE)
    shop.customer(phone=fresh_phone("9911"))

    broadcast_id = shop.sent()

    assert shop.states(broadcast_id) == {"unknown": 1}
    assert spent(broadcast_id) == PRICE


def test_what_the_provider_never_got_is_paid_for_once_when_it_goes_again(shop: Shop) -> None:
    from smsadmin.sending.lookups import ask_providers

    shop.connect(price_of_part=PRICE)
    shop.customer(phone=fresh_phone("9913"))
    broadcast_id = shop.sent()
    assert shop.states(broadcast_id) == {"unknown": 1}

    for _ in range(2):
        changed(update(Message).values(lookup_at=db_now(-1)))
        changed(update(Account).values(next_lookup_at=None))
        assert ask_providers() == 1
        changed(update(Message).values(not_found_at=db_now(-600)))

    assert shop.states(broadcast_id) == {"queued": 1}
    assert spent(broadcast_id) == 0


def test_the_price_that_the_provider_tells_takes_the_place_of_the_estimate(shop: Shop) -> None:
    shop.connect(price_of_part=Decimal("3.0001"))
    broadcast_id = started(shop, 2)
    changed(update(Message).values(price=Decimal("3.0001")))

    shop.work()

    assert spent(broadcast_id) == 2 * PRICE
    told = read(lambda session: session.scalars(select(Answered)).all())
    assert {(answer.price, answer.currency) for answer in told} == {(PRICE, "RUB")}
    assert {message.price for message in shop.messages(broadcast_id)} == {Decimal("3.0001")}


def test_an_answer_that_comes_on_the_next_day_corrects_the_day_of_the_claim(shop: Shop) -> None:
    account = shop.connect(price_of_part=PRICE)
    broadcast_id = started(shop, 1)
    one = claim(account, provider("smsc"), broadcast_id, 1)
    changed(update(Asked).values(at=datetime(2026, 1, 1, 12, tzinfo=UTC)))
    changed(update(Spending).values(day="2026-01-01"))

    record(account.id, [(one.messages[0], Answer(Outcome.REJECTED, Reason.NUMBER_REFUSED))])

    rows = read(lambda session: session.execute(select(Spending.day, Spending.amount)).all())
    assert [tuple(row) for row in rows] == [("2026-01-01", 0)]


def test_an_answer_to_an_attempt_that_is_over_gives_nothing_back(shop: Shop) -> None:
    """Its lease has ended, and whether it was taken is still to be asked."""
    from smsadmin.sending.sweeper import end_leases

    account = shop.connect(price_of_part=PRICE)
    broadcast_id = started(shop, 1)
    one = claim(account, provider("smsc"), broadcast_id, 1)
    shop.end_leases_now()
    end_leases()

    record(account.id, [(one.messages[0], Answer(Outcome.TRY_LATER))])

    assert spent(broadcast_id) == PRICE


def test_a_test_sms_is_paid_for_like_any_other(shop: Shop) -> None:
    account = shop.connect(price_of_part=PRICE)

    send_test(account, Addressee("1", "Ольга", fresh_phone()), "Проверка")

    assert spent(0) == PRICE


def test_the_day_is_the_shops(shop: Shop) -> None:
    late = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)

    assert day_of(late) == "2026-11-26"
    shop.set(timezone="America/New_York")
    assert day_of(late) == "2026-11-25"


def test_a_limit_holds_also_where_the_first_that_waits_is_in_another_currency(shop: Shop) -> None:
    """The account's currency was changed after a part of the list had been formed."""
    shop.connect(price_of_part=Decimal("3.5"))
    shop.set(day_limits={"RUB": Decimal(4)})
    shop.customers(5)
    broadcast_id = shop.formed()
    first = update(Message).where(Message.id == shop.messages(broadcast_id)[0].id)
    write(lambda session: session.execute(first.values(currency="USD")))
    lifecycle.send(broadcast_id, "Мария")

    shop.work()

    roubles = select(func.sum(Spending.amount)).where(Spending.currency == "RUB")
    assert read(lambda session: session.scalar(roubles)) == 35_000
