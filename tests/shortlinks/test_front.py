"""A tracked link is answered in front of the host's app, and nobody can tell but by the clock."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shortlinks import front
from shortlinks.blocks import block_code, reserve, resolve
from shortlinks.flusher import flush_once
from shortlinks.report import figures
from tests.shortlinks.conftest import WAYS
from tests.shortlinks.host import TELEGRAM


@pytest.fixture
def codes(app: Flask, engine: Engine) -> dict[str, str]:
    """A code of a tracked link, one of a login link, and some that are none."""
    of = {
        kind: block_code(
            reserve(
                engine, url="http://localhost/акция?a=1&b=2#c", owner=kind, link_index=0, count=5, login=login
            ),
            3,
        )
        for kind, login in (("tracked", False), ("login", True))
    }
    tracked = of["tracked"]
    return {
        **of,
        "forged": tracked[:-1] + ("a" if tracked[-1] != "a" else "b"),
        "cut": tracked[:-1],
        "long": "x" * 60,
        "odd": "a.b",
    }


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("kind", ["tracked", "login", "forged", "cut", "long", "odd"])
def test_both_ways_give_the_same_answer(
    client: FlaskClient, codes: dict[str, str], monkeypatch: pytest.MonkeyPatch, kind: str, method: str
) -> None:
    answers = []
    for resolve_known in WAYS.values():
        monkeypatch.setattr(front, "resolve_known", resolve_known)
        answer = client.open(f"/l/{codes[kind]}", method=method)
        # Flask adds Vary where a host's hook looks into the session; no cache keeps the answer anyway.
        headers = {name: value for name, value in answer.headers if name != "Vary"}
        answers.append((answer.status, headers, answer.data))

    assert answers[0] == answers[1]


def test_a_tracked_link_asks_neither_flask_nor_its_hooks(
    app: Flask, client: FlaskClient, codes: dict[str, str]
) -> None:
    asked: list[str] = []
    resolve(codes["tracked"])
    app.before_request_funcs[None].insert(0, lambda: asked.append("before"))

    assert client.get(f"/l/{codes['tracked']}").status_code == 302
    assert asked == []
    client.get(f"/l/{codes['login']}")
    assert asked == ["before"]


@pytest.mark.usefixtures("way")
def test_each_click_is_written_down_once_with_who_it_was(
    app: Flask, client: FlaskClient, codes: dict[str, str]
) -> None:
    asks: list[dict[str, Any]] = [{}, {"headers": {"User-Agent": TELEGRAM}}, {"method": "HEAD"}]
    for ask in asks:
        client.open(f"/l/{codes['tracked']}", **{"method": "GET", **ask})

    assert flush_once(app) == 3
    counted = figures(["tracked"])["tracked"]
    assert (counted.clicks, counted.bot_clicks) == (1, 2)


@pytest.mark.usefixtures("way")
def test_a_body_that_nobody_asked_for_is_read(client: FlaskClient, codes: dict[str, str]) -> None:
    """Some servers drop a kept-alive connection whose body nobody read."""
    answer = client.get(f"/l/{codes['tracked']}", data=b"x" * 1000)

    assert answer.status_code == 302
