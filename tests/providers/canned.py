"""Small real servers for these tests: one that gives a canned HTTP answer, one that does anything with a socket."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass
class Seen:
    """A request as the server got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Canned:
    """A running server; `status`, `body` and `headers` are its next answers, `at` those of single pages."""

    url: str
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    at: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def answer(self, status: int, content: object, page: str = "") -> None:
        """Answer so everywhere, or only where the path contains `page`."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        if page:
            self.at[page] = (status, body)
        else:
            self.status, self.body = status, body

    def answer_to(self, path: str) -> tuple[int, bytes]:
        """Return status and body for a request."""
        return next((told for page, told in self.at.items() if page in path), (self.status, self.body))


@contextmanager
def canned_server() -> Iterator[Canned]:
    """Run a keep-alive HTTP server on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            canned.seen.append(Seen(self.command, self.path, headers, body, self.client_address[1]))
            status, answer = canned.answer_to(self.path)
            self.send_response(status)
            for name, value in canned.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    canned = Canned(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield canned
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def socket_server(behave: Callable[[socket.socket], object]) -> Iterator[str]:
    """Run a server that does with each connection what `behave` does; yields `127.0.0.1:port`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(connection: socket.socket) -> None:
        with connection:
            try:
                behave(connection)
            except OSError:
                # The client went away first, as some of these tests want.
                return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
