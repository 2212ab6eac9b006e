"""A login link years later, in a session of its own, from a machine, and to a place that is not ours."""

import re
from typing import Any

import pytest

from tests.hostapp.models import Client, db
from tests.links.visiting import PERSON, TARGET, Visitor, address_of, figures, sent_to, ten_years_pass
from tests.plugin import Shop

FOREIGN = "https://other.example/sale"

MACHINES: list[dict[str, Any]] = [
    {"method": "HEAD"},
    {"Purpose": "prefetch"},
    {"agent": "TelegramBot (like TwitterBot)"},
    {"agent": "WhatsApp/2.24.1 A"},
    {"agent": "facebookexternalhit/1.1"},
    {"agent": "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)"},
    {"agent": "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"},
    {"agent": PERSON + " Googlebot/2.1"},
    {"agent": "curl/8.5.0"},
]


def test_a_link_signs_in_ten_years_later(shop: Shop) -> None:
    _, client = sent_to(shop)
    address = address_of(shop, client)
    ten_years_pass()
    visitor = Visitor(shop)

    assert visitor.opens(address).headers["Location"] == TARGET

    assert visitor.signed_in_as() == client.get_id()


@pytest.mark.parametrize("request_of", MACHINES, ids=str)
def test_no_machine_that_asks_for_it_is_signed_in_or_told_to_post(
    shop: Shop, request_of: dict[str, Any]
) -> None:
    broadcast_id, client = sent_to(shop)
    visitor = Visitor(shop)

    led = visitor.get(address_of(shop, client), **request_of)
    page = visitor.get(led.headers["Location"], **request_of)

    assert page.status_code == 200
    assert visitor.signed_in_as() is None
    counted = figures(shop, broadcast_id)
    assert (counted.clicks, counted.logins, counted.logins_refused) == (0, 0, 0)
    assert "<script" not in page.text


def test_what_an_attacker_left_in_the_session_is_gone_after_the_login(shop: Shop) -> None:
    _, client = sent_to(shop)
    visitor = Visitor(shop)
    with visitor.browser.session_transaction() as session:
        session.update(planted="by the attacker", csrf_token="known to him", _remember="set")  # noqa: S106

    visitor.opens(address_of(shop, client))

    with visitor.browser.session_transaction() as session:
        assert session["_user_id"] == client.get_id()
        assert "planted" not in session
        assert session.get("csrf_token") != "known to him"  # noqa: S105
        assert session.get("_remember") != "set"


def test_a_stolen_copy_of_the_session_of_before_is_not_signed_in(shop: Shop) -> None:
    _, client = sent_to(shop)
    visitor, attacker = Visitor(shop), Visitor(shop)
    address = address_of(shop, client)
    visitor.get(visitor.get(address).headers["Location"])
    with visitor.browser.session_transaction() as session:
        copied = dict(session)
    with attacker.browser.session_transaction() as session:
        session.update(copied)

    visitor.opens(address)

    assert visitor.signed_in_as() == client.get_id()
    assert attacker.signed_in_as() is None


def test_the_session_is_not_fresh(shop: Shop) -> None:
    _, client = sent_to(shop)
    visitor = Visitor(shop)

    visitor.opens(address_of(shop, client))

    with visitor.browser.session_transaction() as session:
        assert session["_fresh"] is False


def test_no_other_site_may_show_the_page_in_a_frame(shop: Shop) -> None:
    _, client = sent_to(shop)
    visitor = Visitor(shop)

    page = visitor.get(visitor.get(address_of(shop, client)).headers["Location"])

    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_a_link_to_another_site_is_counted_and_signs_nobody_in(shop: Shop) -> None:
    shop.connect()
    key = shop.customer().uid
    broadcast_id = shop.sent(f"Скидки: {FOREIGN} и дома {TARGET}", wrap_clicks=True, wrap_login=True)
    shop.a_minute_passes()
    client = db.session.get_one(Client, key)
    text = shop.simulator.arrived((client.mobile or "")[1:])[-1]["text"]
    foreign, own = re.findall(r"http://localhost/l/\w+", text)
    code = foreign.rpartition("/")[2]
    shop.app.config["WTF_CSRF_ENABLED"] = False
    visitor = Visitor(shop)

    assert visitor.get(foreign).headers["Location"] == FOREIGN
    assert visitor.get(f"/sms/in/{code}", method="POST").status_code == 404

    assert visitor.signed_in_as() is None
    assert visitor.get(own).headers["Location"].startswith("http://localhost/sms/in/")
    assert figures(shop, broadcast_id).clicks == 2


def test_two_who_work_at_the_shop_stay_who_they_are(shop: Shop) -> None:
    _, client = sent_to(shop)
    address = address_of(shop, client)
    for level in ("boss", "guest"):
        employee = shop.employee(level)
        visitor = Visitor(shop)
        with visitor.browser.session_transaction() as session:
            session["_user_id"] = employee.get_id()

        assert visitor.opens(address).headers["Location"] == TARGET

        assert visitor.signed_in_as() == employee.get_id()


def test_the_session_of_the_same_customer_stays_as_it_was(shop: Shop) -> None:
    _, client = sent_to(shop)
    visitor = Visitor(shop)
    with visitor.browser.session_transaction() as session:
        session.update(_user_id=client.get_id(), basket="full")

    assert visitor.opens(address_of(shop, client)).headers["Location"] == TARGET

    with visitor.browser.session_transaction() as session:
        assert (session["_user_id"], session["basket"]) == (client.get_id(), "full")
