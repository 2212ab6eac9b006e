"""Opening a short link: always on to the target, never into a cache, and people are told from robots."""

import json
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shortlinks.blocks import block_code, reserve
from shortlinks.flusher import Flusher, flush_once
from shortlinks.report import figures
from shortlinks.views import truncated
from tests.shortlinks.conftest import a_person
from tests.shortlinks.host import CRAWLER, PHONE, TELEGRAM, make_host

pytestmark = pytest.mark.usefixtures("way")

TARGET = "https://магазин.рф/акция?x=1"


@pytest.fixture
def code(app: Flask, engine: Engine) -> str:
    return block_code(reserve(engine, url=TARGET, owner="b1", link_index=0, count=5, login=False), 2)


def test_a_code_leads_to_its_target_past_the_hosts_sign_in(client: FlaskClient, code: str) -> None:
    answer = client.get(f"/l/{code}")
    assert answer.status_code == 302
    assert answer.location == "https://xn--80aairftm.xn--p1ai/%D0%B0%D0%BA%D1%86%D0%B8%D1%8F?x=1"


@pytest.mark.parametrize(
    ("target", "on_the_wire"),
    [
        ("https://домен.ru", "https://xn--d1acufc.ru"),
        ("HTTPS://Домен.РФ:8443/", "https://xn--d1acufc.xn--p1ai:8443/"),
        ("https://xn--d1acufc.ru/", "https://xn--d1acufc.ru/"),
        ("http://[2001:db8::1]:8080/цена", "http://[2001:db8::1]:8080/%D1%86%D0%B5%D0%BD%D0%B0"),
        (
            "https://shop.ru/a%20b?c=%26&d=ё#якорь",
            "https://shop.ru/a%20b?c=%26&d=%D1%91#%D1%8F%D0%BA%D0%BE%D1%80%D1%8C",
        ),
        ("https://shop.ru/a%2Fb%3f%23%FF%7E~?c=%2B+[1]", "https://shop.ru/a%2Fb%3f%23%FF%7E~?c=%2B+%5B1%5D"),
        ("https://shop.ru/?next=https://shop.ru/a", "https://shop.ru/?next=https://shop.ru/a"),
        ("https://shop.ru./sale", "https://shop.ru./sale"),
    ],
)
def test_a_target_is_ascii_on_the_wire_and_means_the_same(
    app: Flask, engine: Engine, client: FlaskClient, target: str, on_the_wire: str
) -> None:
    block = reserve(engine, url=target, owner="b1", link_index=0, count=1, login=False)

    assert client.get(f"/l/{block_code(block, 0)}").location == on_the_wire


@pytest.mark.parametrize("path", ["/l/{code}", "/l/unknown"])
def test_no_answer_is_cached_indexed_or_a_referrer(client: FlaskClient, code: str, path: str) -> None:
    headers = client.get(path.format(code=code)).headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in headers


def test_every_wrong_code_gets_the_same_page(client: FlaskClient, code: str) -> None:
    wrong = ["unknown", code[:-1], code[:-1] + ("a" if code[-1] != "a" else "b"), code + "a", "x" * 300]
    answers = [client.get(f"/l/{text}") for text in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert "Такой ссылки нет" in answers[0].text


def test_the_host_stays_closed_to_strangers(client: FlaskClient) -> None:
    assert client.get("/cabinet").location == "/door"


def test_people_are_counted_and_robots_apart(app: Flask, client: FlaskClient, code: str) -> None:
    client.get(f"/l/{code}")
    client.get(f"/l/{code}")
    client.head(f"/l/{code}")
    client.get(f"/l/{code}", headers={"Sec-Purpose": "prefetch"})
    for agent in (TELEGRAM, CRAWLER, ""):
        client.get(f"/l/{code}", headers={"User-Agent": agent})
    flush_once(app)
    counted = figures(["b1"])["b1"]
    assert (counted.clicks, counted.unique, counted.bot_clicks) == (2, 1, 5)


def test_a_wrong_code_is_no_click(app: Flask, client: FlaskClient, code: str) -> None:
    client.get("/l/unknown")
    assert flush_once(app) == 0


def test_many_people_behind_one_address_are_many_people(app: Flask, engine: Engine) -> None:
    block = reserve(engine, url=TARGET, owner="b2", link_index=0, count=20, login=False)
    for position in range(20):
        a_person(app).get(f"/l/{block_code(block, position)}", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    flush_once(app)
    assert figures(["b2"])["b2"].unique == 20


def test_the_spool_holds_neither_code_nor_whole_address(client: FlaskClient, code: str, spool: Path) -> None:
    client.get(
        f"/l/{code}",
        environ_base={"REMOTE_ADDR": "10.1.2.3"},
        headers={"Referer": "https://web.telegram.org/chat?secret=1"},
    )
    (path,) = spool.glob("*.spool")
    fields = json.loads(path.read_bytes())
    assert fields[4:] == [PHONE, "web.telegram.org", "10.1.2.0"]
    assert code not in path.read_text()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("188.170.1.77", "188.170.1.0"),
        ("2a00:1fa0:1:2::3", "2a00:1fa0:1::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:203.0.113.9", "203.0.113.0"),
        ("nonsense", ""),
        (None, ""),
    ],
)
def test_only_the_network_of_an_address_is_kept(address: str | None, network: str) -> None:
    assert truncated(address) == network


def test_a_wrong_referrer_does_not_stop_anybody(client: FlaskClient, code: str) -> None:
    assert client.get(f"/l/{code}", headers={"Referer": "https://[broken"}).status_code == 302


def test_a_full_disk_does_not_stop_anybody(app: Flask, client: FlaskClient, code: str, spool: Path) -> None:
    spool.rename(spool.parent / "away")
    spool.write_text("a file where the directory should be")
    assert client.get(f"/l/{code}").status_code == 302
    assert app.extensions["shortlinks"].clicks.waiting == 1


def test_the_first_request_starts_the_flusher(engine: Engine, spool: Path) -> None:
    host = make_host(engine, spool, SHORTLINKS_FLUSH_EVERY=0.05)
    with host.app_context():
        code = block_code(reserve(engine, url=TARGET, owner="b1", link_index=0, count=1, login=False), 0)
    assert running_flushers() == []
    a_person(host).get(f"/l/{code}")
    a_person(host).get(f"/l/{code}")
    (flusher,) = running_flushers()
    flusher.stop()
    assert running_flushers() == []


def running_flushers() -> list[Flusher]:
    return [thread for thread in threading.enumerate() if isinstance(thread, Flusher)]
