"""Callbacks that arrive in an odd way, or at an odd host: what is answered with 200 is kept, and nothing else."""

from io import BytesIO
from urllib.parse import urlencode

from sqlalchemy import event, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from smsadmin.database import read
from smsadmin.models import RawReceipt
from tests.hostapp.models import db
from tests.plugin import Shop


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
