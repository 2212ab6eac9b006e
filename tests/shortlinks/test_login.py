"""Login links over HTTP: a person's browser posts a form and is signed in; nobody and nothing else is."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from shortlinks.blocks import block_code, reserve, revoke
from shortlinks.flusher import flush_once
from shortlinks.gate import Outcome
from shortlinks.models import LinkBlock
from shortlinks.report import Figures, LoginLinks, figures, list_logins, list_logins_of, login_links
from tests.shortlinks.conftest import a_person
from tests.shortlinks.host import CRAWLER, ShopGate, make_host

TARGET = "http://localhost/cabinet"


@pytest.fixture
def block(app: Flask, engine: Engine) -> LinkBlock:
    return reserve(engine, url=TARGET, owner="b1", link_index=0, count=5, login=True)


@pytest.fixture
def code(block: LinkBlock) -> str:
    return block_code(block, 2)


def post_form(client: FlaskClient, code: str) -> TestResponse:
    """Open the login page as a browser does and post its form."""
    page = client.get(f"/sms/in/{code}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    return client.post(f"/sms/in/{code}", data={"csrf_token": token.group(1)})


def outcomes(app: Flask) -> list[tuple[Outcome, str]]:
    flush_once(app)
    return [(login.outcome, login.refusal) for login in list_logins("b1")]


def test_a_login_code_leads_to_the_page_on_the_main_site(client: FlaskClient, code: str) -> None:
    assert client.get(f"/l/{code}").location == f"http://localhost/sms/in/{code}"


def test_whoever_posts_the_form_is_signed_in_and_led_on(app: Flask, client: FlaskClient, code: str) -> None:
    answer = post_form(client, code)
    assert (answer.status_code, answer.location) == (303, TARGET)
    assert client.get("/cabinet").text == "cabinet of c2"
    assert outcomes(app) == [(Outcome.SIGNED_IN, "")]


def test_the_session_is_not_fresh(client: FlaskClient, code: str) -> None:
    post_form(client, code)
    with client.session_transaction() as session:
        assert session["_fresh"] is False


def test_opening_the_page_signs_nobody_in(client: FlaskClient, code: str) -> None:
    client.get(f"/l/{code}", follow_redirects=True)
    assert client.get("/cabinet").location == "/door"


def test_a_form_without_the_hosts_token_is_refused(app: Flask, client: FlaskClient, code: str) -> None:
    client.get(f"/sms/in/{code}")
    assert client.post(f"/sms/in/{code}").status_code == 400
    assert client.get("/cabinet").location == "/door"
    assert outcomes(app) == []


def test_a_link_signs_in_any_number_of_times(app: Flask, code: str) -> None:
    for _ in range(2):
        person = a_person(app)
        post_form(person, code)
        assert person.get("/cabinet").text == "cabinet of c2"
    assert figures_of(app).logins == 2


def test_whom_the_gate_refuses_gets_the_sign_in_page(
    app: Flask, client: FlaskClient, gate: ShopGate, code: str
) -> None:
    gate.refusals[2] = "staff"
    answer = post_form(client, code)
    assert answer.location == f"/door?next={TARGET}"
    assert client.get("/cabinet").location == "/door"
    assert outcomes(app) == [(Outcome.REFUSED, "staff")]


def test_a_revoked_link_signs_nobody_in(app: Flask, client: FlaskClient, code: str) -> None:
    post_form(a_person(app), code)
    revoke("b1")
    post_form(client, code)
    assert client.get("/cabinet").location == "/door"
    assert outcomes(app)[0] == (Outcome.REFUSED, "revoked")


def test_what_was_reserved_from_a_position_on_can_stay_unrevoked(
    app: Flask, engine: Engine, client: FlaskClient, code: str
) -> None:
    later = reserve(engine, url=TARGET, owner="b1", link_index=0, count=5, login=True, first_position=10)
    assert login_links("b1") == LoginLinks(working=True)
    assert revoke("b1", before=10) == 1
    post_form(client, code)
    assert client.get("/cabinet").location == "/door"
    post_form(client, block_code(later, 12))
    assert client.get("/cabinet").text == "cabinet of c12"
    found = login_links("b1")
    assert found.working
    assert found.revoked_at is not None


def test_the_logins_of_some_messages_are_theirs_alone(
    app: Flask, client: FlaskClient, block: LinkBlock
) -> None:
    for position in (1, 2, 3):
        post_form(a_person(app), block_code(block, position))
    flush_once(app)
    found = list_logins_of([("b1", 3), ("b1", 1), ("b1", 99), ("b2", 2)])
    assert [(row.position, row.number, row.url) for row in found] == [
        (3, block.first + 3, TARGET),
        (1, block.first + 1, TARGET),
    ]
    assert [row.position for row in list_logins_of([("b1", 3), ("b1", 1)], before=found[0].id)] == [1]
    assert list_logins_of([]) == []


def test_somebody_else_who_is_signed_in_stays_so(app: Flask, client: FlaskClient, code: str) -> None:
    client.get("/door/manager")
    assert post_form(client, code).location == TARGET
    assert client.get("/cabinet").text == "cabinet of manager"
    assert outcomes(app) == [(Outcome.SOMEONE_ELSE, "")]


def test_the_same_customer_has_nothing_to_do(app: Flask, client: FlaskClient, code: str) -> None:
    client.get("/door/c2")
    assert post_form(client, code).location == TARGET
    with client.session_transaction() as session:
        assert session["_fresh"] is True
    assert outcomes(app) == [(Outcome.ALREADY, "")]


def test_a_refused_link_opens_its_target_for_whoever_is_signed_in(
    app: Flask, client: FlaskClient, gate: ShopGate, code: str
) -> None:
    gate.refusals[2] = "staff"
    client.get("/door/manager")
    assert post_form(client, code).location == TARGET
    assert figures_of(app).logins_refused == 1


def figures_of(app: Flask) -> Figures:
    flush_once(app)
    return figures(["b1"])["b1"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_login_codes_have_a_page(
    app: Flask, client: FlaskClient, engine: Engine, code: str, method: str
) -> None:
    plain = block_code(reserve(engine, url=TARGET, owner="b2", link_index=0, count=5, login=False), 0)
    app.config["WTF_CSRF_ENABLED"] = False
    for wrong in (plain, code[:-1], "unknown"):
        assert client.open(f"/sms/in/{wrong}", method=method).status_code == 404


def test_the_page_cannot_be_framed_cached_or_send_its_address_abroad(client: FlaskClient, code: str) -> None:
    headers = client.get(f"/sms/in/{code}").headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_page_after_login_does_not_learn_the_code(client: FlaskClient, code: str) -> None:
    assert post_form(client, code).headers["Referrer-Policy"] == "no-referrer"


def test_the_script_is_a_file_of_our_own(client: FlaskClient, code: str) -> None:
    page = client.get(f"/sms/in/{code}").text
    (source,) = re.findall(r'<script src="([^"]+)"', page)
    script = client.get(source)
    assert "visibilityState" in script.text
    script.close()
    assert "<script>" not in page


def test_a_known_bot_gets_the_button_but_no_script(client: FlaskClient, code: str) -> None:
    page = client.get(f"/sms/in/{code}", headers={"User-Agent": CRAWLER}).text
    assert "<script" not in page
    assert "<button>" in page


@pytest.mark.parametrize(("language", "word"), [("ru", "Войти"), ("en-GB,en", "Sign in"), ("", "Войти")])
def test_the_page_speaks_the_visitors_language(
    client: FlaskClient, code: str, language: str, word: str
) -> None:
    page = client.get(f"/sms/in/{code}", headers={"Accept-Language": language}).text
    assert f"<button>{word}</button>" in page


def test_a_host_without_a_gate_has_no_login_page(engine: Engine, spool: Path, code: str) -> None:
    client = a_person(make_host(engine, spool))
    assert client.get(f"/sms/in/{code}").location == "/door"
