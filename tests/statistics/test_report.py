"""The figures of the broadcast page: they add up, and they are those of the rows."""

from decimal import Decimal

from smsadmin.broadcasts import lifecycle
from smsadmin.database import read
from smsadmin.reasons import Reason
from smsadmin.states import State
from smsadmin.statistics.counters import counted_rows
from smsadmin.statistics.listed import Cost, cost
from smsadmin.statistics.report import Report, reports
from smsadmin.suppression import suppress
from tests.plugin import Shop, fresh_phone

LINK = "http://localhost/sale"


def cost_of(shop: Shop, broadcast_id: int) -> Cost:
    return cost(shop.row(broadcast_id))


def report_of(shop: Shop, broadcast_id: int) -> Report:
    return reports([shop.row(broadcast_id)])[0]


def assert_adds_up(shop: Shop, broadcast_id: int) -> Report:
    """Check the figures against each other and against the rows."""
    told = report_of(shop, broadcast_id)
    rows = read(lambda session: counted_rows(session, broadcast_id))
    assert told.considered == sum(told.by_state.values()) == sum(rows.values())
    assert told.by_state == dict.fromkeys(State, 0) | {
        state: sum(number for (name, _), number in rows.items() if name == state) for state in State
    }
    assert told.by_reason == {(State(state), why): number for (state, why), number in rows.items() if why}
    return told


def test_figures_of_a_broadcast_add_up_at_every_step(shop: Shop) -> None:
    shop.connect()
    shop.customers(3)
    shop.customer(phone=fresh_phone("9901"))
    suppress(str(shop.customer().uid), by="Мария")
    broadcast_id = shop.formed()

    formed = assert_adds_up(shop, broadcast_id)
    assert (formed.considered, formed.recipients, formed.open, formed.failed) == (5, 4, 4, 0)

    lifecycle.send(broadcast_id, "Мария")
    shop.work()
    sent = assert_adds_up(shop, broadcast_id)
    assert (sent.considered, sent.recipients, sent.open) == (5, 4, 0)

    taken = [message for message in shop.messages(broadcast_id) if message.state == State.ACCEPTED]
    for message, status in zip(taken, ("1", "20", "0"), strict=True):
        shop.receive(message, status)
    told = assert_adds_up(shop, broadcast_id)
    assert (told.considered, told.recipients, told.open, told.failed) == (5, 4, 0, 2)
    assert told.by_reason[State.SKIPPED, Reason.SUPPRESSED] == 1


def test_errors_are_what_was_refused_not_delivered_or_too_late(shop: Shop) -> None:
    each_once = Report(dict.fromkeys(State, 1), {}, report_of(shop, shop.broadcast()).clicks)

    assert each_once.considered == len(State)
    assert each_once.recipients == len(State) - 1
    assert each_once.failed == 3
    assert each_once.open == 2


def test_a_cancelled_broadcast_still_accounts_for_everybody(shop: Shop) -> None:
    shop.connect()
    shop.customers(4)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    lifecycle.cancel(broadcast_id)

    told = assert_adds_up(shop, broadcast_id)
    assert told.by_reason == {(State.CANCELLED, Reason.CANCELLED_BY_STAFF): 4}
    assert (told.open, told.failed) == (0, 0)


def test_a_draft_has_no_figures(shop: Shop) -> None:
    told = report_of(shop, shop.broadcast())

    assert told.by_state == dict.fromkeys(State, 0)
    assert told.by_reason == {}


def test_the_cost_is_that_of_the_real_texts_of_those_who_get_it(shop: Shop) -> None:
    shop.connect("seventech", price_of_part=Decimal("2.50"))
    shop.customers(3)
    suppress(str(shop.customer().uid), by="Мария")

    told = cost_of(shop, shop.formed("Это не помещается в одну часть. " * 3))

    assert (told.parts, told.price, told.currency) == (6, Decimal("15"), "RUB")


def test_a_price_that_nobody_knows_is_unknown_and_not_nothing(shop: Shop) -> None:
    shop.connect("seventech", price_of_part=None)
    shop.customers(2)

    told = cost_of(shop, shop.formed())

    assert (told.parts, told.price) == (2, None)


def test_the_cost_says_how_many_links_sign_in(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    shop.customer(mobile_ok_at=None)

    told = cost_of(shop, shop.formed(f"Кабинет: {LINK} Ждём", verified_only=False, wrap_login=True))

    assert told.signing_in == 2
    assert told.parts == 3


def test_a_list_of_nobody_costs_nothing(shop: Shop) -> None:
    shop.connect(price_of_part=Decimal(1))

    told = cost_of(shop, shop.formed())

    assert (told.parts, told.signing_in) == (0, 0)
