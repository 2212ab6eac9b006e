"""Callbacks that arrive in an odd way, or at an odd host: what is answered with 200 is kept, and nothing else."""

from io import BytesIO
from urllib.parse import urlencode

import pytest
from flask import Flask, Request
from sqlalchemy import event, func, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from smsadmin.database import read
from smsadmin.models import RawReceipt
from smsadmin.sending.apply import apply_receipts
from tests.hostapp.models import db
from tests.plugin import Shop
from tests.web.test_receipts import DELIVERED, UNDELIVERABLE, one_sent


def test_a_receipt_that_breaks_off_is_none(shop: Shop) -> None:
    """SMSC's 20 (not delivered) would become its 2 (read)."""
    shop.connect()
    shop.customer()
    broadcast_id = shop.sent()
    whole = urlencode(shop.smsc_receipt(shop.messages(broadcast_id)[0], "20"))
    cut = whole[: whole.index("status=20") + len("status=2")].encode()
    called = EnvironBuilder(
        method="POST",
        path=shop.smsc_callback(),
        input_stream=BytesIO(cut),
        content_type="application/x-www-form-urlencoded",
    ).get_environ()

    _, status, _ = run_wsgi_app(shop.app, called | {"CONTENT_LENGTH": str(len(whole))})

    assert status.startswith("400")
    assert read(lambda session: session.scalars(select(RawReceipt)).all()) == []


def test_a_receipt_is_kept_where_the_host_begins_transactions_by_itself(shop: Shop) -> None:
    """As SQLAlchemy's manual has it for SQLite: the driver would not, and only a COMMIT ends them."""
    if db.engine.dialect.name == "sqlite":
        event.listen(db.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    shop.connect()
    shop.customer()
    broadcast_id = shop.sent()

    answer = shop.receive(shop.messages(broadcast_id)[0], "1")

    assert answer == 200
    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_callback_larger_than_any_receipt_is_refused(shop: Shop) -> None:
    one_sent(shop)

    answer = shop.app.test_client().post(shop.smsc_callback(), data={"id": "x" * 100_000})

    assert answer.status_code == 413


def test_callbacks_pass_the_hosts_sign_in_and_its_csrf_protection(shop: Shop) -> None:
    """The second host closes every page to strangers and checks every form."""
    _, message = one_sent(shop)

    assert shop.app.test_client().get("/home").status_code == 302
    assert shop.receive(message, DELIVERED, apply=False) == 200
    assert read(lambda session: session.scalar(select(func.count(RawReceipt.id)))) == 1


def test_no_session_is_opened_for_a_provider(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that keeps its sessions on a server would write one for each receipt."""
    _, message = one_sent(shop)
    opened: list[str] = []

    def open_session(_app: Flask, request: Request) -> None:
        opened.append(request.path)

    monkeypatch.setattr(shop.app.session_interface, "open_session", open_session)

    assert shop.receive(message, DELIVERED, apply=False) == 200
    assert opened == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
def test_a_callback_comes_by_get_or_post(shop: Shop, method: str) -> None:
    _, message = one_sent(shop)

    answer = shop.app.test_client().open(
        shop.smsc_callback(), method=method, data=shop.smsc_receipt(message, DELIVERED)
    )

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"
    assert read(lambda session: session.scalar(select(func.count(RawReceipt.id)))) == 0


@pytest.mark.parametrize("path", ["/sms/receipts/smsc", "/sms/receipts/smsc/", "/sms/receipts/smsc/a/b"])
def test_what_is_no_callbacks_address_is_the_hosts(shop: Shop, path: str) -> None:
    """Its own answer, whatever that is: the second host asks strangers to sign in."""
    other = shop.app.test_client().post("/no/such/page")

    assert shop.app.test_client().post(path).status_code == other.status_code


def test_a_form_that_comes_in_pieces_of_unknown_length_is_read_like_any_other(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop)
    body = urlencode(shop.smsc_receipt(message, DELIVERED)).encode()

    answer = shop.app.test_client().post(
        shop.smsc_callback(),
        input_stream=BytesIO(body),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True},
    )
    apply_receipts()

    assert answer.status_code == 200
    assert shop.states(broadcast_id) == {"delivered": 1}


def test_of_a_field_that_comes_twice_the_first_counts(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop)
    fields = [*shop.smsc_receipt(message, DELIVERED).items(), ("status", UNDELIVERABLE)]

    answer = shop.app.test_client().post(
        shop.smsc_callback(), data=urlencode(fields), content_type="application/x-www-form-urlencoded"
    )
    apply_receipts()

    assert answer.status_code == 200
    assert shop.states(broadcast_id) == {"delivered": 1}
