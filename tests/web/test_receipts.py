"""Receipts over HTTP: kept raw first, applied once, ranks only up, and strangers change nothing."""

import pytest
from sqlalchemy import select

from smsadmin.broadcasts import lifecycle
from smsadmin.database import read
from smsadmin.models import DroppedCallback, Message, RawReceipt
from smsadmin.providers import provider
from smsadmin.providers.twilio import signature
from smsadmin.sending.apply import apply_receipts
from smsadmin.sending.claim import claim
from smsadmin.sending.sweeper import end_leases
from tests.plugin import Shop, fresh_phone
from tests.sending.test_reconcile import never_left

DELIVERED, UNDELIVERABLE, ON_ITS_WAY = "1", "20", "0"


def one_sent(shop: Shop) -> tuple[int, Message]:
    shop.connect()
    shop.customer()
    broadcast_id = shop.sent()
    return broadcast_id, shop.messages(broadcast_id)[0]


def receipts(shop: Shop) -> list[RawReceipt]:
    return list(read(lambda session: session.scalars(select(RawReceipt)).all()))


def dropped() -> dict[str, int]:
    return read(lambda session: {row.cause: row.count for row in session.scalars(select(DroppedCallback))})


def test_a_receipt_is_kept_raw_before_the_answer_and_applied_later(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop)

    assert shop.receive(message, DELIVERED, apply=False) == 200

    assert [receipt.applied_at for receipt in receipts(shop)] == [None]
    assert shop.states(broadcast_id) == {"accepted": 1}
    apply_receipts()
    assert shop.states(broadcast_id) == {"delivered": 1}
    assert apply_receipts() == 0


def test_a_receipt_that_comes_twice_is_kept_once(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop)

    assert [shop.receive(message, DELIVERED) for _ in range(3)] == [200, 200, 200]

    assert len(receipts(shop)) == 1
    assert dropped() == {"repeated": 2}
    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_receipt_out_of_order_never_moves_a_message_down(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop)

    shop.receive(message, DELIVERED)
    shop.receive(message, ON_ITS_WAY)
    shop.receive(message, UNDELIVERABLE, "6")

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_an_undelivered_sms_says_why(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop)

    shop.receive(message, UNDELIVERABLE, "6")

    assert shop.states(broadcast_id) == {"undelivered": 1}
    assert shop.reasons(broadcast_id) == {"not_reachable": 1}


def test_a_receipt_settles_what_was_unknown(shop: Shop) -> None:
    shop.connect()
    shop.customer(phone=fresh_phone("9911"))
    broadcast_id = shop.sent()
    assert shop.states(broadcast_id) == {"unknown": 1}

    shop.receive(shop.messages(broadcast_id)[0], DELIVERED)

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_receipt_that_comes_before_our_own_record_wins(shop: Shop) -> None:
    from smsadmin.providers.base import Answer, Outcome
    from smsadmin.sending.record import record

    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    claimed = claim(account, provider("smsc"), broadcast_id, 1)

    shop.receive(claimed.messages[0], DELIVERED)
    record(account.id, [(claimed.messages[0], Answer(Outcome.ACCEPTED))])

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_receipt_that_waits_is_applied_before_a_requeue(shop: Shop) -> None:
    from smsadmin.providers.base import Answer, Outcome
    from smsadmin.sending.record import record

    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    claimed = claim(account, provider("smsc"), broadcast_id, 1)
    shop.receive(claimed.messages[0], DELIVERED, apply=False)

    record(account.id, [(claimed.messages[0], Answer(Outcome.TRY_LATER))])

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_receipt_for_a_cancelled_message_shows_that_it_was_delivered(shop: Shop) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    claimed = claim(account, provider("smsc"), broadcast_id, 1)
    shop.end_leases_now()
    end_leases()
    lifecycle.cancel(broadcast_id)

    shop.receive(claimed.messages[0], DELIVERED)

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_reference_we_never_issued_is_counted_and_dropped(shop: Shop) -> None:
    _, message = one_sent(shop)
    form = shop.smsc_receipt(message, DELIVERED) | {"id": "1234"}

    answer = shop.app.test_client().post(shop.smsc_callback(), data=form)

    assert answer.status_code == 200
    assert receipts(shop) == []
    assert dropped() == {"unknown": 1}


@pytest.mark.parametrize("key", ["", "wrong"])
def test_a_forged_callback_changes_nothing(shop: Shop, key: str) -> None:
    broadcast_id, message = one_sent(shop)

    answer = shop.app.test_client().post(
        f"/sms/receipts/smsc/{key or 'x'}", data=shop.smsc_receipt(message, DELIVERED)
    )
    apply_receipts()

    assert answer.status_code == 403
    assert shop.states(broadcast_id) == {"accepted": 1}
    assert dropped() == {"forged": 1}


def test_a_garbled_callback_is_answered_and_counted(shop: Shop) -> None:
    one_sent(shop)

    answer = shop.app.test_client().post(shop.smsc_callback(), data=b"\xff\xfe\x00 no form")

    assert answer.status_code == 200
    assert dropped() == {"garbled": 1}


def test_a_provider_that_does_not_exist_is_a_404(shop: Shop) -> None:
    assert shop.app.test_client().post("/sms/receipts/nobody/x").status_code == 404


def test_a_signed_twilio_receipt_settles_its_message(shop: Shop) -> None:
    shop.connect("twilio")
    shop.customer()
    broadcast_id = shop.sent()
    message = shop.messages(broadcast_id)[0]
    path = f"/sms/receipts/twilio/{message.attempt_id}"
    form = {
        "MessageSid": "SM" + "0" * 32,
        "MessageStatus": "undelivered",
        "ErrorCode": "30003",
        "To": message.phone,
        "AccountSid": "AC" + "0" * 32,
    }
    right = {"X-Twilio-Signature": signature("demo-token", f"http://localhost{path}", form)}
    wrong = {"X-Twilio-Signature": signature("other", f"http://localhost{path}", form)}
    client = shop.app.test_client()

    assert client.post(path, data=form, headers=wrong).status_code == 403
    assert client.post(path, data=form, headers=right).status_code == 200
    apply_receipts()

    assert shop.states(broadcast_id) == {"undelivered": 1}
    assert shop.reasons(broadcast_id) == {"not_reachable": 1}


def test_a_seventech_receipt_settles_its_message(shop: Shop) -> None:
    shop.connect("seventech")
    shop.customer()
    broadcast_id = shop.sent()
    message = shop.messages(broadcast_id)[0]
    body = {"state": "DELIVERED", "txId": "1", "clientRequestId": message.attempt_id}

    answer = shop.app.test_client().post(f"/sms/receipts/seventech/{message.attempt_id}", json=body)
    apply_receipts()

    assert answer.status_code == 200
    assert shop.states(broadcast_id) == {"delivered": 1}


def test_receipts_of_a_removed_account_still_count(shop: Shop) -> None:
    from smsadmin import accounts

    broadcast_id, message = one_sent(shop)
    accounts.remove("smsc")

    shop.receive(message, DELIVERED)

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_without_the_key_the_provider_is_asked_to_come_again(shop: Shop) -> None:
    from dataclasses import replace

    broadcast_id, message = one_sent(shop)
    wired = shop.app.extensions["smsadmin"]
    address, form = shop.smsc_callback(), shop.smsc_receipt(message, DELIVERED)
    there, wired.settings = wired.settings, replace(wired.settings, keys=())

    assert shop.app.test_client().post(address, data=form).status_code == 503
    wired.settings = there
    assert shop.receive(message, DELIVERED) == 200
    assert shop.states(broadcast_id) == {"delivered": 1}


def test_no_report_within_a_day_leaves_it_accepted_with_that_reason(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop)

    shop.receive(message, UNDELIVERABLE, "245")

    assert shop.states(broadcast_id) == {"accepted": 1}
    assert shop.reasons(broadcast_id) == {"no_report": 1}


def test_a_receipt_that_comes_first_tells_when_the_provider_took_it(shop: Shop) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    claimed = claim(account, provider("smsc"), broadcast_id, 1)

    shop.receive(claimed.messages[0], DELIVERED)

    message = shop.messages(broadcast_id)[0]
    assert message.accepted_at == message.settled_at is not None


def test_that_an_earlier_attempt_failed_says_nothing_about_the_one_under_way(shop: Shop) -> None:
    from smsadmin.providers.base import Answer, Outcome
    from smsadmin.sending.record import record

    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    first = claim(account, provider("smsc"), broadcast_id, 1).messages[0]
    record(account.id, [(first, Answer(Outcome.TRY_LATER))])
    claim(account, provider("smsc"), broadcast_id, 1)

    shop.receive(first, UNDELIVERABLE, "6")
    assert shop.states(broadcast_id) == {"sending": 1}
    shop.receive(first, DELIVERED)

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_status_of_no_table_proves_that_the_provider_has_it(shop: Shop) -> None:
    broadcast_id = never_left(shop)

    shop.receive(shop.messages(broadcast_id)[0], "77")

    assert shop.states(broadcast_id) == {"accepted": 1}


def test_a_status_of_no_table_takes_nothing_back(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    broadcast_id = shop.sent()
    shop.receive(shop.messages(broadcast_id)[0], "1")

    shop.receive(shop.messages(broadcast_id)[0], "77")

    assert shop.states(broadcast_id) == {"delivered": 1}
