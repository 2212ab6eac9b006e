"""The shop of the box as tests need it: built on a fresh database, with a few people in it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from smsadmin.standalone.app import create_app
from smsadmin.standalone.models import Base, Customer, Staff, db

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
PASSWORD = "right"
HASH = generate_password_hash(PASSWORD, "pbkdf2:sha256:1")


@contextmanager
def open_shop(
    database_url: str, redis_url: str, spool: str, *, create_tables: bool = True, **config: Any
) -> Iterator[Flask]:
    """Offer the shop on this database; its own tables are created, unless they are to be migrated."""
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "only for tests",
            "SQLALCHEMY_DATABASE_URI": database_url,
            "SMSADMIN_PUBLIC_URL": "http://localhost/",
            "SMSADMIN_REDIS_URL": redis_url,
            "SMSADMIN_KEYS": KEY,
            "SHORTLINKS_URL": "http://localhost/l/",
            "SHORTLINKS_KEYS": {"1": KEY},
            "SHORTLINKS_SALT": "salt",
            "SHORTLINKS_SPOOL": spool,
            "SHORTLINKS_FLUSH_EVERY": 0,
            **config,
        }
    )
    if create_tables:
        with app.app_context():
            Base.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


def add_customer(app: Flask, name: str = "Анна", phone: str | None = "8 926 123-45-67", **values: Any) -> int:
    """Add a customer whose password is `PASSWORD`."""
    values = {"phone_verified": True, "password_hash": HASH, **values}
    with app.app_context():
        customer = Customer(name=name, phone=phone, **values)
        db.session.add(customer)
        db.session.commit()
        return customer.id


def add_staff(app: Flask, login: str, role: str, **values: Any) -> int:
    """Add a member of staff whose password is `PASSWORD`."""
    with app.app_context():
        member = Staff(login=login, name=login, role=role, password_hash=HASH, **values)
        db.session.add(member)
        db.session.commit()
        return member.id


def submit(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Open a page and send its form, with its token, as a browser does."""
    return client.post(path, data={"csrf_token": token(client.get(path)), **fields})


def token(page: TestResponse) -> str:
    """Return the form token of a page."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert found, f"{page.status}: no form on the page"
    return found[1]


def sign_in_as(client: FlaskClient, login: str) -> None:
    """Sign a member of staff in."""
    assert submit(client, "/staff/sign-in", login=login, password=PASSWORD).status_code == 303
