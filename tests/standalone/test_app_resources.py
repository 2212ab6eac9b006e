"""The pages of the box bring everything with them: styles, scripts and the icon, none of it from another host."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.admin.resources import trouble
from tests.standalone.shop import PASSWORD, add_customer, add_staff, sign_in_as, submit

ICON = '<link rel="icon" href="data:,">'
"""An empty one of its own: without it each page makes a browser ask for /favicon.ico, which is not there."""

OF_STAFF = ("/admin/", "/admin/sms/broadcasts/", "/admin/sms/integration/", "/admin/sms/events/")


def all_is_there(client: FlaskClient, path: str) -> None:
    """Check that a page has the icon, and that what it fetches is served here."""
    page = client.get(path)
    assert page.status_code == 200
    assert ICON in page.text
    assert trouble(client, page.text) == []


@pytest.mark.parametrize("path", ["/", "/sale", "/sign-in", "/staff/sign-in"])
def test_a_stranger_fetches_nothing_from_another_host(shop: Flask, path: str) -> None:
    all_is_there(shop.test_client(), path)


def test_a_customer_fetches_nothing_from_another_host(shop: Flask) -> None:
    add_customer(shop)
    client = shop.test_client()
    submit(client, "/sign-in", phone="89261234567", password=PASSWORD)

    all_is_there(client, "/cabinet")


@pytest.mark.parametrize("path", OF_STAFF)
def test_staff_fetch_nothing_from_another_host(shop: Flask, path: str) -> None:
    add_staff(shop, "olga", "owner")
    client = shop.test_client()
    sign_in_as(client, "olga")

    all_is_there(client, path)
