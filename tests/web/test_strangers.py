"""Callbacks from strangers: refused by their address alone, and never a way into the database or a log."""

import logging

import pytest
from sqlalchemy import text

from tests.hostapp.models import db
from tests.plugin import Shop

SECRET_LOOKING = "a1b2c3d4-17"


@pytest.mark.parametrize("provider", ["smsc", "twilio", "seventech"])
@pytest.mark.parametrize("key", ["%00", "a%00b", "%F0%9F%98%80", "%ED%A0%80", "a" * 101])
def test_an_address_that_we_never_gave_out_does_not_exist(shop: Shop, provider: str, key: str) -> None:
    shop.connect(provider)
    visitor = shop.app.test_client()

    address = f"/sms/receipts/{provider}/{key}"
    assert visitor.post(address, json={"state": "DELIVERED"}).status_code == 404
    assert visitor.post(address, data={"state": "DELIVERED"}).status_code == 404


def test_a_failure_leaves_the_address_out_of_the_log(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.connect("seventech")
    shop.app.config["PROPAGATE_EXCEPTIONS"] = False
    how = " CASCADE" if db.engine.dialect.name == "postgresql" else ""
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE sms_asked" + how))

    with caplog.at_level(logging.DEBUG):
        answer = shop.app.test_client().post(
            f"/sms/receipts/seventech/{SECRET_LOOKING}", json={"state": "DELIVERED"}
        )

    assert answer.status_code == 500
    assert SECRET_LOOKING not in caplog.text
    assert "Error at upsert.py" in caplog.text
