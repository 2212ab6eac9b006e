"""What the shop tells the plugin about its staff, its customers' sign-in and its loyalty rule."""

import pytest
from flask import Flask, session
from flask_login import current_user, login_user
from sqlalchemy import select

from smsadmin.host import Role
from smsadmin.standalone.adapters import ShopLogin, ShopLoyalty, ShopStaff, customers
from smsadmin.standalone.models import Customer, LoyaltySettings, Staff, db
from tests.standalone.shop import add_customer, add_staff


def test_a_link_starts_a_session_that_is_new_and_not_fresh(shop: Flask) -> None:
    key = add_customer(shop)
    with shop.test_request_context():
        session["planted"] = "by a stranger"
        ShopLogin().sign_in(str(key))
        assert "planted" not in session
        assert session["_fresh"] is False
        assert ShopLogin().current_customer() == str(key)
        assert ShopLogin().someone_signed_in()


def test_a_link_signs_in_nobody_who_is_blocked_deleted_or_staff(shop: Flask) -> None:
    blocked = add_customer(shop, phone=None, blocked=True)
    same_phone = add_customer(shop, phone="8 926 123-45-67")
    add_staff(shop, "olga", "owner", phone="+79261234567")
    with shop.test_request_context():
        for key in (str(blocked), str(same_phone), "12345", "no key"):
            with pytest.raises(LookupError):
                ShopLogin().sign_in(key)
        assert not ShopLogin().someone_signed_in()


def test_only_customers_who_exist_and_are_not_blocked_may_sign_in(shop: Flask) -> None:
    good, blocked = add_customer(shop), add_customer(shop, blocked=True)
    with shop.app_context():
        assert ShopLogin().may_sign_in(str(good))
        assert not ShopLogin().may_sign_in(str(blocked))
        assert not ShopLogin().may_sign_in("12345")


def test_staff_are_known_by_account_and_by_phone(shop: Flask) -> None:
    account = add_customer(shop, phone="8 903 000-00-01")
    phone = add_customer(shop, phone="8 903 000-00-02")
    other = add_customer(shop, phone="8 903 000-00-03")
    no_phone = add_customer(shop, phone=None)
    add_staff(shop, "olga", "owner", customer_id=account)
    add_staff(shop, "anna", "admin", phone="+79030000002")
    with shop.app_context():
        keys = [str(key) for key in (account, phone, other, no_phone)]
        assert set(ShopStaff().staff_among([*keys, "no key"])) == {str(account), str(phone)}
        assert set(ShopStaff().phones()) == {"+79030000001", "+79030000002"}


def test_the_plugin_sees_who_is_at_the_screen(shop: Flask) -> None:
    key = add_staff(shop, "anna", "admin")
    customer = add_customer(shop)
    with shop.test_request_context():
        assert ShopStaff().current() is None
        login_user(db.session.get_one(Staff, key))
        member = ShopStaff().current()
        assert member is not None
        assert (member.key, member.role) == (str(key), Role.ADMIN)
        assert ShopLogin().current_customer() is None
        login_user(db.session.get_one(Customer, customer))
        assert ShopStaff().current() is None
        assert current_user.is_authenticated


def test_the_plugin_knows_the_owners_and_the_admins_as_of_now(shop: Flask) -> None:
    for login, role in (("olga", "owner"), ("anna", "admin"), ("maria", "manager"), ("viktor", "viewer")):
        add_staff(shop, login, role)
    with shop.app_context():
        found = [(member.name, member.role) for member in ShopStaff().administrators()]
        assert found == [("anna", Role.ADMIN), ("olga", Role.OWNER)]

        db.session.scalars(select(Staff).where(Staff.login == "anna")).one().role = "manager"
        db.session.commit()
        assert [member.name for member in ShopStaff().administrators()] == ["olga"]


def test_the_sign_in_pages_lead_on(shop: Flask) -> None:
    with shop.test_request_context():
        assert ShopStaff().sign_in_url() == "/staff/sign-in"
        assert ShopLogin().sign_in_url("/sale?x=1") == "/sign-in?next=/sale?x%3D1"


def test_the_plugin_knows_when_bonuses_expire(shop: Flask) -> None:
    with shop.app_context():
        assert ShopLoyalty().bonuses_expire_after_days() is None
        db.session.add(LoyaltySettings(id=1, bonuses_expire_after_days=30))
        db.session.commit()
        assert ShopLoyalty().bonuses_expire_after_days() == 30


def test_placeholders_are_city_and_balance(shop: Flask) -> None:
    key = str(add_customer(shop, city="Пермь", balance=150))
    with shop.test_request_context():
        assert customers.get_many([key])[key].values == {"city": "Пермь", "balance": "150"}
        assert customers.url(key) == f"/admin/shop_customers/{key}"
