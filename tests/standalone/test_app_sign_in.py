"""Signing in to the shop: customers by phone, staff by login, and nobody led astray on the way."""

from flask import Flask

from smsadmin.standalone.models import Customer, db
from tests.standalone.shop import PASSWORD, add_customer, add_staff, sign_in_as, submit, token


def test_a_customer_signs_in_with_his_phone_however_he_types_it(shop: Flask) -> None:
    add_customer(shop, "Анна", "+7 (926) 123-45-67")
    client = shop.test_client()
    answer = submit(client, "/sign-in", phone="89261234567", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/cabinet")
    assert "Анна" in client.get("/cabinet").text


def test_of_two_customers_on_one_phone_the_password_decides(shop: Flask) -> None:
    add_customer(shop, "Анна", password_hash=None)
    add_customer(shop, "Борис")
    client = shop.test_client()
    submit(client, "/sign-in", phone="89261234567", password=PASSWORD)
    assert "Борис" in client.get("/cabinet").text


def test_a_wrong_phone_or_password_signs_nobody_in(shop: Flask) -> None:
    add_customer(shop)
    client = shop.test_client()
    for phone, password in (
        ("89261234567", "wrong"),
        ("89260000000", PASSWORD),
        ("no phone", PASSWORD),
        ("89261234567", ""),
    ):
        assert submit(client, "/sign-in", phone=phone, password=password).status_code == 200
        assert client.get("/cabinet").location.startswith("/sign-in")


def test_a_blocked_customer_is_kept_out_and_his_session_ends(shop: Flask) -> None:
    key = add_customer(shop)
    client = shop.test_client()
    submit(client, "/sign-in", phone="89261234567", password=PASSWORD)
    with shop.app_context():
        db.session.get_one(Customer, key).blocked = True
        db.session.commit()
    assert client.get("/cabinet").status_code == 302
    assert submit(client, "/sign-in", phone="89261234567", password=PASSWORD).status_code == 200


def test_the_cabinet_leads_through_the_sign_in_and_back(shop: Flask) -> None:
    add_customer(shop)
    client = shop.test_client()
    sign_in = client.get("/cabinet?from=sms").location
    answer = submit(client, sign_in, phone="89261234567", password=PASSWORD)
    assert answer.location == "/cabinet?from=sms"


def test_next_leads_to_nobody_elses_site(shop: Flask) -> None:
    add_customer(shop)
    client = shop.test_client()
    answer = submit(client, "/sign-in?next=//evil.example/", phone="89261234567", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/cabinet")


def test_staff_sign_in_and_out(shop: Flask) -> None:
    add_staff(shop, "olga", "viewer")
    client = shop.test_client()
    first = client.get("/admin/shop_customers/?page=2").location
    assert submit(client, first, login="olga", password=PASSWORD).location == "/admin/shop_customers/?page=2"
    page = client.get("/admin/")
    assert page.status_code == 200
    assert client.post("/staff/sign-out", data={"csrf_token": token(page)}).status_code == 303
    assert client.get("/admin/").status_code == 302


def test_a_wrong_staff_password_signs_nobody_in(shop: Flask) -> None:
    add_staff(shop, "olga", "viewer")
    client = shop.test_client()
    assert submit(client, "/staff/sign-in", login="olga", password="wrong").status_code == 200
    assert client.get("/admin/").status_code == 302


def test_a_customer_has_no_way_into_the_back_office(shop: Flask) -> None:
    add_customer(shop)
    client = shop.test_client()
    submit(client, "/sign-in", phone="89261234567", password=PASSWORD)
    assert client.get("/admin/").location.startswith("/staff/sign-in")


def test_a_form_without_its_token_is_refused(shop: Flask) -> None:
    add_customer(shop)
    answer = shop.test_client().post("/sign-in", data={"phone": "89261234567", "password": PASSWORD})
    assert answer.status_code == 400


def test_signing_in_drops_what_the_session_held_but_keeps_the_language(shop: Flask) -> None:
    add_staff(shop, "olga", "viewer")
    client = shop.test_client()
    client.get("/?lang=en")
    with client.session_transaction() as session:
        session["planted"] = "by a stranger"
    sign_in_as(client, "olga")
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["lang"] == "en"


def test_the_shop_speaks_the_chosen_language_until_another_is_chosen(shop: Flask) -> None:
    client = shop.test_client()
    assert '<html lang="ru">' in client.get("/").text
    assert '<html lang="en">' in client.get("/?lang=en").text
    assert '<html lang="en">' in client.get("/sale").text
    assert '<html lang="en">' in client.get("/?lang=tlh").text
