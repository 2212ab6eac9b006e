"""The login form once more: for a Strict cookie that has not come, and for a form without a valid token."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shortlinks.blocks import block_code, reserve
from shortlinks.flusher import flush_once
from shortlinks.report import list_logins
from tests.shortlinks.conftest import a_person
from tests.shortlinks.host import PHONE

TARGET = "http://localhost/cabinet"
COMES_AGAIN = 'http-equiv="refresh" content="0; url=?here"'


@pytest.fixture
def code(app: Flask, engine: Engine) -> str:
    block = reserve(engine, url=TARGET, owner="b1", link_index=0, count=5, login=True)
    return block_code(block, 2)


@pytest.fixture
def strict(app: Flask) -> None:
    app.config["SESSION_COOKIE_SAMESITE"] = "Strict"


def token(page: str) -> str:
    return str(re.findall(r'name="csrf_token" value="([^"]+)"', page)[0])


@pytest.mark.usefixtures("strict")
def test_without_its_strict_cookie_a_session_is_not_begun_anew(client: FlaskClient, code: str) -> None:
    page = client.get(f"/sms/in/{code}")
    assert COMES_AGAIN in page.text
    assert 'href="?here"' in page.text
    assert "<form" not in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "private, no-store"


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize(
    ("site", "query", "again"),
    [
        (None, "", True),
        (None, "?here", False),
        ("cross-site", "", True),
        ("cross-site", "?here", True),
        ("same-site", "?here", True),
        ("same-origin", "?here", False),
        ("none", "", False),
    ],
)
def test_who_comes_from_another_site_comes_again(
    client: FlaskClient, code: str, site: str | None, query: str, again: bool
) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    page = client.get(f"/sms/in/{code}{query}", headers=headers).text
    assert (COMES_AGAIN in page, "<form" in page) == (again, not again)


@pytest.mark.usefixtures("strict")
def test_who_has_his_strict_cookie_gets_the_form_at_once(client: FlaskClient, code: str) -> None:
    client.get("/door/c2")
    assert "<form" in client.get(f"/sms/in/{code}").text


@pytest.mark.usefixtures("strict")
def test_the_form_that_came_again_signs_in(client: FlaskClient, code: str) -> None:
    page = client.get(f"/sms/in/{code}?here").text
    assert client.post(f"/sms/in/{code}?here", data={"csrf_token": token(page)}).location == TARGET
    assert client.get("/cabinet").text == "cabinet of c2"


@pytest.mark.parametrize("same_site", ["Lax", None])
def test_other_cookies_need_no_second_page(
    app: Flask, client: FlaskClient, code: str, same_site: str | None
) -> None:
    app.config["SESSION_COOKIE_SAMESITE"] = same_site
    page = client.get(f"/sms/in/{code}", headers={"Sec-Fetch-Site": "cross-site"}).text
    assert "<form" in page


@pytest.mark.usefixtures("strict")
def test_an_unknown_code_has_no_second_page_either(client: FlaskClient) -> None:
    assert client.get("/sms/in/unknown").status_code == 404


def test_a_form_without_a_token_ends_on_the_button(client: FlaskClient, code: str) -> None:
    answer = client.post(f"/sms/in/{code}")
    assert answer.status_code == 400
    assert "Войти не получилось" in answer.text
    assert "<script" not in answer.text

    assert client.post(f"/sms/in/{code}", data={"csrf_token": token(answer.text)}).location == TARGET
    assert client.get("/cabinet").text == "cabinet of c2"


def test_a_token_that_has_expired_ends_on_the_button(app: Flask, client: FlaskClient, code: str) -> None:
    page = client.get(f"/sms/in/{code}").text
    app.config["WTF_CSRF_TIME_LIMIT"] = -1
    answer = client.post(f"/sms/in/{code}", data={"csrf_token": token(page)})
    assert answer.status_code == 400
    assert "<button>" in answer.text
    assert client.get("/cabinet").location == "/door"


@pytest.mark.parametrize("key", ["c2", "manager"])
def test_whoever_is_signed_in_is_led_on_without_a_token(app: Flask, code: str, key: str) -> None:
    client = a_person(app)
    client.get(f"/door/{key}")
    assert client.post(f"/sms/in/{code}").location == TARGET
    assert client.get("/cabinet").text == f"cabinet of {key}"
    flush_once(app)
    assert list_logins("b1") == []


def test_without_a_token_an_unknown_code_is_unknown(client: FlaskClient) -> None:
    assert client.post("/sms/in/unknown").status_code == 404


@pytest.mark.parametrize(
    ("headers", "by_itself"),
    [
        ({"Sec-Purpose": "prefetch"}, True),
        ({"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}, True),
        ({"Purpose": "prefetch"}, False),
        ({"X-Purpose": "preview"}, False),
        ({"Sec-Purpose": "prefetch", "User-Agent": PHONE + " WhatsApp/2.24"}, False),
    ],
)
def test_only_a_browser_that_shows_the_page_later_gets_its_script_beforehand(
    client: FlaskClient, code: str, headers: dict[str, str], by_itself: bool
) -> None:
    assert ("<script" in client.get(f"/sms/in/{code}", headers=headers).text) == by_itself


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://blog.localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_a_form_that_another_site_posts_begins_no_session_and_signs_nobody_out(
    app: Flask, code: str, headers: dict[str, str]
) -> None:
    victim = a_person(app)
    victim.get("/door/c7")
    # A Lax cookie does not come with it.
    answer = app.test_client(use_cookies=False).post(f"/sms/in/{code}", headers=headers)
    assert answer.status_code == 400
    assert COMES_AGAIN in answer.text
    assert "Set-Cookie" not in answer.headers
    assert victim.get("/cabinet").text == "cabinet of c7"


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_also_with_a_token_another_site_signs_nobody_in(
    client: FlaskClient, code: str, headers: dict[str, str]
) -> None:
    page = client.get(f"/sms/in/{code}")
    answer = client.post(f"/sms/in/{code}", data={"csrf_token": token(page.text)}, headers=headers)
    assert answer.status_code == 400
    assert client.get("/cabinet").location == "/door"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "none"}]
)
def test_our_own_page_signs_in(client: FlaskClient, code: str, headers: dict[str, str]) -> None:
    page = client.get(f"/sms/in/{code}")
    answer = client.post(f"/sms/in/{code}", data={"csrf_token": token(page.text)}, headers=headers)
    assert answer.location == TARGET
    assert client.get("/cabinet").text == "cabinet of c2"
