"""The sample: the same for the same seed, and with every trouble that a real list has."""

import time
from collections import Counter
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from smsadmin.accounts import sending_account
from smsadmin.models import Suppression
from smsadmin.standalone import sample
from smsadmin.standalone.models import BonusEntry, Customer, Staff, db
from smsadmin.standalone.sample_people import ALSO_STAFF, FATEFUL_ENDINGS, FIRST_CUSTOMER, people
from smsadmin.standalone.setup import prepare_database
from smsadmin.text.phones import to_e164
from tests.standalone.shop import open_shop, submit


def test_the_same_seed_makes_the_same_people() -> None:
    assert list(people(300, 1)) == list(people(300, 1))
    assert list(people(300, 1)) != list(people(300, 2))


def test_the_people_have_the_troubles_of_real_lists() -> None:
    everybody = list(people(500, 1))
    holders = Counter(person.e164 for person in everybody if person.e164)
    both_verified = Counter(person.e164 for person in everybody if person.e164 and person.verified)
    shared = [phone for phone, count in holders.items() if count == 2]
    assert any(both_verified[phone] == 2 for phone in shared)
    assert any(both_verified[phone] == 1 for phone in shared)
    assert sum(person.phone is None for person in everybody) == 5
    assert sum(person.phone is not None and person.e164 is None for person in everybody) == 5
    assert 40 <= sum(person.e164 is not None and not person.verified for person in everybody) <= 60
    assert sum(person.suppressed for person in everybody) == 5
    assert {person.locale for person in everybody} == {"ru", "en"}
    assert any("О" in person.name or "о" in person.name for person in everybody)
    assert any(person.name.isascii() for person in everybody)


def test_what_people_wrote_is_the_number_that_is_called() -> None:
    for person in people(500, 1):
        assert (to_e164(person.phone) if person.phone else None) == person.e164


def test_people_write_their_numbers_in_several_ways() -> None:
    written = [person.phone or "" for person in people(300, 1)]
    for start in ("8 9", "+7 (9", "+79", "89", "7 9"):
        assert any(phone.startswith(start) for phone in written)


def test_every_known_fate_has_a_customer_who_gets_sms() -> None:
    reached = {p.e164[-4:] for p in people(100, 1) if p.e164 and p.verified and not p.suppressed}
    assert set(FATEFUL_ENDINGS) <= reached


def test_the_sample_is_loaded_quickly_and_whole(shop: Flask) -> None:
    started = time.monotonic()
    sample.load(shop)
    assert time.monotonic() - started < 60
    with shop.app_context():
        count = select(func.count())
        assert db.session.scalar(count.select_from(Customer)) == 5000
        assert db.session.scalar(count.select_from(Suppression)) == 50
        balances = db.session.scalar(select(func.sum(Customer.balance)))
        assert db.session.scalar(select(func.sum(BonusEntry.amount))) == balances
        for row in db.session.scalars(select(Customer).limit(50)):
            assert row.phone_e164 == (to_e164(row.phone) if row.phone else None)


def test_some_staff_of_the_sample_are_customers_too(shop: Flask) -> None:
    sample.load(shop, customers=20)
    with shop.app_context():
        keys = [str(key) for key in db.session.scalars(select(Customer.id).order_by(Customer.id))]
        phones = set(db.session.scalars(select(Staff.phone)))
        assert len(shop.extensions["smsadmin"].host.staff.staff_among(keys)) == len(ALSO_STAFF) == 3
        assert FIRST_CUSTOMER not in phones


def test_every_printed_sign_in_works(shop: Flask) -> None:
    sample.load(shop, customers=20)
    for _who, login, password in sample.SIGN_INS:
        client = shop.test_client()
        if login == FIRST_CUSTOMER:
            assert submit(client, "/sign-in", phone=login, password=password).location == "/cabinet"
        else:
            assert submit(client, "/staff/sign-in", login=login, password=password).location == "/admin/"


def test_the_sign_ins_say_truly_which_admin_is_responsible(shop: Flask) -> None:
    sample.load(shop, customers=20)
    seen = {}
    for who, login, password in sample.SIGN_INS:
        client = shop.test_client()
        if submit(client, "/staff/sign-in", login=login, password=password).status_code == 303:
            seen[who] = client.get("/admin/sms/integration/").status_code
    assert seen == {"owner": 200, "responsible admin": 200, "other admin": 403, "manager": 403, "viewer": 403}


def test_a_simulator_in_the_environment_is_connected(
    migrated_url: str, redis_url: str, tmp_path: Path
) -> None:
    spool = str(tmp_path)
    with open_shop(
        migrated_url, redis_url, spool, SIMULATOR_LOGIN="demo", SIMULATOR_PASSWORD="demo-password"
    ) as app:
        sample.load(app, customers=20)
        with app.app_context():
            account = sending_account()
    assert account is not None
    assert (account.provider, account.login) == ("smsc", "demo")


def test_an_empty_database_is_prepared_once_and_kept(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    with open_shop(database_url, redis_url, str(tmp_path), create_tables=False) as app:
        prepare_database(app, customers=20)
        with app.app_context():
            db.session.get_one(Customer, 1).name = "Анна"
            db.session.commit()
        prepare_database(app, customers=20)
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(Customer)) == 20
            assert db.session.get_one(Customer, 1).name == "Анна"
