"""The connections of a call: where they lead, what became of one that did not open, and which is not used again."""

import socket
import time
from errno import ECONNRESET, EPIPE

import pytest

from smsadmin.providers import bounded
from smsadmin.providers.http import NoAnswer, NotSent, call
from tests.providers.canned import socket_server


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_an_ipv6_address_needs_no_port(monkeypatch: pytest.MonkeyPatch, scheme: str, port: int) -> None:
    asked: list[object] = []

    def resolve(host: object, at: object, **kwargs: object) -> list[object]:
        asked.append((host, at))
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(NotSent):
        call("POST", f"{scheme}://[2001:db8::5]/", deadline=1)

    assert asked == [("2001:db8::5", port)]


@pytest.mark.parametrize(
    "error", [ConnectionResetError(ECONNRESET, "reset"), BrokenPipeError(EPIPE, "closed")]
)
def test_a_connection_that_is_reset_while_it_opens_was_not_sent(
    monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def connect(_socket: socket.socket, _address: object) -> None:
        raise error

    monkeypatch.setattr(bounded._BoundedSocket, "connect", connect, raising=False)

    with pytest.raises(NotSent):
        call("POST", "http://127.0.0.1:9/", deadline=1, form={"a": "b"})


def test_an_answer_that_comes_after_an_interim_one_is_not_read_as_that_to_the_next_request() -> None:
    def hint_first(connection: socket.socket) -> None:
        while asked := connection.recv(65_536):
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" if b"one" in asked else b"")
            time.sleep(0.2)
            body = asked.partition(b"\r\n\r\n")[2]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    with socket_server(hint_first) as address:
        with pytest.raises(NoAnswer):
            call("POST", f"http://{address}/", deadline=5, form={"a": "one"})

        assert call("POST", f"http://{address}/", deadline=5, form={"a": "two"}).body == b"a=two"
