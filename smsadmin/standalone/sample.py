"""Fills the shop with sample customers and staff, so that there is somebody to send to at once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from smsadmin.accounts import connect
from smsadmin.host import Role, StaffMember
from smsadmin.integration import set_responsible
from smsadmin.standalone.models import BonusEntry, Customer, Staff, db
from smsadmin.standalone.sample_people import ALSO_STAFF, FIRST_CUSTOMER, Person, people
from smsadmin.suppression import suppress

CUSTOMER_PASSWORD = "customer"  # noqa: S105 - printed on purpose, like all sign-ins of the sample

PRICE_OF_PART = Decimal("3.50")
"""In roubles; what the simulated SMSC is taken to ask for one part."""

SIGN_INS = [
    ("owner", "owner", "owner"),
    ("responsible admin", "admin", "admin"),
    ("other admin", "admin2", "admin2"),
    ("manager", "manager", "manager"),
    ("viewer", "viewer", "viewer"),
    ("customer", FIRST_CUSTOMER, CUSTOMER_PASSWORD),
]
"""Who, login (a customer's is his phone), password; at /staff/sign-in, the customer at /sign-in."""

RESPONSIBLE = "admin"
"""Whom the owner has named as responsible for the integration."""

STAFF = {
    "owner": ("Ольга Хозяйка", Role.OWNER),
    "admin": ("Анна Ответственная", Role.ADMIN),
    "admin2": ("Борис Второй", Role.ADMIN),
    "manager": ("Мария Менеджер", Role.MANAGER),
    "viewer": ("Виктор Читатель", Role.VIEWER),
}


def load(app: Flask, customers: int = 5000, seed: int = 1) -> None:
    """Write the sample into an empty shop; the same seed makes the same customers."""
    sample = list(people(customers, seed))
    with app.app_context():
        with Session(db.engine) as session, session.begin():
            # One hash for all: five thousand would take minutes.
            password = generate_password_hash(CUSTOMER_PASSWORD)
            keys = _insert_customers(session, sample, password)
            by_phone = dict(zip((person.e164 for person in sample), keys, strict=True))
            session.execute(insert(Staff), _staff(by_phone))
            named = session.scalars(select(Staff).where(Staff.login == RESPONSIBLE)).one()
            responsible = StaffMember(str(named.id), named.name, Role(named.role))
        set_responsible(responsible)
        for key, person in zip(keys, sample, strict=True):
            if person.suppressed:
                suppress(str(key), by=STAFF["manager"][0])
        if login := app.config.get("SIMULATOR_LOGIN"):
            secret = app.config["SIMULATOR_PASSWORD"]
            connect("smsc", login=login, secret=secret, price_of_part=PRICE_OF_PART)


def _insert_customers(session: Session, sample: list[Person], password: str) -> list[int]:
    rows = [_customer(person, password) for person in sample]
    returning = insert(Customer).returning(Customer.id, sort_by_parameter_order=True)
    keys = list(session.scalars(returning, rows))
    entries = [_welcome(key, person) for key, person in zip(keys, sample, strict=True)]
    session.execute(insert(BonusEntry), entries)
    return keys


def _customer(person: Person, password: str) -> dict[str, Any]:
    return {
        "name": person.name,
        "phone": person.phone,
        "phone_e164": person.e164,
        "phone_verified": person.verified,
        "city": person.city,
        "group": person.group,
        "birthday": person.birthday,
        "locale": person.locale,
        "balance": person.welcome,
        "password_hash": password,
        "blocked": person.blocked,
        "created_at": person.created_at,
    }


def _welcome(key: int, person: Person) -> dict[str, Any]:
    return {
        "customer_id": key,
        "amount": person.welcome,
        "at": person.created_at + timedelta(minutes=1),
        "note": "Welcome" if person.locale == "en" else "Приветственные бонусы",
    }


def _staff(customers: dict[str | None, int]) -> list[dict[str, Any]]:
    """Return the staff; three are customers too, two by the same phone and one by his account alone."""
    passwords = {login: password for _who, login, password in SIGN_INS}
    phones = {"owner": ALSO_STAFF[0], "admin": "+79160002001", "manager": ALSO_STAFF[1]}
    accounts = {"viewer": customers.get(ALSO_STAFF[2])}
    return [
        {
            "login": login,
            "password_hash": generate_password_hash(passwords[login]),
            "name": name,
            "role": role.value,
            "phone": phones.get(login),
            "customer_id": accounts.get(login),
        }
        for login, (name, role) in STAFF.items()
    ]
