"""Callbacks that arrive in an odd way, or at an odd host: what is answered with 200 is kept, and nothing else."""

from io import BytesIO
from urllib.parse import urlencode

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
