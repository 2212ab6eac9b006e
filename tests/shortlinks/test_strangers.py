"""What strangers send to the login page: nothing of it gets into a log, holds a thread, or signs a bot in."""

import logging
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from shortlinks.blocks import block_code, reserve
from shortlinks.bots import is_known_bot
from shortlinks.domain import ShortDomain
from shortlinks.gate import Verdict
from tests.shortlinks.host import PHONE, ShopGate, make_host

TARGET = "http://localhost/cabinet"
ITS_PHONE = "+79261234567"


@pytest.fixture
def code(app: Flask, engine: Engine) -> str:
    return block_code(reserve(engine, url=TARGET, owner="b1", link_index=0, count=5, login=True), 2)


class GateOfABrokenHost(ShopGate):
    def admit(self, owner: str, position: int) -> Verdict:
        raise OperationalError("SELECT", {}, Exception(f"customer {ITS_PHONE} cannot be read"))


@pytest.fixture
def broken(app: Flask, engine: Engine, code: str) -> FlaskClient:
    """A browser at a host whose customers cannot be read at the moment."""
    spool = app.extensions["shortlinks"].settings.spool
    host = make_host(engine, spool, GateOfABrokenHost(), TESTING=False, WTF_CSRF_ENABLED=False)
    return host.test_client()


def test_a_failure_puts_neither_the_code_nor_a_phone_into_the_log_or_the_page(
    broken: FlaskClient, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = broken.post(f"/sms/in/{code}")
    assert answer.status_code == 503
    for said in (caplog.text, answer.text):
        assert code not in said
        assert ITS_PHONE not in said
    assert "OperationalError" in caplog.text
    assert "in admit" in caplog.text


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": PHONE + " WhatsApp/2.24"},
        {"User-Agent": "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)"},
        {"User-Agent": PHONE, "Purpose": "prefetch"},
    ],
)
def test_a_preview_gets_the_button_but_no_script(
    client: FlaskClient, code: str, headers: dict[str, str]
) -> None:
    page = client.get(f"/sms/in/{code}", headers=headers).text
    assert "<script" not in page
    assert "<button>" in page


def test_an_endless_agent_is_judged_by_its_beginning(client: FlaskClient, code: str) -> None:
    is_known_bot.cache_clear()
    for number in range(3):
        client.get(f"/sms/in/{code}", headers={"User-Agent": PHONE + " " * 400 + "x" * number})
    assert is_known_bot.cache_info().currsize == 1


def test_a_refused_form_does_not_hand_its_address_on_either(client: FlaskClient, code: str) -> None:
    answer = client.post(f"/sms/in/{code}", data={"csrf_token": "x" * 100_000})
    assert answer.status_code == 413
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_pages_own_files_are_asked_for_without_its_address(client: FlaskClient, code: str) -> None:
    files = re.findall("<(?:link|script)[^>]*>", client.get(f"/sms/in/{code}").text)
    assert len(files) == 2
    assert all('referrerpolicy="no-referrer"' in file for file in files)


def test_a_form_of_megabytes_is_refused(client: FlaskClient, code: str) -> None:
    assert client.post(f"/sms/in/{code}", data={"csrf_token": "x" * 100_000}).status_code == 413


def test_the_body_is_read_before_the_answer(client: FlaskClient) -> None:
    answer = client.post("/sms/in/unknown", data=b"x" * 50_000, content_type="text/plain")
    assert answer.request.input_stream.read() == b""


def test_a_length_that_is_no_number_is_taken_for_none() -> None:
    answers: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "HTTP_HOST": "s.example",
        "CONTENT_LENGTH": "²",
        "wsgi.input": _Input(),
    }
    domain = ShortDomain(lambda _environ, _start: [], "s.example")
    domain(environ, lambda status, _headers: answers.append(status))  # type: ignore[arg-type]
    assert answers == ["404 NOT FOUND"]


class _Input:
    def read(self, size: int) -> bytes:
        return b"x" * size
