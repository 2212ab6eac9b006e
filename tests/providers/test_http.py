"""The call to a provider: what is safe to repeat, what is not, and that it ends in time whatever happens."""

import logging
import os
import socket
import threading
import time

import pytest

from smsadmin.providers import bounded
from smsadmin.providers.exchange import Way
from smsadmin.providers.http import NoAnswer, NotSent, call
from tests.providers.canned import Canned, socket_server
from tests.providers.misbehaving import (
    LONG,
    Behaviour,
    breaking_off,
    closing,
    dripping_body,
    dripping_head,
    endless,
    promising_for_ever,
    silent,
    talking_nonsense,
)


def test_a_form_arrives_in_utf8_and_the_answer_comes_back(canned: Canned) -> None:
    canned.answer(201, b"taken")

    reply = call("POST", canned.url + "/send", deadline=5, form={"mes": "Привет & пока"})

    assert (reply.status, reply.body) == (201, b"taken")
    assert canned.seen[0].form == {"mes": "Привет & пока"}
    assert canned.seen[0].headers["content-type"] == "application/x-www-form-urlencoded"


def test_json_parameters_and_a_russian_password_arrive(canned: Canned) -> None:
    call("POST", canned.url + "/x", deadline=5, auth=("a", "пароль"), json={"a": "я"}, params={"p": "1 2"})

    assert canned.seen[0].json == {"a": "я"}
    assert canned.seen[0].path == "/x?p=1+2"
    assert canned.seen[0].headers["authorization"] == "Basic YTrQv9Cw0YDQvtC70Yw="


def test_a_request_leaves_in_one_piece() -> None:
    """Head and body by themselves would be two writes, and two chances to be cut in the middle."""
    pieces: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        pieces.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with socket_server(answer) as address:
        call("POST", f"http://{address}/send", deadline=5, form={"mes": "да"})

    head, _, body = pieces[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /send HTTP/1.1")
    assert body == b"mes=%D0%B4%D0%B0"


def test_a_question_without_a_body_has_no_length(canned: Canned) -> None:
    call("GET", canned.url + "/x", deadline=5)

    assert "content-length" not in canned.seen[0].headers
    assert "content-type" not in canned.seen[0].headers


def test_a_name_in_russian_is_called_in_punycode(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def resolve(host: object, *args: object, **kwargs: object) -> list[object]:
        asked.append(host)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(NotSent):
        call("POST", "http://смс.рф/", deadline=1)

    assert asked == ["xn--l1ajb.xn--p1ai"]


def test_a_redirect_is_not_followed(canned: Canned) -> None:
    canned.status, canned.headers = 302, {"Location": canned.url + "/again"}

    assert call("POST", canned.url, deadline=5).status == 302
    assert len(canned.seen) == 1


def test_cookies_are_not_carried_from_call_to_call(canned: Canned) -> None:
    canned.headers = {"Set-Cookie": "session=1; Path=/"}

    call("GET", canned.url, deadline=5)
    call("GET", canned.url, deadline=5)

    assert "cookie" not in canned.seen[1].headers


def test_a_connection_is_used_again(canned: Canned) -> None:
    call("GET", canned.url, deadline=5)
    call("GET", canned.url, deadline=5)

    assert canned.seen[0].connection == canned.seen[1].connection


def test_a_connection_that_was_idle_is_not_used_again(
    canned: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "IDLE", 0.05)

    call("GET", canned.url, deadline=5)
    time.sleep(0.1)
    call("GET", canned.url, deadline=5)

    assert canned.seen[0].connection != canned.seen[1].connection


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_does_not_speak_on_its_parents_connection(canned: Canned) -> None:
    call("GET", canned.url, deadline=5)
    child = os.fork()
    if child == 0:
        try:
            call("GET", canned.url, deadline=5)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    call("GET", canned.url, deadline=5)

    first, childs, last = (seen.connection for seen in canned.seen)
    assert childs != first
    assert last == first


def test_a_connection_that_the_server_closed_costs_no_answer() -> None:
    def answer_once_and_close(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with socket_server(answer_once_and_close) as address:
        for _ in range(3):
            assert call("GET", f"http://{address}/", deadline=5).body == b"ok"
            time.sleep(0.05)


def test_a_refused_connection_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(NotSent):
        call("POST", f"http://127.0.0.1:{port}/", deadline=5, form={"a": "b"})


@pytest.mark.parametrize("host", ["no-such-name.invalid", "two..dots", "x" * 80])
def test_a_name_that_does_not_resolve_was_not_sent(host: str) -> None:
    with pytest.raises(NotSent):
        call("POST", f"http://{host}/", deadline=5)


@pytest.mark.parametrize("url", ["", "smsc.ru", "ftp://smsc.ru/", "http://", "http://[::1/"])
def test_a_malformed_address_was_not_sent(url: str) -> None:
    with pytest.raises(NotSent):
        call("POST", url, deadline=5)


@pytest.mark.parametrize("deadline", [0, -1])
def test_a_call_without_time_was_not_sent(deadline: float, canned: Canned) -> None:
    with pytest.raises(NotSent):
        call("POST", canned.url, deadline=deadline)

    assert not canned.seen


def test_a_name_that_resolves_too_late_was_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def resolve_late(*args: object, **kwargs: object) -> list[object]:
        over.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve_late)
    started = time.monotonic()

    with pytest.raises(NotSent):
        call("POST", "http://slow.example/", deadline=0.2)

    assert time.monotonic() - started < 30
    over.set()


def test_a_connection_that_is_never_accepted_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        # Fill the queue of the listener, so that the next connection waits.
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        started = time.monotonic()
        try:
            with pytest.raises(NotSent):
                call("POST", f"http://127.0.0.1:{address[1]}/", deadline=0.3, form={"a": "b"})
        finally:
            for one in waiting:
                one.close()

    assert time.monotonic() - started < LONG / 2


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        closing,
        breaking_off,
        talking_nonsense,
        dripping_head,
        dripping_body,
        endless,
        promising_for_ever,
    ],
)
def test_a_request_that_gets_no_whole_answer_in_time_has_no_answer(behave: Behaviour) -> None:
    with socket_server(behave) as address:
        started = time.monotonic()
        with pytest.raises(NoAnswer):
            call("POST", f"http://{address}/", deadline=1, form={"a": "b"})

    assert time.monotonic() - started < LONG / 2


def test_after_no_answer_the_next_call_has_a_connection_of_its_own(canned: Canned) -> None:
    with socket_server(breaking_off) as address, pytest.raises(NoAnswer):
        call("POST", f"http://{address}/", deadline=5)

    assert call("GET", canned.url, deadline=5).status == 200


def test_a_connection_that_is_kept_open_is_not_used_by_a_call_that_may_not_go_there(canned: Canned) -> None:
    call("GET", canned.url, deadline=5)

    with pytest.raises(NotSent):
        call("GET", canned.url, deadline=5, way=Way(public_only=True))

    assert len(canned.seen) == 1


def test_an_address_with_a_phone_in_it_reaches_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """The transport warns of a header that it cannot read, with the whole address."""
    caplog.set_level(logging.DEBUG)
    broken = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno header\r\n\r\n{}"

    def answer(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(broken)

    with socket_server(answer) as address:
        call("GET", f"http://{address}/Messages.json", deadline=5, params={"To": "+79261234567"})

    assert "79261234567" not in caplog.text
