"""A customer changes his password in the cabinet; where the settings say so, his login links end with the old one."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from smsadmin import links
from tests.standalone.shop import PASSWORD, add_customer, open_shop, submit

NEW = "a new password"


def signed_in(shop: Flask, password: str = PASSWORD) -> FlaskClient:
    client = shop.test_client()
    submit(client, "/sign-in", phone="89261234567", password=password)
    return client


def opens_cabinet(client: FlaskClient) -> bool:
    return client.get("/cabinet").status_code == 200


def test_the_new_password_takes_the_place_of_the_old_one(shop: Flask) -> None:
    add_customer(shop)
    client = signed_in(shop)

    answer = submit(client, "/cabinet/password", password=PASSWORD, new=NEW)

    assert (answer.status_code, answer.location) == (303, "/cabinet")
    assert opens_cabinet(client)
    assert opens_cabinet(signed_in(shop, NEW))
    assert not opens_cabinet(signed_in(shop))


@pytest.mark.parametrize(
    ("password", "new"), [("wrong", NEW), (PASSWORD, "short"), (PASSWORD, ""), ("", NEW)]
)
def test_without_the_old_one_or_a_good_new_one_nothing_changes(
    migrated_url: str, redis_url: str, tmp_path: Path, password: str, new: str
) -> None:
    given: dict[str, Any] = {"SMSADMIN_PASSWORD_ENDS_LINKS": True}
    with open_shop(migrated_url, redis_url, str(tmp_path / "clicks"), **given) as shop:
        key = add_customer(shop)

        assert submit(signed_in(shop), "/cabinet/password", password=password, new=new).status_code == 200

        assert opens_cabinet(signed_in(shop))
        with shop.app_context():
            assert links.revocation(str(key)) is None


def test_a_stranger_is_led_to_the_sign_in_and_back(shop: Flask) -> None:
    assert shop.test_client().get("/cabinet/password").location == "/sign-in?next=/cabinet/password"


@pytest.mark.parametrize("setting", [None, "false", "true"])
def test_login_links_end_with_the_password_only_where_the_setting_says_so(
    migrated_url: str, redis_url: str, tmp_path: Path, setting: str | None
) -> None:
    given: dict[str, Any] = {} if setting is None else {"SMSADMIN_PASSWORD_ENDS_LINKS": setting}
    with open_shop(migrated_url, redis_url, str(tmp_path / "clicks"), **given) as shop:
        key = add_customer(shop)
        other = add_customer(shop, "Борис", "8 926 765-43-21")

        submit(signed_in(shop), "/cabinet/password", password=PASSWORD, new=NEW)

        with shop.app_context():
            assert (links.revocation(str(key)) is not None) == (setting == "true")
            assert links.revocation(str(other)) is None
