"""What a check of the connection says: what really happened, for this provider, to whoever holds the phone."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update

from smsadmin import accounts
from smsadmin.broadcasts import global_switch
from smsadmin.database import read, write
from smsadmin.models import Account, IntegrationChange, Message
from smsadmin.reasons import Reason
from smsadmin.sending.to_oneself import Addressee, SentBefore, send_test
from smsadmin.states import State
from tests.admin.browser import Browser
from tests.admin.checking import check, sent_tests
from tests.admin.conftest import MY_PHONE, SignedIn
from tests.plugin import Shop, fresh_phone
from tests.providers.canned import canned_server, socket_server
from tests.providers.misbehaving import closing

BALANCE = {"balance": "100.00", "currency": "RUB"}
FAILED = "the check has failed"


def stop(account: Account, reason: Reason, seconds: float | None = None) -> None:
    """Stop an account, for some seconds or until somebody goes on."""
    wait = timedelta(seconds=seconds) if seconds else None
    write(lambda session: accounts.stop(session, account.id, reason, wait))


def told(boss_elsewhere: SignedIn, name: str, status: int, content: object) -> str:
    """Return the page after a check at a provider that answers its balance, and a test SMS so."""
    with canned_server() as provider:
        provider.answer(200, BALANCE, page="alance")
        provider.answer(status, content)
        return check(boss_elsewhere(SMSADMIN_BASE_URLS={name: provider.url}), name)


@pytest.mark.parametrize(
    ("name", "status", "content", "says", "advises"),
    [
        (
            "smsc",
            200,
            {"error": "message is denied", "error_code": 6},
            "The sender's name is not registered, or the provider does not allow such a text.",
            "Enter a sender that the provider has registered for you (“Change”)",
        ),
        (
            "seventech",
            403,
            {"error": "forbidden"},
            "The provider does not let this account send.",
            "the sender is not registered, the address of this site is not allowed, the contract or the account",
        ),
        (
            "twilio",
            401,
            {"code": 20003},
            "Twilio does not accept the Account SID or the Auth Token.",
            "Copy both anew",
        ),
    ],
)
def test_a_refusal_of_the_account_names_what_to_look_at(
    shop: Shop, boss_elsewhere: SignedIn, name: str, status: int, content: object, says: str, advises: str
) -> None:
    shop.connect(name)

    page = told(boss_elsewhere, name, status, content)

    assert says in page
    assert advises in page


def test_a_provider_that_is_out_of_order_is_not_taken_for_a_wrong_address(
    shop: Shop, boss_elsewhere: SignedIn
) -> None:
    shop.connect()
    with canned_server() as smsc:
        smsc.answer(503, b"<html>Service Unavailable</html>")
        page = check(boss_elsewhere(SMSADMIN_BASE_URLS={"smsc": smsc.url}))

    assert "The provider is out of order at the moment" in page
    assert "check the provider's address" not in page


def test_a_connection_that_is_reset_is_not_said_to_have_lasted_ten_seconds(
    shop: Shop, boss_elsewhere: SignedIn
) -> None:
    shop.connect()
    with socket_server(closing) as url:
        page = check(boss_elsewhere(SMSADMIN_BASE_URLS={"smsc": f"http://{url}"}))

    assert "The connection broke off, or no answer came." in page
    assert "10 seconds." not in page


def test_a_number_of_ones_own_that_gets_nothing_is_no_customers(shop: Shop, boss: Browser) -> None:
    shop.connect()

    page = check(boss, phone=fresh_phone("9901"))

    assert "Check with another number of yours." in page
    assert "Ask the customer" not in page


def test_a_failed_check_stands_in_the_badge_while_it_is_shown(
    shop: Shop, boss_elsewhere: SignedIn, boss: Browser
) -> None:
    shop.connect()
    page = told(boss_elsewhere, "smsc", 200, {"error": "denied", "error_code": 6})

    assert FAILED in page
    assert ">sends<" not in page
    assert FAILED not in boss.read("/integration/")
    assert FAILED not in check(boss)


def test_what_was_not_sent_by_us_is_not_looked_up_in_the_log(shop: Shop, boss: Browser) -> None:
    shop.connect()
    global_switch.switch_off()

    page = check(boss)

    assert "No test SMS was sent: SMS is switched off." in page
    assert "Does that not help?" not in page
    assert FAILED not in page


def test_a_button_that_is_pressed_twice_sends_one_sms(shop: Shop, boss: Browser) -> None:
    shop.connect()
    before = shop.simulator.counts("smsc")["received"]

    check(boss, once="a" * 32)
    page = check(boss, once="a" * 32)

    assert shop.simulator.counts("smsc")["received"] == before + 1
    assert "accepted by the provider. This check was started already: no second SMS is sent." in page
    assert len(sent_tests()) == 1
    check(boss, once="b" * 32)
    assert len(sent_tests()) == 2


def test_two_presses_at_once_send_one_sms(shop: Shop) -> None:
    account = shop.connect()
    together = Barrier(2)

    def press() -> None:
        with shop.app.app_context():
            together.wait(10)
            with suppress(SentBefore):
                send_test(account, Addressee("1", "Ольга", MY_PHONE), "Проверка", "a" * 32)

    with ThreadPoolExecutor(2) as threads:
        for pressed in [threads.submit(press) for _ in range(2)]:
            pressed.result(20)

    assert [message.state for message in sent_tests()] == [State.ACCEPTED]


def test_a_second_press_while_the_first_call_is_under_way_is_neither_good_nor_bad(
    shop: Shop, boss: Browser
) -> None:
    shop.connect()
    check(boss, once="a" * 32)
    under_way = update(Message).values(state=State.SENDING, rank=1)
    write(lambda session: session.execute(under_way))

    page = check(boss, once="a" * 32)

    assert "<b>–</b>" in page
    assert "<b>✗</b>" not in page


@pytest.mark.parametrize("once", ["", "x" * 32, "a" * 33, "a" * 31 + "\n"])
def test_a_form_without_a_name_of_its_own_sends_nothing(shop: Shop, boss: Browser, once: str) -> None:
    shop.connect()

    page = boss.press("/integration/", "/integration/smsc/check", phone="+79261110000", once=once).text

    assert "The page was open for too long." in page
    assert sent_tests() == []


def test_the_button_says_that_it_works_and_each_form_has_its_own_name(shop: Shop, boss: Browser) -> None:
    shop.connect()
    first, second = boss.open("/integration/").text, boss.open("/integration/").text

    def names(html: str) -> list[str]:
        return [part.split('"')[0] for part in html.split('name="once" type="hidden" value="')[1:]]

    assert 'data-sms-busy="Checking, up to 20 seconds…"' in first
    assert "sms_busy.js" in first
    assert len(names(first)) == 1
    assert names(first) != names(second)


def test_the_card_of_a_stopped_account_does_not_send_away_to_itself(shop: Shop, boss: Browser) -> None:
    stop(shop.connect(), Reason.WRONG_PASSWORD)

    page = boss.read("/integration/")

    assert "Copy both anew from the provider's cabinet" in page
    assert "Open the integration settings" not in page


def test_a_stop_with_an_end_says_once_that_it_goes_on_by_itself(shop: Shop, boss: Browser) -> None:
    stop(shop.connect(), Reason.PROVIDER_BUSY, 600)

    page = boss.read("/integration/")

    assert page.count("It goes on by itself") == 1
    assert "It goes on by itself at " in page


def test_who_goes_on_but_does_not_send_is_not_said_to_send(shop: Shop, boss: Browser) -> None:
    shop.connect()
    stop(shop.connect("twilio"), Reason.ACCOUNT_REFUSED)

    page = boss.press("/integration/", "/integration/twilio/go-on").text

    assert "Twilio is not stopped any more. SMS are sent through SMSC, which comes first." in page
    assert "Twilio sends again" not in page
    noted = read(lambda session: session.scalars(select(IntegrationChange.what)).all())
    assert list(noted) == ["went_on"]
