"""Clients that cost next to nothing: ready requests over kept-alive sockets, each sent when the last is answered.

One thread looks after all of them: threads would wait for each other, and be what is measured.
"""

import re
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from selectors import EVENT_READ, DefaultSelector
from urllib.parse import urlencode, urlsplit

from bench.figures import timed

END_OF_HEADERS = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
PATIENCE = 30.0
"""Seconds without any answer after which a server is given up."""


def post_request(path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
    """Return a POST of a form as it goes over the wire."""
    body = urlencode(form).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: bench",
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + END_OF_HEADERS + body


def get_request(path: str, agent: str) -> bytes:
    """Return a GET as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"User-Agent: {agent}", "Accept: */*"]
    return "\r\n".join(lines).encode() + END_OF_HEADERS


def call_all(
    address: str,
    requests: Sequence[bytes],
    clients: int,
    status: int = 200,
    waits: list[float] | None = None,
) -> float:
    """Send everything, `clients` at once; return the seconds, raise when an answer has another status.

    `waits` gets the seconds that each answer took.
    """
    place = urlsplit(address)
    noted: list[float] = [] if waits is None else waits
    with DefaultSelector() as selector:
        lines = [_Line(place.hostname, place.port or 80, status) for _ in range(clients)]
        for line in lines:
            selector.register(line.socket, EVENT_READ, line)
        try:
            return timed(lambda: _call(selector, lines, iter(requests), noted))
        finally:
            for line in lines:
                line.socket.close()


def _call(
    selector: DefaultSelector, lines: Sequence["_Line"], waiting: Iterator[bytes], waits: list[float]
) -> None:
    asked = sum(line.ask(waiting) for line in lines)
    while asked:
        ready = selector.select(PATIENCE)
        if not ready:
            raise RuntimeError("the server answers no more")
        for key, _ in ready:
            line: _Line = key.data
            if line.is_answered():
                waits.append(time.perf_counter() - line.begun)
                asked += line.ask(waiting) - 1


class _Line:
    """One client's connection."""

    def __init__(self, host: str | None, port: int, status: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._good = f"HTTP/1.1 {status}".encode()
        self._answer = b""
        self.begun = 0.0

    def ask(self, waiting: Iterator[bytes]) -> bool:
        """Send the next request; say whether there was one."""
        request = next(waiting, None)
        if request is not None:
            self.begun = time.perf_counter()
            self.socket.sendall(request)
        return request is not None

    def is_answered(self) -> bool:
        """Read what has come; say whether that was the rest of the answer."""
        received = self.socket.recv(65_536)
        self._answer += received
        head, end, body = self._answer.partition(END_OF_HEADERS)
        length = LENGTH.search(head)
        if received and (not end or (length and len(body) < int(length[1]))):
            return False
        if not head.startswith(self._good):
            raise RuntimeError(f"not every request was answered with {self._good.decode()}: {head!r}")
        self._answer = b""
        return True
