"""SMSC's callbacks: what their codes mean, in which forms they come, and who is believed."""

import hashlib
import json
import zlib
from decimal import Decimal
from typing import Any

import pytest

from smsadmin.providers import provider
from smsadmin.providers.base import Forged, Garbled, Outgoing
from smsadmin.reasons import Reason
from smsadmin.states import State
from tests.providers.samples import REQUEST_ID, SECRETS, account, callback

SMSC = provider("smsc")
KEY = SECRETS[1]


@pytest.mark.parametrize(
    ("status", "error", "state", "reason"),
    [
        ("-1", "", State.ACCEPTED, None),
        ("0", "0", State.ACCEPTED, None),
        ("1", "0", State.DELIVERED, None),
        ("2", "0", State.DELIVERED, None),
        ("4", "0", State.DELIVERED, None),
        ("3", "0", State.UNDELIVERED, Reason.EXPIRED_AT_OPERATOR),
        ("3", "6", State.UNDELIVERED, Reason.NOT_REACHABLE),
        ("20", "1", State.UNDELIVERED, Reason.NO_SUCH_SUBSCRIBER),
        ("20", "13", State.UNDELIVERED, Reason.SUBSCRIBER_BLOCKED),
        ("20", "219", State.UNDELIVERED, Reason.SIM_REPLACED),
        ("20", "254", State.UNDELIVERED, Reason.SENDER_NOT_REGISTERED),
        ("20", "245", State.ACCEPTED, Reason.NO_REPORT),
        ("20", "999", State.UNDELIVERED, Reason.UNCLASSIFIED),
        ("22", "", State.UNDELIVERED, Reason.NUMBER_REFUSED),
        ("23", "253", State.UNDELIVERED, Reason.SPAM_FILTER),
        ("24", "", State.UNDELIVERED, Reason.NO_MONEY),
        ("25", "", State.UNDELIVERED, Reason.NOT_REACHABLE),
        ("1", "200", State.UNDELIVERED, Reason.TEST_MODE),
        ("-3", "", None, Reason.UNCLASSIFIED),
        ("5", "1", None, Reason.UNCLASSIFIED),
    ],
)
def test_what_a_status_means(status: str, error: str, state: State | None, reason: Reason | None) -> None:
    settled = SMSC.settle(status, error)

    assert (settled.state, settled.reason) == (state, reason)


FORM = {
    "id": REQUEST_ID,
    "phone": "79260000001",
    "status": "20",
    "err": "1",
    "cost": "3.50",
    "ts": "1700000000",
}


def _reference() -> str:
    return SMSC.reference(REQUEST_ID, Outgoing("a", "+79260000001", ""))


@pytest.mark.parametrize(
    "request_",
    [
        callback(KEY, FORM),
        callback(KEY, query=FORM),
        callback(KEY, FORM, query={"charset": "utf-8", "md5": "1"}),
        callback(KEY, body=json.dumps(FORM).encode()),
        callback(KEY, body=json.dumps(FORM | {"phone": 79260000001, "status": 20, "err": 1}).encode()),
        callback(KEY, body=json.dumps([FORM]).encode()),
        callback(KEY, FORM | {"phone": "+79260000001"}),
    ],
)
def test_a_receipt_is_read_from_any_form_of_callback(request_: Any) -> None:
    [receipt] = SMSC.parse_receipt(request_, account(SMSC))

    assert receipt.reference == _reference()
    assert (receipt.status, receipt.error, receipt.price) == ("20", "1", Decimal("3.50"))


def test_the_right_signature_is_believed_and_a_wrong_one_is_forged() -> None:
    signed = f"{REQUEST_ID}:79260000001:20:{KEY}".encode()
    signatures = {
        "md5": hashlib.md5(signed).hexdigest(),
        "sha1": hashlib.sha1(signed).hexdigest().upper(),
        "crc32": str(zlib.crc32(signed)),
    }

    for name, signature in signatures.items():
        assert SMSC.parse_receipt(callback(KEY, FORM | {name: signature}), account(SMSC))
        for wrong in ("", "0", signature[:-1], "я"):
            with pytest.raises(Forged):
                SMSC.parse_receipt(callback(KEY, FORM | {name: wrong}), account(SMSC))


def test_a_signature_does_not_serve_another_status() -> None:
    signature = hashlib.md5(f"{REQUEST_ID}:79260000001:20:{KEY}".encode()).hexdigest()

    with pytest.raises(Forged):
        SMSC.parse_receipt(callback(KEY, FORM | {"status": "1", "md5": signature}), account(SMSC))


@pytest.mark.parametrize("key", ["", "wrong", KEY[:-1], KEY.upper(), "ключ"])
def test_a_callback_at_another_address_is_forged(key: str) -> None:
    with pytest.raises(Forged):
        SMSC.parse_receipt(callback(key, FORM), account(SMSC))


def test_an_incoming_sms_is_no_receipt() -> None:
    incoming = {"id": "5", "phone": "79260000001", "mes": "СТОП", "to": "79990000000"}

    assert SMSC.parse_receipt(callback(KEY, incoming), account(SMSC)) == []


@pytest.mark.parametrize(
    "form",
    [
        {},
        FORM | {"id": ""},
        FORM | {"id": "a" * 41},
        FORM | {"id": "a:b"},
        FORM | {"phone": "unknown"},
        FORM | {"status": "delivered"},
        FORM | {"status": ""},
        FORM | {"err": "x"},
    ],
)
def test_a_callback_that_cannot_be_read_is_garbled(form: dict[str, str]) -> None:
    with pytest.raises(Garbled):
        SMSC.parse_receipt(callback(KEY, form), account(SMSC))


@pytest.mark.parametrize("body", [b"[1]", b"{", b'{"a"', b"[" * 50_000])
def test_broken_json_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        SMSC.parse_receipt(callback(KEY, body=body), account(SMSC))
