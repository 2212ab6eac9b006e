"""What strangers and clumsy fingers send to the shop: a page that says so, in the reader's language."""

import pytest
from flask import Flask
from sqlalchemy import text, update

from smsadmin.standalone.models import Staff, db
from tests.admin.browser import tokens
from tests.standalone.shop import add_customer, add_staff, sign_in_as, submit


@pytest.mark.parametrize("path", ["/sign-in", "/staff/sign-in"])
def test_a_nul_in_a_sign_in_is_refused(shop: Flask, path: str) -> None:
    answer = submit(shop.test_client(), path, login="a\x00", phone="8926\x001234567", password="x\x00")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "address", ["/?search=%00", "/sign-in?next=%00", "/admin/shop_customers/?search=%00"]
)
def test_a_nul_in_an_address_is_refused(shop: Flask, address: str) -> None:
    assert shop.test_client().get(address).status_code == 400


def test_an_upload_of_megabytes_is_refused_before_it_is_on_the_disk(shop: Flask) -> None:
    client = shop.test_client()
    head = b'--x\r\nContent-Disposition: form-data; name="phone"; filename="a"\r\n\r\n'
    upload = head + b"x" * 2_000_000 + b"\r\n--x--"
    answer = client.post("/sign-in", data=upload, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


@pytest.mark.parametrize("page", [-1, 2**63, 10**30])
def test_a_page_of_a_strange_number_is_shown(shop: Flask, page: int) -> None:
    add_staff(shop, "olga", "viewer")
    client = shop.test_client()
    sign_in_as(client, "olga")
    assert client.get(f"/admin/shop_customers/?page={page}").status_code == 200


@pytest.mark.parametrize("key", [2**31, 2**63 - 1, 2**63, 10**30])
def test_a_customer_of_a_huge_number_is_not_there(shop: Flask, key: int) -> None:
    add_staff(shop, "olga", "viewer")
    client = shop.test_client()
    sign_in_as(client, "olga")
    assert client.get(f"/admin/sms/customers/{key}").status_code == 404


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "1" * 400, "1e400", "٣"])
def test_bonuses_that_are_no_number_are_refused_at_the_field(shop: Flask, amount: str) -> None:
    customer = add_customer(shop)
    add_staff(shop, "olga", "owner")
    client = shop.test_client()
    sign_in_as(client, "olga")
    for path, field in ((f"/admin/shop_customers/{customer}", "amount"), ("/admin/shop_loyalty/", "days")):
        answer = submit(client, path, **{field: amount})
        assert (answer.status_code, "invalid-feedback" in answer.text) == (200, True)


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Такой страницы нет"), ("en", "There is no such page")]
)
def test_a_wrong_address_is_answered_in_the_readers_language(shop: Flask, language: str, words: str) -> None:
    answer = shop.test_client().get(f"/nowhere?lang={language}")
    assert answer.status_code == 404
    assert words in answer.text


def test_a_long_name_of_staff_fits_beside_what_he_writes(shop: Flask) -> None:
    add_staff(shop, "Я" * 50, "manager")
    with shop.app_context():
        db.session.execute(update(Staff).values(name="Я" * 200))
        db.session.commit()
    client = shop.test_client()
    sign_in_as(client, "Я" * 50)
    page = client.get("/admin/sms/broadcasts/new")
    fields = {**tokens(page.text), "name": "Акция", "text": "Привет"}
    assert client.post("/admin/sms/broadcasts/new", data=fields).status_code == 302


def test_a_screen_that_refuses_says_why_itself(shop: Flask) -> None:
    add_staff(shop, "olga", "viewer")
    client = shop.test_client()
    sign_in_as(client, "olga")
    answer = client.get("/admin/sms/broadcasts/new?lang=en")
    assert answer.status_code == 403
    assert "Your role lets you read, not change." in answer.text


def test_a_token_that_is_missing_is_explained_in_the_readers_language(shop: Flask) -> None:
    client = shop.test_client()
    client.get("/?lang=en")
    answer = client.post("/sign-in")
    assert answer.status_code == 400
    assert "The page was open for too long" in answer.text


def test_a_failure_has_a_page_even_when_nobody_can_be_looked_up(shop: Flask) -> None:
    shop.config["PROPAGATE_EXCEPTIONS"] = False
    add_staff(shop, "olga", "viewer")
    client = shop.test_client()
    sign_in_as(client, "olga")
    with shop.app_context():
        db.session.execute(text("DROP TABLE staff"))
        db.session.commit()
    for address, words in (("/", "Попробуйте ещё раз"), ("/?lang=en", "Try again in a minute")):
        answer = client.get(address)
        assert answer.status_code == 500
        assert words in answer.text


def test_a_provider_gets_no_page(shop: Flask) -> None:
    answer = shop.test_client().post("/sms/receipts/smsc/wrong", data={"id": "1"})
    assert answer.status_code == 403
    assert "shop.css" not in answer.text
