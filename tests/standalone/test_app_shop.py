"""The shop's own screens: bonuses are credited and told of, the loyalty rule, who may do what."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update

from smsadmin.accounts import connect
from smsadmin.events.switches import turn
from smsadmin.models import Message
from smsadmin.standalone.models import Customer, LoyaltySettings, db
from smsadmin.standalone.shop import as_text, credit_bonuses, latest_bonuses
from tests.standalone.shop import PASSWORD, add_customer, add_staff, sign_in_as, submit, token


def balance(shop: Flask, key: int) -> Decimal:
    with shop.app_context():
        return db.session.get_one(Customer, key).balance


def test_staff_credit_bonuses_and_the_customer_sees_them(shop: Flask) -> None:
    key = add_customer(shop, balance=Decimal(1000))
    add_staff(shop, "maria", "manager")
    staff, customer = shop.test_client(), shop.test_client()
    sign_in_as(staff, "maria")
    assert submit(staff, f"/admin/shop_customers/{key}", amount="150.5", note="за отзыв").status_code == 303
    assert balance(shop, key) == Decimal("1150.50")
    submit(customer, "/sign-in", phone="89261234567", password=PASSWORD)
    page = customer.get("/cabinet").text
    assert "1150.5" in page
    assert "за отзыв" in page


def test_an_amount_that_makes_no_sense_is_not_credited(shop: Flask) -> None:
    key = add_customer(shop)
    add_staff(shop, "maria", "manager")
    client = shop.test_client()
    sign_in_as(client, "maria")
    for amount in ("0", "-5", "many", "", "1e9", "NaN", "0.001"):
        assert submit(client, f"/admin/shop_customers/{key}", amount=amount).status_code == 200
    assert balance(shop, key) == 0


def test_a_viewer_looks_but_does_not_credit(shop: Flask) -> None:
    key = add_customer(shop)
    add_staff(shop, "viktor", "viewer")
    client = shop.test_client()
    sign_in_as(client, "viktor")
    page = client.get(f"/admin/shop_customers/{key}")
    assert page.status_code == 200
    assert 'name="amount"' not in page.text
    fields = {"amount": "5", "csrf_token": token(page)}
    assert client.post(f"/admin/shop_customers/{key}", data=fields).status_code == 403
    assert balance(shop, key) == 0


def test_two_credits_at_once_both_count(shop: Flask) -> None:
    key = add_customer(shop, balance=Decimal(100))
    with shop.app_context():
        read_before = db.session.get_one(Customer, key)
        assert read_before.balance == 100
        with db.engine.begin() as elsewhere:
            elsewhere.execute(update(Customer).values(balance=Customer.balance + 7))
        credit_bonuses(read_before, Decimal(50))
        db.session.commit()
    assert balance(shop, key) == 157


@pytest.mark.parametrize(("days", "lives"), [(None, None), (30, timedelta(days=30))])
def test_bonuses_expire_by_the_rule_of_their_day(
    shop: Flask, days: int | None, lives: timedelta | None
) -> None:
    key = add_customer(shop)
    with shop.app_context():
        db.session.add(LoyaltySettings(id=1, bonuses_expire_after_days=days))
        entry = credit_bonuses(db.session.get_one(Customer, key), Decimal(10))
        assert (entry.expires_at - entry.at if entry.expires_at else None) == lives


def test_crediting_tells_the_plugin_within_the_transaction(shop: Flask) -> None:
    key = add_customer(shop, balance=Decimal(1000))
    with shop.app_context():
        connect("smsc", login="demo", secret="demo")
        turn("bonuses_credited", on=True, by="test")
        customer = db.session.get_one(Customer, key)
        credit_bonuses(customer, Decimal(150))
        db.session.rollback()
        assert db.session.scalars(select(Message)).all() == []
        credit_bonuses(customer, Decimal(150))
        db.session.commit()
        message = db.session.scalars(select(Message)).one()
    assert message.customer_key == str(key)
    assert "150" in message.text
    assert "1150" in message.text


def test_the_rule_is_for_owner_and_admins_to_change(shop: Flask) -> None:
    add_staff(shop, "olga", "owner")
    add_staff(shop, "maria", "manager")
    owner, manager = shop.test_client(), shop.test_client()
    sign_in_as(owner, "olga")
    sign_in_as(manager, "maria")
    assert submit(owner, "/admin/shop_loyalty/", days="90").status_code == 303
    assert 'name="days"' not in manager.get("/admin/shop_loyalty/").text
    with shop.app_context():
        assert LoyaltySettings.read(db.session()).bonuses_expire_after_days == 90
    assert submit(owner, "/admin/shop_loyalty/", days="").status_code == 303
    with shop.app_context():
        assert LoyaltySettings.read(db.session()).bonuses_expire_after_days is None


def test_the_list_finds_customers_as_people_write(shop: Flask) -> None:
    add_customer(shop, "Иванов Иван", "+7 926 123-45-67")
    add_customer(shop, "Петрова Анна", "8 903 111-22-33")
    add_staff(shop, "viktor", "viewer")
    client = shop.test_client()
    sign_in_as(client, "viktor")
    for asked in ("иванов", "8 926 12"):
        page = client.get("/admin/shop_customers/", query_string={"search": asked}).text
        assert "Иванов Иван" in page
        assert "Петрова Анна" not in page


def test_a_customer_who_does_not_exist_has_no_page(shop: Flask) -> None:
    add_staff(shop, "viktor", "viewer")
    client = shop.test_client()
    sign_in_as(client, "viktor")
    assert client.get("/admin/shop_customers/12345").status_code == 404
    assert client.get(f"/admin/shop_customers/{10**30}").status_code == 404


@pytest.mark.parametrize(
    ("bonuses", "text"),
    [("150.00", "150"), ("99.50", "99.5"), ("0", "0"), ("1000", "1000"), ("-20.00", "-20")],
)
def test_bonuses_are_written_without_needless_zeros(bonuses: str, text: str) -> None:
    assert as_text(Decimal(bonuses)) == text


def test_the_history_ends_with_the_oldest(shop: Flask) -> None:
    key = add_customer(shop)
    with shop.app_context():
        customer = db.session.get_one(Customer, key)
        for amount in (1, 2, 3):
            credit_bonuses(customer, Decimal(amount))
        db.session.commit()
        assert [entry.amount for entry in latest_bonuses(key, limit=2)] == [3, 2]
