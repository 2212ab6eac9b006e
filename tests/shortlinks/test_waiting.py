"""While the database is away nobody sees an error: tracked links lead on, for the others a page asks again."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine

from shortlinks.blocks import block_code, reserve
from shortlinks.domain import ShortDomain
from shortlinks.flusher import flush_once
from shortlinks.models import LinkBlock
from shortlinks.report import figures
from shortlinks.waiting import WORDS
from tests.shortlinks.conftest import a_person
from tests.shortlinks.host import ShopGate, make_host

CABINET = "http://localhost/cabinet"


@pytest.fixture
def tracked(app: Flask, engine: Engine) -> LinkBlock:
    return reserve(engine, url="https://shop.example/", owner="b1", link_index=0, count=5, login=False)


@pytest.fixture
def login(app: Flask, engine: Engine) -> LinkBlock:
    return reserve(engine, url=CABINET, owner="b2", link_index=0, count=5, login=True)


@contextmanager
def database_away(app: Flask, tmp_path: Path) -> Iterator[None]:
    """Give the short links of an app an engine that reaches nothing."""
    shortener = app.extensions["shortlinks"]
    real = shortener._db
    nowhere = create_engine(f"sqlite:///{tmp_path / 'no such folder' / 'shop.sqlite'}")
    shortener._db = SimpleNamespace(engine=nowhere)
    try:
        yield
    finally:
        shortener._db = real


@pytest.fixture
def restarted(app: Flask, engine: Engine, spool: Path, tmp_path: Path, gate: ShopGate) -> Iterator[Flask]:
    """The app as it starts anew after it has known and kept all links, with the database away until the test ends."""
    app.extensions["shortlinks"].known_blocks.refresh()
    flush_once(app)
    anew = make_host(engine, spool, gate, SECRET_KEY=app.secret_key)
    with database_away(anew, tmp_path):
        yield anew
    anew.extensions["shortlinks"].clicks.close()


@pytest.fixture
def codes(tracked: LinkBlock, login: LinkBlock) -> dict[str, str]:
    return {"tracked": block_code(tracked, 3), "login": block_code(login, 3)}


def test_a_tracked_link_leads_on_from_the_first_request_and_its_click_counts(
    app: Flask, codes: dict[str, str], restarted: Flask
) -> None:
    for _ in range(2):
        answer = a_person(restarted).get(f"/l/{codes['tracked']}")
        assert (answer.status_code, answer.location) == (302, "https://shop.example/")

    restarted.extensions["shortlinks"].clicks.close()
    flush_once(app)
    assert figures(["b1"])["b1"].clicks == 2


def test_a_link_that_nobody_here_knows_asks_to_wait_and_tries_again_by_itself(
    app: Flask, engine: Engine, codes: dict[str, str], restarted: Flask
) -> None:
    later = reserve(engine, url="https://shop.example/", owner="b3", link_index=0, count=5, login=False)
    for _ in range(2):
        answer = a_person(restarted).get(f"/l/{block_code(later, 1)}")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert '<meta http-equiv="refresh" content="5">' in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_wrong_codes_are_wrong_all_the_same(codes: dict[str, str], restarted: Flask, method: str) -> None:
    good = codes["tracked"]
    wrong = good[:-1] + ("a" if good[-1] != "a" else "b")
    assert a_person(restarted).open(f"/l/{wrong}", method=method).status_code == 404


@pytest.mark.parametrize(("language", "speaks"), [("ru", "ru"), ("en-GB,en", "en"), ("", "ru"), ("de", "ru")])
def test_the_page_speaks_the_visitors_language(
    codes: dict[str, str], restarted: Flask, language: str, speaks: str
) -> None:
    answer = a_person(restarted).get(f"/l/{codes['login']}", headers={"Accept-Language": language})
    assert answer.status_code == 503
    assert f'<html lang="{speaks}">' in answer.text
    assert WORDS[speaks]["text"] in answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_is_signed_in_by_what_was_kept(codes: dict[str, str], restarted: Flask, method: str) -> None:
    restarted.config["WTF_CSRF_ENABLED"] = False
    person = a_person(restarted)
    assert person.open(f"/sms/in/{codes['login']}", method=method).status_code == 503
    assert person.get("/cabinet").location == "/door"


def test_a_form_that_is_posted_while_the_database_is_away_signs_in_when_it_is_back(
    app: Flask, client: FlaskClient, codes: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"/sms/in/{codes['login']}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert token is not None
    form = {"csrf_token": token[1]}
    with database_away(app, tmp_path), caplog.at_level(logging.DEBUG):
        answer = client.post(address, data=form)
        assert answer.status_code == 503
        assert client.get("/cabinet").location == "/door"
    # What the page asks for by itself is the form, which the browser posts again.
    assert client.get(address).status_code == 200
    assert client.post(address, data=form).location == CABINET
    assert client.get("/cabinet").text == "cabinet of c3"
    assert codes["login"] not in answer.text + caplog.text
    assert "OperationalError" in caplog.text


def test_the_short_domain_shows_the_same_page(app: Flask, codes: dict[str, str], restarted: Flask) -> None:
    restarted.wsgi_app = ShortDomain(restarted.wsgi_app, "s.example")  # type: ignore[method-assign]
    answer = a_person(restarted).get(f"http://s.example/{codes['login']}")
    assert answer.status_code == 503
    assert WORDS["ru"]["title"] in answer.text
