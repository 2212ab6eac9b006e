"""A mail server and a web server that keep what they are sent, and refuse it where a test says so."""

import json
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class MailBox:
    """A mail server's address and what it has taken; `refuses` is how it answers the recipient, if not with 250."""

    address: str = ""
    refuses: str = ""
    offers: str = ""
    """What it offers besides plain mail: `STARTTLS`, `AUTH PLAIN`."""
    letters: list[EmailMessage] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """The first words of what was said to it; `+` before those that came encrypted."""
    tls: ssl.SSLContext | None = None

    def bodies(self) -> list[str]:
        return [str(letter.get_content()).replace("\r\n", "\n") for letter in self.letters]


@dataclass
class Hook:
    """A webhook's address and what was posted to it; `status` is its answer."""

    address: str = ""
    status: int = 204
    posts: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0


@contextmanager
def mail_box(tls: ssl.SSLContext | None = None, at_once: bool = False) -> Iterator[MailBox]:
    """Run a mail server on this machine; with `tls` it can encrypt, from the first byte on or after STARTTLS."""
    box = MailBox(tls=tls)

    class Talk(socketserver.StreamRequestHandler):
        def setup(self) -> None:
            if at_once and box.tls:
                self.request = box.tls.wrap_socket(self.request, server_side=True)
            super().setup()

        def handle(self) -> None:
            self._say("220 box")
            while line := self.rfile.readline().decode().strip():
                word = line.partition(" ")[0].upper()
                box.heard.append("+" * isinstance(self.request, ssl.SSLSocket) + word)
                self._answer(word)
                if word == "QUIT":
                    return

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def _answer(self, word: str) -> None:
            if word == "STARTTLS" and box.tls:
                self._say("220 go on")
                self.request = box.tls.wrap_socket(self.request, server_side=True)
                super().setup()
            elif word == "AUTH":
                self._say("235 welcome")
            elif word == "EHLO":
                self._say("\r\n".join(["250-box", f"250 {box.offers or 'HELP'}"]))
            elif word == "RCPT" and box.refuses:
                self._say(box.refuses)
            elif word == "DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                letter = message_from_bytes(b"".join(lines), _class=EmailMessage, policy=policy.default)
                box.letters.append(letter)
                self._say("250 taken")
            else:
                self._say("221 bye" if word == "QUIT" else "250 ok")

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Keep quiet: a client that does not trust it hangs up."""

    with Server(("127.0.0.1", 0), Talk) as server:
        box.address = f"smtp://127.0.0.1:{server.server_address[1]}"
        with _serving(server):
            yield box


@contextmanager
def web_hook() -> Iterator[Hook]:
    """Run a web server on this machine."""
    hook = Hook()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.asked += 1
            if hook.status < 300:
                hook.posts.append(json.loads(body))
            self.send_response(hook.status)
            if 300 <= hook.status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        server.daemon_threads = True
        hook.address = f"http://127.0.0.1:{server.server_address[1]}/alerts/secret-token"
        with _serving(server):
            yield hook


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
