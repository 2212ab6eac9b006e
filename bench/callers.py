"""Clients that cost next to nothing: ready requests over kept-alive sockets, each sent when the last is answered."""

import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Thread
from urllib.parse import urlencode, urlsplit

from bench.figures import timed

END_OF_HEADERS = b"\r\n\r\n"


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
    good = f"HTTP/1.1 {status}".encode()
    waiting = iter(requests)
    wrong: list[bytes] = []
    place = urlsplit(address)

    def work() -> None:
        with socket.create_connection((place.hostname, place.port or 80), timeout=30) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in _shared(waiting):
                begun = time.perf_counter()
                line.sendall(request)
                answer = _answer(line)
                if waits is not None:
                    waits.append(time.perf_counter() - begun)
                if not answer.startswith(good):
                    wrong.append(answer)
                    return

    callers = [Thread(target=work) for _ in range(clients)]

    def run() -> None:
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    seconds = timed(run)
    if wrong or next(waiting, None) is not None:
        raise RuntimeError(f"not every request was answered with {status}: {wrong[:1]!r}")
    return seconds


def _shared(waiting: Iterator[bytes]) -> Iterator[bytes]:
    """Give out what no other client has taken."""
    while (request := next(waiting, None)) is not None:
        yield request


def _answer(line: socket.socket) -> bytes:
    """Read one answer to its end."""
    answer = b""
    while END_OF_HEADERS not in answer:
        received = line.recv(4096)
        if not received:
            return answer
        answer += received
    head, _, body = answer.partition(END_OF_HEADERS)
    lengths = [
        row.partition(b":")[2] for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")
    ]
    while lengths and len(body) < int(lengths[0]):
        body += line.recv(4096)
    return head
