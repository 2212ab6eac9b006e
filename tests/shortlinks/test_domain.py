"""A short domain of its own: codes are answered there, and nothing else of the site is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shortlinks.blocks import block_code, reserve, short_address
from tests.shortlinks.conftest import a_person
from tests.shortlinks.host import ShopGate, make_host

pytestmark = pytest.mark.usefixtures("way")

SHORT = "https://s.example"


@pytest.fixture
def app(engine: Engine, spool: Path) -> Iterator[Flask]:
    app = make_host(
        engine, spool, ShopGate(), SHORTLINKS_URL=SHORT, SHORTLINKS_MAIN_URL="https://shop.example/"
    )
    with app.app_context():
        yield app
    app.extensions["shortlinks"].clicks.close()


def a_code(engine: Engine, *, login: bool) -> str:
    url = "https://shop.example/cabinet"
    return block_code(reserve(engine, url=url, owner="b1", link_index=0, count=5, login=login), 0)


def test_a_code_is_answered_at_the_root_of_the_short_domain(client: FlaskClient, engine: Engine) -> None:
    code = a_code(engine, login=False)
    assert client.get(f"/{code}", base_url=SHORT).location == "https://shop.example/cabinet"
    assert client.get(f"/{code}", base_url="https://S.EXAMPLE:443").status_code == 302


def test_the_short_address_is_the_domain_and_the_code(app: Flask, engine: Engine) -> None:
    block = reserve(engine, url="https://x.ru", owner="b1", link_index=0, count=5, login=False)
    assert short_address(block, 1) == f"https://s.example/{block_code(block, 1)}"


def test_a_login_code_leads_from_the_short_domain_to_the_main_site(
    client: FlaskClient, engine: Engine
) -> None:
    code = a_code(engine, login=True)
    assert client.get(f"/{code}", base_url=SHORT).location == f"https://shop.example/sms/in/{code}"


@pytest.mark.parametrize(
    "path", ["/", "/cabinet", "/door/manager", "/robots.txt", "/sms/in/x", "/l/x", "/static/a"]
)
def test_nothing_of_the_site_is_on_the_short_domain(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url=SHORT)
    assert answer.status_code == 404
    assert "Такой ссылки нет" in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_nothing_can_be_posted_to_the_short_domain(client: FlaskClient, engine: Engine) -> None:
    assert client.post(f"/{a_code(engine, login=True)}", base_url=SHORT, data={"a": "b"}).status_code == 404


def test_the_main_site_answers_as_before(app: Flask) -> None:
    person = a_person(app)
    person.get("/door/c1", base_url="https://shop.example")
    assert person.get("/cabinet", base_url="https://shop.example").text == "cabinet of c1"
