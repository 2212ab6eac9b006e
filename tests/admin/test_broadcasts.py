"""The broadcast screens: compose, check, send, and every figure against the list that it opens."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import update

from smsadmin.broadcasts import drafts, global_switch, lifecycle
from smsadmin.broadcasts.account_change import remove_account
from smsadmin.clock import utc_now
from smsadmin.database import write as write_rows
from smsadmin.models import Broadcast
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.claim import claim
from smsadmin.sending.record import record
from smsadmin.sending.sweeper import end_leases
from tests.admin.browser import OFFICE, Browser
from tests.admin.composing import TEXT, write
from tests.plugin import Shop

FIGURE = re.compile(r'<a class="sms-figure[^"]*" href="([^"]+)"><b>(\d+)</b>')
REASON = re.compile(r'<td class="text-right"><a href="([^"]+reason=[^"]+)">(\d+)</a>')
TOTAL = re.compile(r'id="total">(\d+)<')


def figures_agree(browser: Browser, broadcast_id: int) -> dict[str, int]:
    """Click every figure of the page: its list has that many entries. Return the figures by their address."""
    page = browser.read(f"/broadcasts/{broadcast_id}")
    found = FIGURE.findall(page) + [(url.replace("&amp;", "&"), n) for url, n in REASON.findall(page)]
    assert len(found) > 5
    for url, number in found:
        behind = browser.read(url.removeprefix(OFFICE))
        total = TOTAL.search(behind)
        assert total is not None, url
        assert total.group(1) == number, url
        rows = behind.count("<tr>") - (1 if "<thead>" in behind else 0)
        assert rows == min(int(number), 50), url
    return {url.partition("?broadcast=")[0].rstrip("/").rpartition("/")[2]: int(n) for url, n in found}


def test_a_broadcast_goes_from_the_form_to_the_last_figure(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customers(3)
    shop.customer(mobile_ok_at=None)

    page = write(operator)
    assert page.status_code == 200
    operator.press("/broadcasts/1", "/broadcasts/1/do/prepare")
    form_all(shop, 1)
    ready = operator.read("/broadcasts/1")
    assert "Send to 3 recipients" in ready
    operator.press("/broadcasts/1", "/broadcasts/1/do/send", seen="1")
    shop.work()

    figures = figures_agree(operator, 1)
    assert figures["considered"] == 4
    assert figures["recipients"] == figures["accepted"] == 3
    assert figures["skipped"] == 1


def form_all(shop: Shop, broadcast_id: int) -> None:
    import time

    from smsadmin.broadcasts.prepare import form_list

    assert form_list(broadcast_id, time.monotonic() + 60) is False


def test_every_figure_opens_its_list_after_pause_cancel_and_late_receipts(shop: Shop, guest: Browser) -> None:
    account = shop.connect()
    shop.customers(6)
    shop.customer(phone="12")
    broadcast_id = shop.formed(TEXT, wrap_clicks=True, wrap_login=True)
    figures_agree(guest, broadcast_id)
    lifecycle.send(broadcast_id, "Мария")
    taken = claim(account, provider("smsc"), broadcast_id, 3).messages
    record(account.id, [(message, Answer(Outcome.ACCEPTED)) for message in taken])
    doubtful = claim(account, provider("smsc"), broadcast_id, 1).messages[0]

    lifecycle.pause(broadcast_id)
    paused = figures_agree(guest, broadcast_id)
    assert (paused["accepted"], paused["sending"], paused["queued"]) == (3, 1, 2)

    shop.end_leases_now()
    end_leases()
    lifecycle.cancel(broadcast_id)
    cancelled = figures_agree(guest, broadcast_id)
    assert (cancelled["accepted"], cancelled["unknown"], cancelled["cancelled"]) == (3, 1, 2)

    shop.receive(taken[0], "20", "6")
    shop.receive(taken[1], "1")
    shop.receive(doubtful, "1")
    last = figures_agree(guest, broadcast_id)
    assert (last["delivered"], last["failed"], last["accepted"]) == (2, 1, 1)
    assert (last["cancelled"], last["skipped"], last["considered"]) == (2, 1, 7)


def test_while_it_sends_the_page_says_about_when_it_ends(shop: Shop, guest: Browser) -> None:
    account = shop.connect()
    shop.customers(4)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    assert "Ends about" not in guest.read(f"/broadcasts/{broadcast_id}")
    taken = claim(account, provider("smsc"), broadcast_id, 2).messages
    record(account.id, [(message, Answer(Outcome.ACCEPTED)) for message in taken])
    began = update(Broadcast).where(Broadcast.id == broadcast_id)
    values = {"pace_from": utc_now() - timedelta(seconds=60), "pace_from_gone": 0}
    write_rows(lambda session: session.execute(began.values(**values)))

    page = guest.read(f"/broadcasts/{broadcast_id}")

    # Two in a minute, and two to go.
    moscow = utc_now() + timedelta(hours=3, minutes=1)
    ends = re.findall(r"Ends about .*?(\d\d:\d\d)\.", page)
    assert ends[0] in {f"{moscow - timedelta(minutes=minutes):%H:%M}" for minutes in (0, 1)}


def test_cancelling_shows_what_was_cancelled(shop: Shop, operator: Browser) -> None:
    shop.connect()
    shop.customers(3)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    assert "/do/cancel" not in operator.read(f"/broadcasts/{broadcast_id}")
    operator.press(f"/broadcasts/{broadcast_id}?ask=cancel", f"/broadcasts/{broadcast_id}/do/cancel")

    assert figures_agree(operator, broadcast_id)["cancelled"] == 3


def test_where_nothing_waits_there_is_nothing_to_cancel(shop: Shop, operator: Browser) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    assert "Cancel what has not left" in operator.read(f"/broadcasts/{broadcast_id}")
    taken = claim(account, provider("smsc"), broadcast_id, 1).messages
    record(account.id, [(message, Answer(Outcome.UNKNOWN, Reason.NO_ANSWER)) for message in taken])

    page = operator.read(f"/broadcasts/{broadcast_id}")

    assert "All SMS have left." in page
    assert "Cancel what has not left" not in page


def test_after_sending_the_page_and_the_list_say_what_it_has_cost(shop: Shop, operator: Browser) -> None:
    shop.connect("seventech", price_of_part=Decimal("2.50"))
    shop.customers(2)
    waits = shop.formed(name="Ждёт")
    assert "Cost of what has been handed over" not in operator.read(f"/broadcasts/{waits}")

    sent = shop.sent("Привет!")

    assert "about: RUB5.00." in unescape(operator.read(f"/broadcasts/{sent}")).replace("\xa0", "")
    row = operator.read("/broadcasts/").replace("\xa0", "")
    assert re.findall(r'data-label="Cost, about">([^<]*)<', row) == ["RUB5.00", "—"]


def test_with_no_price_known_the_cost_is_a_dash(shop: Shop, guest: Browser) -> None:
    shop.connect("seventech", price_of_part=None)
    shop.customer()

    assert "about: —." in guest.read(f"/broadcasts/{shop.sent('Привет!')}")


def test_with_sms_switched_off_the_page_says_so(shop: Shop, boss: Browser) -> None:
    shop.connect()
    global_switch.switch_off()
    write(boss)

    assert "switched off" in boss.read("/broadcasts/1")


def test_without_a_live_worker_the_page_says_so(shop: Shop, boss: Browser) -> None:
    shop.connect()

    assert "worker" in boss.read("/broadcasts/")


def test_a_viewer_reads_and_cannot_change(shop: Shop, operator: Browser, guest: Browser) -> None:
    shop.connect()
    write(operator)

    page = guest.read("/broadcasts/1")

    assert "/do/" not in page
    assert guest.post("/broadcasts/1/do/cancel").status_code in (400, 403)
    assert shop.row(1).state == "draft"


def test_a_button_of_another_site_does_nothing(shop: Shop, operator: Browser) -> None:
    shop.connect()
    write(operator)

    assert operator.post("/broadcasts/1/do/cancel").status_code == 400
    assert shop.row(1).state == "draft"


def test_a_step_that_is_not_possible_any_more_is_said_and_changes_nothing(
    shop: Shop, operator: Browser
) -> None:
    shop.connect()
    shop.customers(1)
    broadcast_id = shop.formed()
    page = operator.open(f"/broadcasts/{broadcast_id}").text
    lifecycle.cancel(broadcast_id)
    from tests.admin.browser import tokens

    answer = operator.post(f"/broadcasts/{broadcast_id}/do/send", **tokens(page))

    assert "not possible any more" in answer.text
    assert shop.row(broadcast_id).state == "cancelled"


def test_a_list_that_was_formed_anew_is_not_sent_from_the_page_that_showed_the_old_one(
    shop: Shop, operator: Browser
) -> None:
    shop.connect()
    shop.customers(1)
    broadcast_id = shop.formed("Старый текст")
    seen = shop.row(broadcast_id).form
    lifecycle.edit(broadcast_id)
    drafts.form_list(broadcast_id, "Новый текст")
    form_all(shop, broadcast_id)
    page = f"/broadcasts/{broadcast_id}"

    assert "not possible any more" in operator.press(page, f"{page}/do/send", seen=str(seen)).text
    assert shop.row(broadcast_id).state == "ready"
    operator.press(page, f"{page}/do/send", seen=str(seen + 1))
    assert shop.row(broadcast_id).state == "sending"


def test_after_its_provider_is_gone_the_page_offers_the_rest_to_the_next_one(
    shop: Shop, operator: Browser
) -> None:
    account = shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    remove_account(account)
    page = f"/broadcasts/{broadcast_id}"
    assert "has been removed" in operator.read(page)
    twilio = shop.connect("twilio")

    assert "can go through Twilio: 2 SMS" in operator.read(page)
    operator.press(page, f"{page}/do/confirm", seen=str(account.id))
    assert shop.row(broadcast_id).state == "paused"
    operator.press(page, f"{page}/do/confirm", seen=str(twilio.id))
    shop.work()

    assert figures_agree(operator, broadcast_id)["accepted"] == 2


def test_strangers_are_sent_to_sign_in(shop: Shop) -> None:
    shop.connect()

    assert Browser(shop.app).open("/broadcasts/").status_code == 302


def test_no_list_shows_a_working_link(shop: Shop, guest: Browser) -> None:
    shop.connect()
    shop.customers(2)
    broadcast_id = shop.sent(TEXT, wrap_clicks=True, wrap_login=True)
    phones = {message.phone[1:] for message in shop.messages(broadcast_id)}
    arrived = [sms for phone in phones for sms in shop.simulator.arrived(phone)]
    codes = [re.findall(r"/l/(\w+)", sms["text"])[0] for sms in arrived if "/l/" in sms["text"]]
    assert len(codes) == 2

    pages = [
        guest.read(f"/figures/{broadcast_id}/messages/considered"),
        guest.read(f"/broadcasts/{broadcast_id}"),
    ]

    assert all("localhost/l/••••" in page for page in pages)
    assert not any(code in page for code in codes for page in pages)


@pytest.mark.parametrize(
    "path", ["/broadcasts/99", "/figures/99/messages/delivered", "/figures/1/messages/nothing"]
)
def test_what_is_not_there_is_a_404(guest: Browser, path: str) -> None:
    assert guest.open(path).status_code == 404
