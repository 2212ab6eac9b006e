"""The shop that is measured: its own PostgreSQL, as careful with its files as in a real shop, and its own Redis."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from smsadmin.standalone import postgres_box, programs, redis_box
from smsadmin.standalone.children import Children, children
from smsadmin.standalone.environment import TWILIO_SID, TWILIO_TOKEN, Place, environment
from smsadmin.standalone.keys import load_or_make
from smsadmin.standalone.places import own_folder, temporary_folder
from smsadmin.standalone.ports import free_port

OURS = ("SMSADMIN_", "SHORTLINKS_", "SQLALCHEMY_")
"""What the user has set for `make run` is not for a bench."""

PRICE = Decimal("3.50")


@dataclass(frozen=True)
class Box:
    """A shop with nobody in it; its app context is pushed while the block lasts."""

    home: Path
    place: Place
    told: Mapping[str, str]
    app: Flask
    family: Children

    def run(self, statement: str, **values: Any) -> Any:
        """Run one statement of SQL, commit it, and return the first value where it has one."""
        from smsadmin.database import engine

        with engine().begin() as connection:
            result = connection.execute(text(statement), values)
            return result.scalar() if result.returns_rows else None

    def settle(self) -> None:
        """Have the server write down what is behind it, so that nothing of it falls into the next measurement."""
        from smsadmin.database import engine

        with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")


@contextmanager
def box(**settings: str) -> Iterator[Box]:
    """Run the servers and make the shop; `settings` are variables as `make run` would get them."""
    with temporary_folder("smsadmin-bench") as home, ExitStack() as stack:
        place = Place(own_folder(home / "instance"), "127.0.0.1", free_port(), free_port())
        redis = stack.enter_context(redis_box.running(home / "redis", durable=False))
        database = stack.enter_context(postgres_box.running(home / "postgresql")).url()
        given = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        wished = {"SQLALCHEMY_DATABASE_URI": database, "SHORTLINKS_FLUSH_EVERY": "0", **settings}
        told = environment(place, load_or_make(place.instance), redis.url, given | wished)
        # The app of this process reads them from there.
        os.environ.update(told)
        from smsadmin.standalone.app import create_app
        from smsadmin.standalone.models import db
        from smsadmin.standalone.setup import prepare_database

        app = create_app()
        prepare_database(app, customers=0)
        family = stack.enter_context(children())
        with app.app_context():
            yield Box(home, place, told, app, family)
            db.session.remove()
            db.engine.dispose()


def add_customers(shop: Box, upto: int, verified_of_ten: int = 9) -> None:
    """Fill the shop up to so many customers with E.164 numbers, none of which meets a fate at the simulator."""
    shop.run(
        """
        INSERT INTO customers (name, phone, phone_e164, phone_verified, city, locale, balance, blocked, created_at)
        SELECT 'Иванова Анна ' || n, e164, e164, n % 10 < :verified, 'Казань', 'ru', n % 30 * 50, false, now()
        FROM generate_series((SELECT count(*) + 1 FROM customers), :upto) AS n,
            LATERAL (SELECT '+79' || lpad((n / 9000 * 10000 + n % 9000)::text, 9, '0') AS e164) AS phone
        """,
        upto=upto,
        verified=verified_of_ten,
    )
    shop.settle()


def connect(provider: str) -> int:
    """Connect a provider at the simulator; return the account's id."""
    from smsadmin import accounts

    login, secret, sender = "demo", "demo-password", "Shop"
    if provider == "twilio":
        login, secret, sender = TWILIO_SID, TWILIO_TOKEN, "+15005550006"
    return accounts.connect(provider, login=login, secret=secret, sender=sender, price_of_part=PRICE).id


def draft(text_of_it: str, **fields: Any) -> int:
    """Write a broadcast; return its id."""
    from smsadmin.broadcasts import drafts

    usual = {"name": "Осень", "verified_only": False, "wrap_clicks": True, "wrap_login": True}
    return drafts.create("Мария", text=text_of_it, **usual | fields)


def form(broadcast_id: int) -> None:
    """Form the list of a draft in this process, from its first row to its last."""
    import time

    from smsadmin.broadcasts import drafts
    from smsadmin.broadcasts.prepare import form_list
    from smsadmin.database import read
    from smsadmin.models import Broadcast

    written = read(lambda session: session.get_one(Broadcast, broadcast_id)).text
    drafts.form_list(broadcast_id, written)
    while form_list(broadcast_id, time.monotonic() + 60):
        pass


__all__ = ["Box", "add_customers", "box", "connect", "draft", "form", "programs"]
