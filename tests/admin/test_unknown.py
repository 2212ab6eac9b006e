"""The list of SMS whose outcome is unknown: who sees it, and what its buttons do."""

import re
from contextvars import Context
from html import unescape

import pytest

from smsadmin.admin.paging import ON_A_PAGE
from smsadmin.broadcasts import lifecycle
from smsadmin.sending.decisions import send_again
from tests.admin.browser import OFFICE, Browser, tokens
from tests.admin.conftest import SignedIn
from tests.plugin import Shop
from tests.sending.deciding import change, decide, decisions_made, killed, lost

LIST, CONFIRM, SEND, ASK, LEAVE = (f"/unknown/{page}" for page in ("", "confirm", "send", "ask", "leave"))
WARNING = "Then the customer gets the same SMS twice, and it is paid for twice"


def picks(html: str) -> list[str]:
    """Return what the boxes of the list, or the hidden fields of the confirmation, carry."""
    return re.findall(r'name="pick" value="([^"]+)"', html)


def press(browser: Browser, action: str, number: int | None = None) -> str:
    """Choose the first SMS of the list, or all, and press a button; return the page that it leads to."""
    html = browser.open(LIST).text
    assert f'action="/office/sms{action}"' in html, f"no button for {action}"
    return post(browser, action, html, number)


def second_click(browser: Browser, confirmation: str) -> str:
    """Press the button of the confirmation page."""
    return post(browser, SEND, confirmation)


def post(browser: Browser, action: str, html: str, number: int | None = None) -> str:
    """Post what a page carries, the first boxes or all; return the page that it leads to."""
    fields = {**tokens(html), "pick": picks(html)[:number]}
    answer = Context().run(browser.client.post, OFFICE + action, data=fields, follow_redirects=True)
    assert answer.status_code == 200, answer.status
    return unescape(answer.text)


def test_the_list_says_who_since_when_why_what_is_asked_and_at_what_price(shop: Shop, guest: Browser) -> None:
    broadcast_id = lost(shop, text="Смотрите https://shop.example/sale тут", name="smsc", wrap_clicks=True)
    [message] = shop.messages(broadcast_id)

    page = guest.read(LIST)

    assert 'Outcome unknown: <span id="total">1</span>' in page
    assert message.name in page
    assert f"{message.phone[:2]} {message.phone[2:5]}" in page
    assert "Broadcast “Акция”" in page
    assert "The provider did not answer: it may or may not have taken the SMS." in page
    assert "Since " in page
    assert "SMSC is asked next: " in page
    assert "RUB" in page or "₽" in page
    assert "/l/•••" in page
    assert str(message.attempt_id) not in page


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("seventech", "SevenTech cannot be asked what became of an SMS; only a delivery report tells."),
        ("twilio", "Twilio can only be searched: a find proves that it was taken, no find proves nothing."),
    ],
)
def test_what_cannot_be_asked_or_only_searched_says_so(
    shop: Shop, guest: Browser, name: str, told: str
) -> None:
    killed(shop, name=name)

    assert told in guest.read(LIST)


def test_a_viewer_reads_and_has_no_buttons(shop: Shop, guest: Browser) -> None:
    killed(shop)

    page = guest.read(LIST)

    assert picks(page) == []
    assert "<button" not in page.partition("<table")[2].partition("</table>")[0]
    assert f'formaction="/office/sms{ASK}"' not in page


@pytest.mark.parametrize("action", [CONFIRM, SEND, ASK, LEAVE])
def test_a_viewer_decides_nothing(shop: Shop, operator: Browser, guest: Browser, action: str) -> None:
    broadcast_id = killed(shop)
    [pick] = picks(operator.read(LIST))

    answer = guest.post(action, **tokens(guest.read("/events/")), pick=pick)

    assert answer.status_code == 403
    assert shop.states(broadcast_id) == {"unknown": 1}
    assert decisions_made() == []


@pytest.mark.parametrize("action", [CONFIRM, SEND, ASK, LEAVE])
def test_a_button_wants_our_token_and_a_post(shop: Shop, operator: Browser, action: str) -> None:
    broadcast_id = killed(shop)
    html = operator.read(LIST)
    hosts_only = {"csrf_token": tokens(html)["csrf_token"]}

    assert operator.post(action, **hosts_only, pick=picks(html)[0]).status_code == 400
    assert operator.open(action).status_code == 405

    assert shop.states(broadcast_id) == {"unknown": 1}
    assert decisions_made() == []


def test_a_stranger_is_sent_to_sign_in(shop: Shop) -> None:
    stranger = Browser(shop.app)

    answer = stranger.open(LIST)

    assert answer.status_code == 302
    assert "/door" in answer.location


def test_sending_again_takes_a_second_click_that_shows_the_price_and_the_risk(
    shop: Shop, operator: Browser
) -> None:
    broadcast_id = lost(shop)

    confirmation = press(operator, CONFIRM)

    assert 'SMS: <b id="number">1</b>' in confirmation
    assert "2.50" in re.findall(r'<b id="price">([^<]*)', confirmation)[0]
    assert WARNING in confirmation
    assert "The provider is still to be asked about 1 of them." in confirmation
    assert shop.states(broadcast_id) == {"unknown": 1}
    assert decisions_made() == []

    assert "1 SMS is sent again." in second_click(operator, confirmation)
    assert shop.states(broadcast_id) == {"queued": 1}
    assert decisions_made()[0].by_name.startswith("operator-")


def test_a_price_that_nobody_knows_is_called_unknown_and_never_nothing(shop: Shop, operator: Browser) -> None:
    lost(shop, price=None)

    confirmation = press(operator, CONFIRM)

    assert re.findall(r'<b id="price">([^<]*)', confirmation) == [
        "unknown: no price of a part is set in the integration"
    ]


def test_what_was_settled_between_the_two_clicks_is_left_out_and_told(shop: Shop, operator: Browser) -> None:
    broadcast_id = killed(shop, 3)
    confirmation = press(operator, CONFIRM)
    first, second, _ = shop.messages(broadcast_id)
    shop.receive(first, "1")
    shop.receive(second, "1", apply=False)

    page = second_click(operator, confirmation)

    assert "1 SMS is sent again." in page
    assert "2 SMS were left out. It is not in doubt any more" in page
    assert shop.states(broadcast_id) == {"delivered": 2, "queued": 1}


def test_the_second_click_of_a_colleague_sends_nothing_more(shop: Shop, signed_in: SignedIn) -> None:
    broadcast_id = killed(shop)
    one, other = signed_in("operator"), signed_in("lead")
    seen_by_one, seen_by_other = press(one, CONFIRM), press(other, CONFIRM)

    second_click(one, seen_by_one)
    page = second_click(other, seen_by_other)

    assert "is sent again" not in page
    assert "1 SMS was left out." in page
    assert len(decisions_made()) == 1
    assert shop.states(broadcast_id) == {"queued": 1}


def test_only_those_that_were_chosen_are_sent(shop: Shop, operator: Browser) -> None:
    broadcast_id = killed(shop, 3)

    second_click(operator, press(operator, CONFIRM, number=1))

    assert shop.states(broadcast_id) == {"queued": 1, "unknown": 2}


def test_what_cannot_go_is_no_part_of_the_confirmation(shop: Shop, operator: Browser) -> None:
    broadcast_id = killed(shop)
    lifecycle.cancel(broadcast_id)

    assert "Cannot be sent again. The broadcast is not being sent: it was cancelled." in operator.read(LIST)
    confirmation = press(operator, CONFIRM)

    assert "None of them can be sent again." in confirmation
    assert picks(confirmation) == []


def test_asking_again_and_leaving_say_what_they_did(shop: Shop, operator: Browser) -> None:
    broadcast_id = killed(shop)
    assert "The provider is asked about 1 SMS as soon as its answer proves something." in press(operator, ASK)

    page = press(operator, LEAVE)

    assert "1 SMS stays as it is, and nobody asks about it any more." in page
    assert "There are none." in page
    assert "Left as it is: 1" in page
    left = operator.read(f"{LIST}?left=1")
    assert "leave as it is" in left
    assert f"{shop.messages(broadcast_id)[0].id}-" in left


def test_what_was_decided_before_stands_beside_what_is_in_doubt_again(shop: Shop, operator: Browser) -> None:
    broadcast_id = lost(shop)
    decide(shop, broadcast_id, send_again)
    shop.simulator.order(provider="smsc", faults=["cut"])
    shop.work()

    page = operator.read(LIST)

    assert "Мария: treat as not sent and send (" in page


def test_pressing_without_choosing_asks_to_choose(shop: Shop, operator: Browser) -> None:
    killed(shop)
    html = operator.read(LIST)

    for action in (CONFIRM, SEND, ASK, LEAVE):
        assert "Choose at least one SMS." in operator.post(action, **tokens(html), pick="1-x").text


def test_a_broadcast_has_a_list_of_its_own_and_its_buttons_come_back_to_it(
    shop: Shop, operator: Browser
) -> None:
    first = killed(shop)
    second = lost(shop)
    of_second = f"{LIST}?broadcast={second}"

    mine = operator.read(of_second)

    assert len(picks(mine)) == 2
    assert f"/office/sms/broadcasts/{first}" not in mine
    assert f'action="/office/sms{LEAVE}?broadcast={second}"' in mine
    page = operator.post(f"{LEAVE}?broadcast={second}", **tokens(mine), pick=picks(mine)[0])
    assert f"/office/sms/broadcasts/{second}" in page.text
    assert "Left as it is: 1" in page.text
    assert len(picks(operator.read(LIST))) == 2


def test_fifty_stand_on_a_page(shop: Shop, guest: Browser) -> None:
    broadcast_id = killed(shop, ON_A_PAGE + 1)

    first = guest.read(LIST)

    last = shop.messages(broadcast_id)[1].id
    assert first.count("/office/sms/customers/") - 1 == ON_A_PAGE
    assert f"?before={last}" in first
    assert guest.read(f"{LIST}?before={last}").count("/office/sms/customers/") - 1 == 1


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=" + "9" * 30, "left=", "broadcast="])
def test_a_strange_address_does_no_harm(guest: Browser, query: str) -> None:
    assert guest.open(f"{LIST}?{query}").status_code in (200, 404)


@pytest.mark.parametrize("broadcast", ["0", "x", "9" * 30, "-1", "²"])
def test_a_broadcast_that_is_not_there_has_no_list(guest: Browser, broadcast: str) -> None:
    assert guest.open(f"{LIST}?broadcast={broadcast}").status_code == 404


def test_a_name_is_shown_as_text(shop: Shop, boss: Browser) -> None:
    broadcast_id = killed(shop)
    change(name="<script>alert(1)</script>")

    assert "<script>alert(1)" not in boss.open(f"{LIST}?broadcast={broadcast_id}").text
