"""The events screen: what each SMS looks like and costs, and the switches."""

from html import unescape

from smsadmin import integration
from smsadmin.accounts import stop
from smsadmin.broadcasts import global_switch
from smsadmin.database import write
from smsadmin.events.catalogue import CATALOGUE
from smsadmin.events.emit import emit
from smsadmin.events.switches import is_on, turn
from smsadmin.reasons import Reason
from smsadmin.sending.sweeper import sweep
from tests.admin.browser import Browser, tokens
from tests.plugin import Shop


def test_every_event_shows_its_sms_in_both_languages_with_length_and_parts(guest: Browser) -> None:
    page = guest.read("/events/")

    assert page.count('role="switch"') == page.count("In Russian") == len(CATALOGUE) == 6
    assert "Анна, вам начислено бонусов: 150. Теперь на счёте: 1 150." in page
    assert "57 characters, parts: 1" in page
    assert "Anna, you have got 150 bonuses. Your balance is 1,150." in page


def test_the_examples_count_the_name_in_the_text(shop: Shop, guest: Browser) -> None:
    integration.set_prefix("Уголок у дома")

    page = guest.read("/events/")

    assert "Уголок у дома: Анна, вам начислено бонусов: 150. Теперь на счёте: 1 150." in page
    assert "72 characters, parts: 2" in page


def test_a_manager_switches_an_event_on_with_one_press_and_it_notifies(shop: Shop, operator: Browser) -> None:
    shop.connect()
    customer = shop.customer()

    page = operator.press("/events/", "/events/bonuses_credited", on="1")

    assert "“Bonuses credited” notifies customers now." in unescape(page.text)
    assert emit("bonuses_credited", customer_key=str(customer.uid), fact="1").queued


def test_the_switch_turns_off_again(shop: Shop, operator: Browser) -> None:
    turn("birthday", True, by="Мария")

    operator.press("/events/", "/events/birthday", on="")

    assert not is_on("birthday")


def test_an_event_that_cannot_happen_stays_off_and_says_why(shop: Shop, operator: Browser) -> None:
    page = operator.press("/events/", "/events/bonuses_expiring", on="1")

    assert "Bonuses never expire in your loyalty programme" in page.text
    assert page.text.count(" disabled") == 1
    assert not is_on("bonuses_expiring")


def test_a_viewer_sees_the_switches_but_cannot_press_them(shop: Shop, guest: Browser) -> None:
    page = guest.open("/events/").text
    answer = guest.press("/events/", "/events/birthday", on="1")

    assert page.count(" disabled") == len(CATALOGUE)
    assert answer.status_code == 403
    assert not is_on("birthday")


def test_a_button_of_a_strange_page_switches_nothing(shop: Shop, operator: Browser) -> None:
    hosts_only = {"csrf_token": tokens(operator.open("/events/").text)["csrf_token"]}

    assert operator.post("/events/birthday", **hosts_only, on="1").status_code == 400
    assert not is_on("birthday")


def test_there_is_no_switch_for_an_unknown_event(operator: Browser) -> None:
    page = operator.open("/events/")

    assert operator.post("/events/nothing", **tokens(page.text)).status_code == 404


def test_the_page_says_what_is_missing_and_leads_the_owner_to_it(shop: Shop, boss: Browser) -> None:
    global_switch.switch_off()

    page = boss.read("/events/")

    assert "No SMS provider is connected" in page
    assert "SMS is switched off" in page
    assert "The worker that sends is not running" in page
    assert 'alert-link" href="/office/sms/integration/"' in page


def test_a_manager_reads_who_can_change_it_and_gets_no_link(operator: Browser) -> None:
    page = operator.read("/events/")

    assert "No SMS provider is connected" in page
    assert "The owner and the responsible admin can change the integration settings." in page
    assert "alert-link" not in page


def test_nothing_is_in_the_way_when_a_provider_is_connected_and_a_worker_lives(
    shop: Shop, operator: Browser
) -> None:
    shop.connect()
    sweep("worker-1")

    assert "sms-obstacles" not in operator.read("/events/")


def test_who_is_not_signed_in_is_sent_to_the_staffs_door(shop: Shop) -> None:
    answer = Browser(shop.app).open("/events/")

    assert answer.status_code == 302
    assert "/door" in answer.location


def test_a_stopped_account_is_in_the_way_with_its_reason(shop: Shop, operator: Browser) -> None:
    account = shop.connect()
    sweep("worker-1")
    write(lambda session: stop(session, account.id, Reason.NO_MONEY, None))

    assert "SMSC does not send at the moment. There is no money on the account." in operator.read("/events/")
