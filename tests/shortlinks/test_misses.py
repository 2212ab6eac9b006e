"""Wrong codes are limited per address; right ones never, whoever guesses."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shortlinks.blocks import block_code, reserve
from tests.shortlinks.conftest import a_person
from tests.shortlinks.host import ShopGate, make_host

GUESSER = {"REMOTE_ADDR": "10.1.2.3"}


@pytest.fixture
def host(engine: Engine, spool: Path) -> Flask:
    return make_host(engine, spool, ShopGate(), SHORTLINKS_MISSES=3)


@pytest.fixture
def client(host: Flask) -> FlaskClient:
    return a_person(host)


def code_of(host: Flask, engine: Engine, login: bool = False) -> str:
    with host.app_context():
        url = "http://localhost/cabinet"
        return block_code(
            reserve(engine, url=url, owner="b1", link_index=0, count=5, login=login), position=2
        )


def guesses(
    client: FlaskClient, number: int, address: str = "10.1.2.3", path: str = "/l/unknown"
) -> list[int]:
    return [client.get(path, environ_base={"REMOTE_ADDR": address}).status_code for _ in range(number)]


def test_who_guesses_too_much_is_refused(client: FlaskClient) -> None:
    assert guesses(client, 5) == [404, 404, 404, 429, 429]


def test_who_is_refused_reads_so_in_both_languages(client: FlaskClient) -> None:
    guesses(client, 3)
    page = client.get("/l/unknown", environ_base=GUESSER)
    assert page.headers["Retry-After"] == "60"
    assert page.mimetype == "text/html"
    assert "Подождите минуту" in page.text
    assert "Wait a minute" in page.text


def test_a_right_code_is_not_refused_to_the_address_of_a_guesser(
    host: Flask, engine: Engine, client: FlaskClient
) -> None:
    code = code_of(host, engine)
    guesses(client, 5)
    assert guesses(client, 2, path=f"/l/{code}") == [302, 302]


def test_a_right_login_code_is_not_refused_either(host: Flask, engine: Engine, client: FlaskClient) -> None:
    code = code_of(host, engine, login=True)
    guesses(client, 5)
    assert guesses(client, 1, path=f"/l/{code}") == [302]
    assert guesses(client, 1, path=f"/sms/in/{code}") == [200]


def test_right_codes_are_not_counted(host: Flask, engine: Engine, client: FlaskClient) -> None:
    code = code_of(host, engine)
    guesses(client, 10, path=f"/l/{code}")
    assert guesses(client, 1) == [404]


def test_guesses_of_login_codes_count_too(client: FlaskClient) -> None:
    assert guesses(client, 4, path="/sms/in/unknown") == [404, 404, 404, 429]


def test_another_address_is_not_refused(client: FlaskClient) -> None:
    guesses(client, 5)
    assert guesses(client, 1, address="10.1.2.4") == [404]


def test_one_network_of_ipv6_is_one_guesser(client: FlaskClient) -> None:
    found = [guesses(client, 1, address=f"2001:db8::{number}")[0] for number in range(5)]
    assert found == [404, 404, 404, 429, 429]
    assert guesses(client, 1, address="2001:db8:0:1::1") == [404]


def test_ipv4_written_as_ipv6_is_one_guesser_each_and_the_same_as_without(client: FlaskClient) -> None:
    assert guesses(client, 4, address="::ffff:203.0.113.9") == [404, 404, 404, 429]
    assert guesses(client, 1, address="203.0.113.9") == [429]
    assert guesses(client, 1, address="::ffff:203.0.113.10") == [404]


@pytest.mark.parametrize("address", ["", "unix:", "fe80::1%eth0"])
def test_a_strange_address_is_limited_like_any_other(client: FlaskClient, address: str) -> None:
    assert guesses(client, 4, address=address) == [404, 404, 404, 429]


def test_every_refusal_is_the_same_and_is_not_cached(client: FlaskClient) -> None:
    guesses(client, 3)
    answers = [client.get(f"/l/{code}", environ_base=GUESSER) for code in ("a", "abcdefgh", "x" * 300)]
    assert len({answer.data for answer in answers}) == 1
    assert answers[0].headers["Retry-After"] == "60"
    assert answers[0].headers["Cache-Control"] == "private, no-store"


def test_without_a_limit_nobody_is_refused(engine: Engine, spool: Path) -> None:
    host = make_host(engine, spool, SHORTLINKS_MISSES=0)
    assert guesses(a_person(host), 100) == [404] * 100
