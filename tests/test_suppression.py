"""Numbers whose owners opted out at the provider: they get nothing, whoever has them, until staff allow it."""

import pytest
from sqlalchemy import select

from smsadmin import emit
from smsadmin.broadcasts import lifecycle
from smsadmin.database import read, write
from smsadmin.events import switches
from smsadmin.models import SuppressedNumber
from smsadmin.providers.twilio import signature
from smsadmin.reasons import Reason
from smsadmin.sending.apply import apply_receipts
from smsadmin.suppression import allow, opt_out, suppress_numbers
from tests.admin.browser import Browser
from tests.hostapp.models import db
from tests.plugin import Shop, fresh_phone

OPTED_OUT = "9903"


def opt_out_of(phone: str) -> None:
    write(lambda session: suppress_numbers(session, [phone], "twilio"))


def kept() -> list[str]:
    return read(lambda session: list(session.scalars(select(SuppressedNumber.phone))))


def test_a_refusal_because_of_an_opt_out_suppresses_the_number(shop: Shop) -> None:
    shop.connect("twilio")
    phone = fresh_phone(OPTED_OUT)
    shop.customer(phone=phone)

    broadcast_id = shop.sent()

    assert shop.reasons(broadcast_id) == {"opted_out": 1}
    assert kept() == [phone]


def test_a_receipt_about_an_opt_out_suppresses_the_number(shop: Shop) -> None:
    shop.connect("twilio")
    shop.customer()
    broadcast_id = shop.sent()
    [message] = shop.messages(broadcast_id)
    form = {
        "AccountSid": "AC" + "0" * 32,
        "MessageSid": "SM1",
        "MessageStatus": "failed",
        "ErrorCode": "21610",
    }
    path = f"/sms/receipts/twilio/{message.attempt_id}"
    signed = {"X-Twilio-Signature": signature("demo-token", f"http://localhost{path}", form)}

    assert shop.app.test_client().post(path, data=form, headers=signed).status_code == 200
    apply_receipts()

    assert kept() == [message.phone]
    assert shop.reasons(broadcast_id) == {"opted_out": 1}


def test_other_refusals_suppress_nobody(shop: Shop) -> None:
    shop.connect("twilio")
    shop.customer(phone=fresh_phone("9901"))

    shop.sent()

    assert kept() == []


def test_a_new_list_leaves_the_number_out_whoever_has_it_now(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    opt_out_of(phone)
    shop.customer("Новый хозяин", phone=f"8{phone[2:]}")
    shop.customer()

    broadcast_id = shop.formed()

    assert shop.states(broadcast_id) == {"queued": 1, "skipped": 1}
    assert shop.reasons(broadcast_id) == {"opted_out": 1}


def test_what_waits_for_the_number_does_not_leave(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    shop.customer(phone=phone)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    opt_out_of(phone)

    shop.work()

    assert shop.states(broadcast_id) == {"cancelled": 1}
    assert shop.reasons(broadcast_id) == {"opted_out": 1}


def test_an_event_does_not_notify_the_number(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    customer = shop.customer(phone=phone)
    switches.turn("birthday", True, by="Мария")
    opt_out_of(phone)

    told = emit("birthday", customer_key=str(customer.uid), fact="2026")
    db.session.commit()

    assert (told.queued, told.reason) == (False, Reason.OPTED_OUT)


@pytest.mark.parametrize("level", ["boss", "operator"])
def test_staff_see_it_in_the_profile_and_may_allow_sms_again(shop: Shop, level: str) -> None:
    phone = fresh_phone()
    customer = shop.customer(phone=phone)
    opt_out_of(phone)
    browser = Browser(shop.app)
    browser.sign_in(shop.employee(level).get_id())
    page = f"/customers/{customer.uid}"
    assert "opted out at Twilio" in browser.read(page)
    assert "Don't send SMS" in browser.read("/customers/")

    browser.press(page, page, on="")

    assert opt_out(phone) is None


def test_allowing_a_customer_without_a_number_breaks_nothing(shop: Shop) -> None:
    opt_out_of("+79160000000")

    allow("nobody", None)

    assert kept() == ["+79160000000"]
