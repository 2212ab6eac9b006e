"""The links of a broadcast over HTTP: counted for it, and a sign-in for the right person only."""

from urllib.parse import urlencode

import pytest

from smsadmin import links
from tests.hostapp.models import db
from tests.links.visiting import TARGET, TEXT, Visitor, address_of, figures, sent_to
from tests.plugin import Shop, fresh_phone


def test_the_link_signs_its_customer_in_for_ever_and_any_number_of_times(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)

    for _ in range(3):
        visitor = Visitor(shop)
        answer = visitor.opens(address_of(shop, client))
        assert (answer.status_code, answer.headers["Location"]) == (303, TARGET)
        assert visitor.signed_in_as() == client.get_id()

    counted = figures(shop, broadcast_id)
    assert (counted.clicks, counted.unique, counted.logins) == (3, 1, 3)


def test_opening_without_posting_signs_nobody_in(shop: Shop) -> None:
    _, client = sent_to(shop)
    visitor = Visitor(shop)

    answer = visitor.get(address_of(shop, client))
    visitor.get(answer.headers["Location"])

    assert visitor.signed_in_as() is None


def test_a_preview_is_no_click_of_a_person(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)

    Visitor(shop).get(address_of(shop, client), agent="TelegramBot (like TwitterBot)")

    counted = figures(shop, broadcast_id)
    assert (counted.clicks, counted.bot_clicks) == (0, 1)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("staff", "staff"),
        ("barred", "blocked"),
        ("deleted", "blocked"),
        ("phone", "phone_changed"),
        ("unverified", "phone_changed"),
        ("shared", "shared_phone"),
    ],
)
def test_what_has_changed_since_is_refused_at_the_click(shop: Shop, change: str, refusal: str) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)
    mobile = client.mobile
    if change == "staff":
        shop.employee("operator", tel=mobile)
    elif change == "barred":
        client.barred = True
    elif change == "deleted":
        db.session.delete(client)
    elif change == "phone":
        client.mobile = fresh_phone()
    elif change == "unverified":
        client.mobile_ok_at = None
    elif change == "shared":
        shop.customer("Другой", phone=mobile)
    db.session.commit()
    visitor = Visitor(shop)

    answer = visitor.opens(address)

    assert visitor.signed_in_as() is None
    # To the sign-in page, and from there to the target.
    assert answer.headers["Location"] == f"/door?{urlencode({'to': TARGET}, safe=':/')}"
    with visitor.browser.session_transaction() as session:
        (flashed,) = session["_flashes"]
    assert flashed[1].startswith("This link from the SMS does not sign you in.")
    assert figures(shop, broadcast_id).logins_refused == 1
    assert [use.refusal for use in links.click_list(shop.row(broadcast_id), "refused", None, 9)] == [refusal]


def test_somebody_else_who_is_signed_in_stays(shop: Shop) -> None:
    _, client = sent_to(shop)
    other = shop.customer("Другой")
    visitor = Visitor(shop)
    with visitor.browser.session_transaction() as session:
        session["_user_id"] = other.get_id()

    answer = visitor.opens(address_of(shop, client))

    assert answer.headers["Location"] == TARGET
    assert visitor.signed_in_as() == other.get_id()


def test_a_changed_character_of_the_code_is_unknown(shop: Shop) -> None:
    _, client = sent_to(shop)
    address = address_of(shop, client)

    for place in range(len("http://localhost/l/"), len(address)):
        other = "A" if address[place] != "A" else "B"
        changed = address[:place] + other + address[place + 1 :]
        assert Visitor(shop).get(changed).status_code == 404


def test_a_list_formed_anew_leaves_the_old_codes_without_login(shop: Shop) -> None:
    from smsadmin.broadcasts import lifecycle

    shop.connect()
    shop.customer()
    broadcast_id = shop.formed(TEXT, wrap_login=True)
    old_owner = f"broadcast:{broadcast_id}:{shop.row(broadcast_id).form}"
    lifecycle.edit(broadcast_id)

    from smsadmin.links.gate import CustomerGate

    assert CustomerGate().admit(old_owner, 0).refusal == "no_login"


def test_without_either_switch_links_stay_as_they_are(shop: Shop) -> None:
    shop.connect()
    client = shop.customer()

    shop.sent(TEXT)

    texts = [sms["text"] for sms in shop.simulator.arrived((client.mobile or "")[1:])]
    assert texts == [TEXT]


def test_counting_without_sign_in_leads_straight_to_the_target(shop: Shop) -> None:
    shop.connect()
    client = shop.customer()
    broadcast_id = shop.sent(TEXT, wrap_clicks=True)
    shop.a_minute_passes()

    answer = Visitor(shop).get(address_of(shop, client))

    assert (answer.status_code, answer.headers["Location"]) == (302, TARGET)
    assert figures(shop, broadcast_id).clicks == 1
