"""`emit()`: one notification per fact, in the host's transaction, and never an error of ours in it."""

import pytest

from smsadmin import accounts, emit
from smsadmin.broadcasts import global_switch
from smsadmin.events import switches
from smsadmin.reasons import Reason
from smsadmin.sending import doorbell
from smsadmin.suppression import suppress
from tests.hostapp.models import Client, db
from tests.plugin import Shop

VALUES = {"amount": "150", "balance": "1 150"}


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    shop.connect()
    switches.turn("bonuses_credited", True, "Мария")
    return shop


def credited(client: Client, fact: str = "1") -> object:
    outcome = emit("bonuses_credited", customer_key=str(client.uid), fact=fact, values=VALUES)
    db.session.commit()
    return outcome


def test_an_event_notifies_its_customer_with_the_standard_text(open_shop: Shop) -> None:
    client = open_shop.customer("Анна")

    credited(client)
    open_shop.work()

    message = open_shop.messages()[0]
    assert message.text == "Анна, вам начислено бонусов: 150. Теперь на счёте: 1 150."
    assert (message.state, message.parts, message.event_kind) == ("accepted", 1, "bonuses_credited")


def test_the_text_is_in_the_customers_language(open_shop: Shop) -> None:
    credited(open_shop.customer("Anna", language="en"))

    assert open_shop.messages()[0].text == "Anna, you have got 150 bonuses. Your balance is 1 150."


def test_the_same_fact_never_notifies_twice_and_another_one_does(open_shop: Shop) -> None:
    client = open_shop.customer()

    for fact in ("1", "1", "2"):
        credited(client, fact)

    assert len(open_shop.messages()) == 2


def test_nothing_is_sent_when_the_host_rolls_back(open_shop: Shop) -> None:
    client = open_shop.customer()

    emit("bonuses_credited", customer_key=str(client.uid), fact="1", values=VALUES)
    db.session.rollback()

    assert open_shop.messages() == []


def test_the_doorbell_rings_only_after_the_hosts_commit(open_shop: Shop) -> None:
    client = open_shop.customer()
    emit("bonuses_credited", customer_key=str(client.uid), fact="1", values=VALUES)
    with db.session.begin_nested():
        pass
    assert doorbell.queue().count == 0

    db.session.commit()

    assert doorbell.queue().count == 1


def test_a_switch_that_is_off_writes_nothing(shop: Shop) -> None:
    shop.connect()

    credited(shop.customer())

    assert shop.messages() == []


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda shop, client: suppress(str(client.uid), by="Мария"), Reason.SUPPRESSED),
        (lambda shop, client: setattr(client, "mobile", "12"), Reason.BAD_NUMBER),
        (lambda shop, client: setattr(client, "mobile", None), Reason.NO_NUMBER),
        (lambda shop, client: setattr(client, "mobile_ok_at", None), Reason.UNVERIFIED),
        (lambda shop, client: global_switch.switch_off(), Reason.SMS_OFF),
        (lambda shop, client: accounts.remove("smsc"), Reason.NOT_CONNECTED),
    ],
)
def test_what_is_not_sent_is_a_row_with_its_reason(open_shop: Shop, prepare: object, reason: Reason) -> None:
    client = open_shop.customer()
    prepare(open_shop, client)  # type: ignore[operator]
    db.session.commit()

    credited(client)

    message = open_shop.messages()[0]
    assert (message.state, message.reason) == ("skipped", reason)


def test_notifications_that_wait_when_sms_is_switched_off_never_go_out_later(open_shop: Shop) -> None:
    credited(open_shop.customer())

    global_switch.switch_off()
    global_switch.switch_on()
    open_shop.work()

    message = open_shop.messages()[0]
    assert (message.state, message.reason) == ("skipped", "sms_off")


def test_an_event_that_the_loyalty_rules_make_impossible_stays_off(shop: Shop) -> None:
    """Bonuses never expire at the second host."""
    switches.turn("bonuses_expiring", True, "Мария")

    switch = next(one for one in switches.switches() if one.event.kind == "bonuses_expiring")

    assert not switch.on
    assert switch.obstacle is not None


def test_an_error_of_ours_never_reaches_the_hosts_transaction(open_shop: Shop) -> None:
    client = open_shop.customer()
    client.full_name = "Новое имя"

    outcome = emit("bonuses_credited", customer_key=str(client.uid), fact="1", values={"amount": object()})  # type: ignore[dict-item]
    db.session.commit()

    assert not outcome.queued
    assert db.session.get(Client, client.uid).full_name == "Новое имя"  # type: ignore[union-attr]


def test_events_go_before_broadcasts(open_shop: Shop) -> None:
    from smsadmin.broadcasts import lifecycle
    from smsadmin.database import read
    from smsadmin.sending.waiting import sources

    open_shop.customers(2)
    broadcast_id = open_shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    credited(open_shop.customer())

    account = accounts.sending_account()
    assert account is not None
    assert read(lambda session: sources(session, account.id)) == [None, broadcast_id]


def test_a_kind_that_is_not_in_the_catalogue_is_the_hosts_mistake(shop: Shop) -> None:
    with pytest.raises(KeyError):
        emit("no_such_event", customer_key="1", fact="1")


def test_facts_that_differ_only_at_the_end_of_a_long_name_are_two(open_shop: Shop) -> None:
    client = open_shop.customer()

    for ending in ("1", "2", "2"):
        credited(client, "x" * 300 + ending)

    assert len(open_shop.messages()) == 2
