"""Twilio's protocol: one message a request, errors by status and code, signed callbacks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from smsadmin.providers import provider
from smsadmin.providers.base import CallbackRequest, CheckFailed, Forged, Garbled, Outcome
from smsadmin.providers.twilio import ACCOUNT_ERRORS, MESSAGE_ERRORS, signature
from smsadmin.reasons import Reason
from smsadmin.states import State
from tests.providers.canned import Canned
from tests.providers.samples import ACCOUNT_SID, SECRETS, TEXT, account, callback, message, send

TWILIO = provider("twilio")
SID = "SM" + "0123456789abcdef" * 2
URL = "https://shop.example/sms/receipts/attempt1"


def test_a_message_goes_as_the_manual_has_it(canned: Canned) -> None:
    send(TWILIO, account(TWILIO, canned.url, "+15005550006"), [message(valid_for=timedelta(hours=1))])

    [seen] = canned.seen
    assert (seen.method, seen.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json")
    assert seen.headers["authorization"].startswith("Basic ")
    assert seen.form == {
        "To": "+79260000001",
        "From": "+15005550006",
        "Body": TEXT,
        "StatusCallback": URL,
        "ValidityPeriod": "3600",
    }


def test_a_messaging_service_is_no_from(canned: Canned) -> None:
    service = "MG" + "0" * 32

    send(TWILIO, account(TWILIO, canned.url, service))

    assert canned.seen[0].form["MessagingServiceSid"] == service
    assert "From" not in canned.seen[0].form


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [(timedelta(0), "1"), (timedelta(seconds=90.7), "90"), (timedelta(days=2), "36000")],
)
def test_the_validity_keeps_to_twilios_limits(valid_for: timedelta, seconds: str, canned: Canned) -> None:
    send(TWILIO, account(TWILIO, canned.url), [message(valid_for=valid_for)])

    assert canned.seen[0].form["ValidityPeriod"] == seconds


def test_two_messages_do_not_go_in_one_request(canned: Canned) -> None:
    with pytest.raises(ValueError, match="too many values"):
        send(TWILIO, account(TWILIO, canned.url), [message(1), message(2)])


def test_what_was_taken_is_read(canned: Canned) -> None:
    said = {"sid": SID, "status": "queued", "num_segments": "3", "price": "-0.0225", "price_unit": "USD"}
    canned.answer(201, said | {"body": TEXT, "to": "+79260000001"})

    [answer] = send(TWILIO, account(TWILIO, canned.url))

    assert (answer.outcome, answer.provider_id, answer.parts) == (Outcome.ACCEPTED, SID, 3)
    assert (answer.price, answer.currency) == (Decimal("0.0225"), "USD")
    assert answer.raw == f"201 {SID}"


def test_a_price_that_is_not_known_yet_is_none(canned: Canned) -> None:
    canned.answer(201, {"sid": SID, "num_segments": "1", "price": None, "price_unit": "USD"})

    [answer] = send(TWILIO, account(TWILIO, canned.url))

    assert answer.price is None


@pytest.mark.parametrize(
    ("status", "code", "outcome", "reason"),
    [
        (400, 21211, "rejected", "number_refused"),
        (400, 21610, "rejected", "opted_out"),
        (400, 21614, "rejected", "number_refused"),
        (400, 30450, "rejected", "text_forbidden"),
        (400, 21617, "rejected", "unclassified"),
        (401, 20003, "account_problem", "wrong_password"),
        (401, 20005, "account_problem", "account_refused"),
        (403, 20005, "account_problem", "account_refused"),
        (403, 21610, "rejected", "opted_out"),
        (400, 21212, "account_problem", "sender_not_registered"),
        (400, 21408, "account_problem", "account_refused"),
        (400, 21611, "account_problem", "provider_busy"),
        (429, 20429, "try_later", "provider_busy"),
        (500, 20500, "unknown", "strange_answer"),
        (503, 21211, "unknown", "strange_answer"),
    ],
)
def test_a_refusal_by_its_status_and_code(
    status: int, code: int, outcome: str, reason: str, canned: Canned
) -> None:
    canned.answer(status, {"code": code, "message": f"about {TEXT}", "status": status})

    [answer] = send(TWILIO, account(TWILIO, canned.url))

    assert (answer.outcome.value, answer.reason) == (outcome, Reason(reason))
    assert "Анна" not in answer.raw


def test_a_429_of_any_shape_was_never_processed(canned: Canned) -> None:
    canned.answer(429, b"<html>slow down</html>")

    [answer] = send(TWILIO, account(TWILIO, canned.url))

    assert answer.outcome is Outcome.TRY_LATER
    assert answer.retry_after is not None


@pytest.mark.parametrize("status", [402, 403])
def test_an_account_that_may_not_ask_is_refused_for_its_questions_too(status: int, canned: Canned) -> None:
    canned.answer(status, {"code": 20005, "message": "Account not active", "status": status})

    with pytest.raises(CheckFailed) as failed:
        TWILIO.balance(account(TWILIO, canned.url), deadline=5)

    assert failed.value.reason is Reason.ACCOUNT_REFUSED


def test_no_code_stands_in_both_tables() -> None:
    assert not set(ACCOUNT_ERRORS) & set(MESSAGE_ERRORS)


@pytest.mark.parametrize(
    ("status", "error", "state", "reason"),
    [
        ("queued", "", State.ACCEPTED, None),
        ("sent", "", State.ACCEPTED, None),
        ("delivered", "", State.DELIVERED, None),
        ("read", "", State.DELIVERED, None),
        ("undelivered", "30003", State.UNDELIVERED, Reason.NOT_REACHABLE),
        ("undelivered", "30008", State.UNDELIVERED, Reason.UNCLASSIFIED),
        ("undelivered", "30034", State.UNDELIVERED, Reason.SENDER_NOT_REGISTERED),
        ("failed", "30005", State.UNDELIVERED, Reason.NO_SUCH_SUBSCRIBER),
        ("failed", "21610", State.UNDELIVERED, Reason.OPTED_OUT),
        ("failed", "99999", State.UNDELIVERED, Reason.UNCLASSIFIED),
        ("failed", "", State.UNDELIVERED, Reason.UNCLASSIFIED),
        ("received", "", None, Reason.UNCLASSIFIED),
    ],
)
def test_what_a_status_means(status: str, error: str, state: State | None, reason: Reason | None) -> None:
    settled = TWILIO.settle(status, error)

    assert (settled.state, settled.reason) == (state, reason)


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=5))
def test_our_signature_is_the_one_of_twilios_own_package(form: dict[str, str]) -> None:
    assert RequestValidator(SECRETS[0]).validate(URL, form, signature(SECRETS[0], URL, form))


FORM = {
    "MessageSid": SID,
    "MessageStatus": "undelivered",
    "ErrorCode": "30003",
    "AccountSid": ACCOUNT_SID,
    "To": "+79260000001",
}


def _signed(form: dict[str, str], key: str = "attempt1", url: str = URL) -> CallbackRequest:
    token = RequestValidator(SECRETS[0]).compute_signature(url, form)
    return callback(key, form, headers={"x-twilio-signature": token}, url=url)


def test_a_signed_receipt_is_read() -> None:
    [receipt] = TWILIO.parse_receipt(_signed(FORM), account(TWILIO))

    assert receipt.reference == TWILIO.reference("any", message(1))
    assert (receipt.status, receipt.error) == ("undelivered", "30003")


def test_a_status_we_do_not_know_is_kept() -> None:
    [receipt] = TWILIO.parse_receipt(_signed(FORM | {"MessageStatus": "teleported"}), account(TWILIO))

    assert receipt.status == "teleported"


def test_a_signature_for_another_address_is_forged() -> None:
    token = RequestValidator(SECRETS[0]).compute_signature(URL, FORM)
    other = callback("attempt2", FORM, headers={"X-Twilio-Signature": token}, url=URL[:-1] + "2")

    with pytest.raises(Forged):
        TWILIO.parse_receipt(other, account(TWILIO))


@pytest.mark.parametrize("token", ["", "AAAA", "я"])
def test_a_missing_or_wrong_signature_is_forged(token: str) -> None:
    with pytest.raises(Forged):
        TWILIO.parse_receipt(
            callback("attempt1", FORM, headers={"X-Twilio-Signature": token}), account(TWILIO)
        )


def test_a_receipt_of_another_account_is_forged() -> None:
    with pytest.raises(Forged):
        TWILIO.parse_receipt(_signed(FORM | {"AccountSid": "AC" + "f" * 32}), account(TWILIO))


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ({"AccountSid": ACCOUNT_SID}, "attempt1"),
        (FORM | {"MessageStatus": ""}, "attempt1"),
        (FORM | {"ErrorCode": "bad"}, "attempt1"),
        (FORM, ""),
    ],
)
def test_a_signed_callback_that_cannot_be_read_is_garbled(form: dict[str, str], key: str) -> None:
    with pytest.raises(Garbled):
        TWILIO.parse_receipt(_signed(form, key), account(TWILIO))


def test_the_host_of_an_address_is_signed_as_it_is_written() -> None:
    url, form = (
        "https://Shop.Example/sms/receipts/attempt1",
        {"AccountSid": ACCOUNT_SID, "MessageStatus": "sent"},
    )
    validator = RequestValidator(SECRETS[0])
    signed = {"X-Twilio-Signature": validator.compute_signature(url, form)}
    assert validator.validate(url, form, signed["X-Twilio-Signature"])

    [receipt] = TWILIO.parse_receipt(callback("attempt1", form, headers=signed, url=url), account(TWILIO))

    assert receipt.status == "sent"


@pytest.mark.parametrize("code", [30001, 21611])
def test_a_full_queue_rests_the_account_and_loses_nobody(code: int, canned: Canned) -> None:
    canned.answer(400, {"code": code, "message": "queue is full", "status": 400})

    [answer] = send(TWILIO, account(TWILIO, canned.url))

    assert (answer.outcome, answer.reason) == (Outcome.ACCOUNT_PROBLEM, Reason.PROVIDER_BUSY)
    assert answer.retry_after == timedelta(minutes=1)
