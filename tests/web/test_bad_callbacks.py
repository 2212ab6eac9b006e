"""Callbacks that nobody should believe: whatever is wrong with them, they change nothing, are answered and counted."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import TestResponse

from smsadmin.database import read
from smsadmin.models import Account, DroppedCallback, Message, RawReceipt
from smsadmin.providers.twilio import signature
from smsadmin.sending.apply import apply_receipts
from tests.hostapp.models import db
from tests.plugin import Shop

SID, TOKEN = "AC" + "0" * 32, "demo-token"
TEN_MB = 10 * 1024 * 1024


class Call(NamedTuple):
    """One callback: where it goes and with what."""

    path: str
    fields: dict[str, str]
    headers: dict[str, str] = {}
    body: bytes | None = None


def good(shop: Shop, message: Message, name: str) -> Call:
    """What the provider itself would send when the SMS has arrived."""
    if name == "smsc":
        return Call(shop.smsc_callback(), shop.smsc_receipt(message, "1"))
    path = f"/sms/receipts/{name}/{message.attempt_id}"
    if name == "seventech":
        told = {"state": "DELIVERED", "clientRequestId": message.attempt_id or ""}
        return Call(path, {}, {"Content-Type": "application/json"}, json.dumps(told).encode())
    form = {"AccountSid": SID, "MessageSid": "SM1", "MessageStatus": "delivered", "To": message.phone}
    return Call(path, form, {"X-Twilio-Signature": signature(TOKEN, f"http://localhost{path}", form)})


def post(shop: Shop, call: Call) -> TestResponse:
    content: Any = call.body if call.body is not None else call.fields
    return shop.app.test_client().post(call.path, data=content, headers=call.headers)


def one_sent(shop: Shop, name: str) -> tuple[int, Message]:
    shop.connect(name)
    shop.customer()
    broadcast_id = shop.sent()
    return broadcast_id, shop.messages(broadcast_id)[0]


def dropped(name: str) -> dict[str, int]:
    mine = select(DroppedCallback).where(DroppedCallback.provider == name)
    return read(lambda session: {row.cause: row.count for row in session.scalars(mine)})


def kept() -> int:
    return len(read(lambda session: session.scalars(select(RawReceipt)).all()))


def another_address(shop: Shop, call: Call) -> Call:
    return call._replace(path=call.path[:-3] + "abc")


def wrong_signature(shop: Shop, call: Call) -> Call:
    return call._replace(headers={"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="})


def no_signature(shop: Shop, call: Call) -> Call:
    return call._replace(headers={})


def wrong_account(shop: Shop, call: Call) -> Call:
    form = call.fields | {"AccountSid": "AC" + "1" * 32}
    signed = signature(TOKEN, f"http://localhost{call.path}", form)
    return call._replace(fields=form, headers={"X-Twilio-Signature": signed})


def wrong_md5(shop: Shop, call: Call) -> Call:
    return call._replace(fields=call.fields | {"md5": "0" * 32})


def another_message(shop: Shop, call: Call) -> Call:
    told = {"state": "DELIVERED", "clientRequestId": "another"}
    return call._replace(body=json.dumps(told).encode())


FORGED: list[tuple[str, Callable[[Shop, Call], Call]]] = [
    ("smsc", another_address),
    ("smsc", wrong_md5),
    ("twilio", wrong_signature),
    ("twilio", no_signature),
    ("twilio", wrong_account),
    ("twilio", another_address),
    ("seventech", another_message),
]
every_provider = pytest.mark.parametrize("name", ["smsc", "twilio", "seventech"])


@every_provider
def test_the_providers_own_callback_is_believed_once(shop: Shop, name: str) -> None:
    broadcast_id, message = one_sent(shop, name)
    call = good(shop, message, name)

    answers = [post(shop, call).status_code for _ in range(3)]
    apply_receipts()

    assert answers == [200, 200, 200]
    assert shop.states(broadcast_id) == {"delivered": 1}
    assert dropped(name) == {"repeated": 2}
    account = read(lambda session: session.scalars(select(Account)).one())
    assert account.last_receipt_at is not None


@pytest.mark.parametrize(("name", "spoil"), FORGED)
def test_a_forged_callback_is_refused_and_counted(
    shop: Shop, name: str, spoil: Callable[[Shop, Call], Call]
) -> None:
    broadcast_id, message = one_sent(shop, name)

    answer = post(shop, spoil(shop, good(shop, message, name)))
    apply_receipts()

    assert answer.status_code == 403
    assert shop.states(broadcast_id) == {"accepted": 1}
    assert dropped(name) == {"forged": 1}
    account = read(lambda session: session.scalars(select(Account)).one())
    assert account.last_receipt_at is None


@every_provider
def test_a_callback_about_nothing_of_ours_is_answered_and_counted(shop: Shop, name: str) -> None:
    broadcast_id, message = one_sent(shop, name)
    call = good(shop, message, name)
    if name == "smsc":
        call = call._replace(fields=call.fields | {"id": "1234"})
    else:
        message.attempt_id = "never-given-out"
        call = good(shop, message, name)

    answer = post(shop, call)

    assert answer.status_code == 200
    assert (kept(), dropped(name)) == (0, {"unknown": 1})
    assert shop.states(broadcast_id) == {"accepted": 1}


@every_provider
def test_ten_megabytes_are_read_thrown_away_and_counted(shop: Shop, name: str) -> None:
    broadcast_id, message = one_sent(shop, name)
    call = good(shop, message, name)

    answer = post(shop, call._replace(body=b"x" * TEN_MB))

    assert answer.status_code == 413
    assert (kept(), dropped(name)) == (0, {"too_large": 1})
    assert shop.states(broadcast_id) == {"accepted": 1}


@every_provider
@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00\x01",
        b"status=\xff&id=\xfe&phone=%ff%fe",
        b'{"state": "\xff", "status": "\xff"}',
        b"[" * 60_000,
        b'{"id":' * 9_000,
        b"\x00" * 1000,
        b"&" * 60_000,
        b"",
    ],
)
def test_a_broken_body_is_no_error_and_moves_nothing(shop: Shop, name: str, body: bytes) -> None:
    broadcast_id, message = one_sent(shop, name)
    call = good(shop, message, name)

    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = post(shop, call._replace(body=body, headers=call.headers | {"Content-Type": kind}))
        assert answer.status_code in {200, 403, 413}, answer.status

    assert (kept(), sum(dropped(name).values())) == (0, 3)
    assert shop.states(broadcast_id) == {"accepted": 1}


@pytest.mark.parametrize("key", ["a" * 101, "with%20blank", "%00", "%ff"])
def test_a_key_that_we_never_gave_out_is_counted_too(shop: Shop, key: str) -> None:
    shop.connect()

    assert shop.app.test_client().post(f"/sms/receipts/smsc/{key}").status_code == 404
    assert dropped("smsc") == {"forged": 1}


def test_twilio_signs_the_public_address_also_behind_a_proxy(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop, "twilio")
    call = good(shop, message, "twilio")
    shop.app.wsgi_app = ProxyFix(shop.app.wsgi_app, x_proto=1, x_host=1)  # type: ignore[method-assign]
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "other.example", "Host": "10.0.0.5:8000"}

    answer = post(shop, call._replace(headers=call.headers | forwarded))
    apply_receipts()

    assert answer.status_code == 200
    assert shop.states(broadcast_id) == {"delivered": 1}


def test_twilio_may_write_the_port_into_the_address_that_it_signs(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop, "twilio")
    call = good(shop, message, "twilio")
    signed = signature(TOKEN, f"http://localhost:80{call.path}", call.fields)

    assert post(shop, call._replace(headers={"X-Twilio-Signature": signed})).status_code == 200
    apply_receipts()
    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_form_of_very_many_parts_is_counted_too(shop: Shop) -> None:
    shop.connect()
    part = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}

    answer = shop.app.test_client().post(
        shop.smsc_callback(), data=part * 1100 + b"--x--\r\n", headers=headers
    )

    assert answer.status_code == 413
    assert dropped("smsc") == {"too_large": 1}


def test_a_forged_callback_costs_few_statements_however_often_smsc_was_connected(shop: Shop) -> None:
    for number in range(20):
        shop.connect(login=f"login{number}")
    statements: list[str] = []
    listen(db.engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))

    shop.app.test_client().post("/sms/receipts/smsc/guessed", data={"id": "1"})

    assert 0 < len(statements) <= 6
