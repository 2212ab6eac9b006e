"""A simulator in a process of its own, and a server that hears its callbacks."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self

import requests

SMSC_SECRET = "callback-secret"
TWILIO_SID = "AC" + "0" * 32


@dataclass
class Heard:
    """One callback: where it came, and with what."""

    path: str
    headers: Mapping[str, str]
    body: str


@dataclass
class Listener:
    """Hears callbacks; `statuses` are given out one per callback, then 200."""

    heard: list[Heard] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    url: str = ""

    def about(self, words: str) -> list[Heard]:
        """The callbacks whose address or body contains the words."""
        return [one for one in list(self.heard) if words in one.path or words in one.body]

    def wait_for(self, words: str, times: int = 1) -> list[Heard]:
        """Wait until the callbacks about something have come, and return them."""
        wait_until(lambda: len(self.about(words)) >= times)
        return self.about(words)


@contextmanager
def listening() -> Iterator[Listener]:
    """Run a listener on a free port."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self: Self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            listener.heard.append(Heard(self.path, dict(self.headers), body))
            self.send_response(listener.statuses.pop(0) if listener.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self: Self, *words: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield listener
        server.shutdown()


@dataclass
class Simulator:
    """A running simulator."""

    url: str
    process: subprocess.Popen[str]
    directory: Path

    def smsc(self, page: str = "send", **form: str) -> Any:
        """POST to SMSC with what every request needs; keyword arguments add and replace."""
        return self.smsc_answer(page, **form).json()

    def smsc_answer(self, page: str = "send", **form: str) -> requests.Response:
        """The whole answer of the same."""
        usual = {"login": "demo", "psw": "demo-password", "fmt": "3", "charset": "utf-8", "op": "1"}
        return requests.post(f"{self.url}/smsc/sys/{page}.php", usual | form, timeout=60)

    def twilio(self, sid: str = TWILIO_SID, token: str = "demo-token", **form: str) -> requests.Response:
        """POST a message to Twilio."""
        usual = {"From": "+15005550006", "Body": "Hi"}
        url = f"{self.url}/twilio/2010-04-01/Accounts/{sid}/Messages.json"
        return requests.post(url, usual | form, auth=(sid, token), timeout=60)

    def twilio_asked(self, page: str, **query: str) -> requests.Response:
        """GET something of the account at Twilio; `page` is what comes behind its address."""
        url = f"{self.url}/twilio/2010-04-01/Accounts/{TWILIO_SID}/{page}"
        return requests.get(url, query, auth=(TWILIO_SID, "demo-token"), timeout=60)

    def seventech(self, body: Any, password: str = "demo-password") -> requests.Response:
        """POST to SevenTech."""
        url = f"{self.url}/seventech/messaging/v1/send"
        return requests.post(url, json=body, auth=("demo", password), timeout=60)

    def send(self, provider: str, phone: str, callback: str = "") -> requests.Response:
        """Send one SMS through a provider, the phone as digits; SMSC has its callback address already."""
        if provider == "smsc":
            return self.smsc_answer(phones=phone, mes="a", id=f"id-{phone}", op="0")
        if provider == "twilio":
            return self.twilio(To=f"+{phone}", **({"StatusCallback": callback} if callback else {}))
        recipient = {"type": "MSISDN", "value": phone}
        step = {"channel": "sms", "recipient": recipient, "text": "a"}
        return self.seventech({"scenario": [step]} | ({"callback": callback} if callback else {}))

    def arrived(self, phone: str) -> list[dict[str, Any]]:
        """The SMS that a phone got, the digits given."""
        found: list[dict[str, Any]] = self.get("/control/messages", phone=phone).json()["messages"]
        return found

    def order(self, **order: Any) -> requests.Response:
        """Let the next requests meet faults."""
        return requests.post(f"{self.url}/control/faults", json=order, timeout=60)

    def get(self, path: str, **query: Any) -> requests.Response:
        """GET a page."""
        return requests.get(self.url + path, query, timeout=60)

    def complaints(self) -> list[str]:
        """The words of the latest complaints."""
        words: list[str] = self.get("/control/counts").json()["complaints"]
        return words

    def counts(self, provider: str) -> dict[str, int]:
        """The judge's counts of one provider."""
        counts: dict[str, int] = self.get("/control/counts").json()["providers"][provider]
        return counts


@contextmanager
def started(directory: Path, *options: str) -> Iterator[Simulator]:
    """Run a simulator on a free port until the block ends."""
    command = [
        sys.executable,
        "-m",
        "smsadmin.simulator",
        "--port",
        "0",
        "--directory",
        str(directory),
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            ready = process.stdout.readline() if process.stdout else ""
            assert ready.startswith("simulator ready: http://127.0.0.1:"), ready
            yield Simulator(ready.split()[-1].removesuffix("/phones"), process, directory)
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_until(fact: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become true; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
