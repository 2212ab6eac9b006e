"""`flask sms rotate-keys`: after it the old key can be taken out, and what no key opens is named."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest
from cryptography.fernet import Fernet
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from smsadmin import accounts
from smsadmin.database import engine, read
from smsadmin.integration import callback_secret
from smsadmin.models import Account
from smsadmin.sealing import seal
from tests.hostapp import create_host
from tests.hostapp.app import KEY
from tests.hostapp.models import db
from tests.plugin import PASSWORD, Shop

NEW = Fernet.generate_key().decode()


def rotate(url: str, redis_url: str, keys: str) -> tuple[int, str]:
    """Run the command on the site with these keys; return its exit code and what it says."""
    app = create_host(url, redis_url, SMSADMIN_KEYS=keys)
    # A context of its own: the command would else run in the app whose context the test has pushed.
    result = Context().run(FlaskCliRunner(app).invoke, args=["sms", "rotate-keys"])
    with app.app_context():
        db.engine.dispose()
    return result.exit_code, result.output


def secrets_with(url: str, redis_url: str, keys: str) -> tuple[list[str], str]:
    """Return the passwords, removed ones too, and the callback's secret, as these keys open them."""
    app = create_host(url, redis_url, SMSADMIN_KEYS=keys)
    with app.app_context():
        rows = read(lambda session: session.scalars(select(Account).order_by(Account.id)).all())
        opened = [accounts.credentials(row).secret for row in rows], callback_secret()
        db.engine.dispose()
    return opened


def test_after_it_the_new_key_alone_opens_everything(shop: Shop, migrated_url: str, redis_url: str) -> None:
    shop.connect(secret="old")
    shop.connect("twilio")
    shop.connect()
    address = callback_secret()

    code, said = rotate(migrated_url, redis_url, f"{NEW},{KEY}")

    assert (code, said) == (0, "Sealed with the first key: 4.\n")
    opened = secrets_with(migrated_url, redis_url, NEW)
    assert opened == (["old", "demo-token", PASSWORD], address)


def test_it_can_be_run_again(shop: Shop, migrated_url: str, redis_url: str) -> None:
    shop.connect()

    for _ in range(2):
        assert rotate(migrated_url, redis_url, f"{NEW},{KEY}")[0] == 0
    assert secrets_with(migrated_url, redis_url, NEW)[0] == [PASSWORD]


def test_what_no_key_opens_is_named_and_left_as_it_is(shop: Shop, migrated_url: str, redis_url: str) -> None:
    account = shop.connect()
    callback_secret()

    code, said = rotate(migrated_url, redis_url, NEW)

    assert code == 1
    assert "Sealed with the first key: 0." in said
    assert f"smsc (account {account.id}), the callback's address" in said
    assert PASSWORD not in said
    assert secrets_with(migrated_url, redis_url, KEY)[0] == [PASSWORD]


def test_a_password_entered_meanwhile_is_not_overwritten_by_the_one_before(
    shop: Shop, migrated_url: str, redis_url: str
) -> None:
    account = shop.connect(secret="old")

    with ThreadPoolExecutor(1) as another, Session(engine()) as entering, entering.begin():
        if entering.get_bind().dialect.name == "sqlite":
            entering.execute(text("BEGIN IMMEDIATE"))
        entering.execute(update(Account).where(Account.id == account.id).values(sealed_secret=seal("new")))
        rotation = another.submit(rotate, migrated_url, redis_url, f"{NEW},{KEY}")
        with pytest.raises(TimeoutError):
            rotation.result(timeout=1.5)
        entering.commit()
        assert rotation.result(timeout=60)[0] == 0

    assert secrets_with(migrated_url, redis_url, NEW)[0] == ["new"]


def test_without_a_key_nothing_is_changed(shop: Shop, migrated_url: str, redis_url: str) -> None:
    shop.connect()

    code, said = rotate(migrated_url, redis_url, "")

    assert code == 1
    assert "Nothing was changed: SMSADMIN_KEYS is empty." in said
    assert secrets_with(migrated_url, redis_url, KEY)[0] == [PASSWORD]
