"""The shop of the box under granian on one site, its short links on another, and what a test does to them in a word."""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import requests
from flask import Flask

from shortlinks.flusher import flush_once
from smsadmin import links
from smsadmin.accounts import connect, sending_account
from smsadmin.broadcasts import drafts, lifecycle
from smsadmin.broadcasts.prepare import form_list
from smsadmin.sending.account_loop import send_for
from smsadmin.standalone.children import Child
from smsadmin.standalone.models import Customer, db
from smsadmin.standalone.ports import free_port
from smsadmin.standalone.programs import ROOT
from tests.in_browser.tls import Certificate
from tests.plugin import LOGIN, fresh_phone
from tests.plugin import PASSWORD as PROVIDER_PASSWORD
from tests.simulator.running import Simulator
from tests.standalone.shop import KEY, add_customer, add_staff, open_shop

SHOP, SHORT = "shop.example", "s.test"
"""Two sites: they share no registrable domain, so no cookie and no "same site"."""

STARTS_WITHIN = 90.0
_numbers = count(1)


@dataclass
class Link:
    """One SMS with a login link, and whose it is."""

    customer: int
    name: str
    phone: str
    broadcast: int
    address: str

    @property
    def code(self) -> str:
        return self.address.rpartition("/")[2]


@dataclass
class Visit:
    """One request as it reached the server."""

    method: str
    path: str
    host: str
    sec_purpose: str
    referer: str
    cookie: str
    sec_fetch_site: str


@dataclass
class ServedShop:
    """One shop: the real server that the browser visits, and the same app here, on the same database."""

    app: Flask
    simulator: Simulator
    site: str
    short: str
    folder: Path

    def link(self, path: str = "/cabinet", **customer: Any) -> Link:
        """Send one new customer an SMS with a login link to this page; return the link that arrived."""
        number = next(_numbers)
        phone, name, city = fresh_phone(), f"Клиент-{number}", f"Город {number}"
        key = add_customer(self.app, name, phone, city=city, **customer)
        with self.app.app_context():
            if sending_account() is None:
                connect("smsc", login=LOGIN, secret=PROVIDER_PASSWORD, sender="Shop")
            broadcast = _send(f"Ваш кабинет: {self.site}{path} Ждём", json.dumps({"city": city}))
        (text,) = (sms["text"] for sms in self.simulator.arrived(phone.lstrip("+")))
        (address,) = re.findall(rf"{re.escape(self.short)}\w+", text)
        return Link(key, name, phone, broadcast, address)

    def staff(self, login: str | None = None, **member: Any) -> str:
        """Add a member of staff; return his login."""
        login = login or f"maria-{next(_numbers)}"
        add_staff(self.app, login, "manager", **member)
        return login

    def change(self, key: int, **values: Any) -> None:
        """Change a customer, as the shop would."""
        with self.app.app_context():
            customer = db.session.get_one(Customer, key)
            for name, value in values.items():
                setattr(customer, name, value)
            db.session.commit()

    def outcomes(self, link: Link) -> list[tuple[str, str]]:
        """Return what became of every posted form of a link's customer, the latest first."""
        flush_once(self.app)
        with self.app.app_context():
            found = links.customer_logins(str(link.customer), None, 50)
        return [(login.outcome, login.refusal) for login in found]

    def visits(self, word: str = "") -> list[Visit]:
        """Return the requests whose path holds this word, in their order."""
        notes = (self.folder / "visits").read_text().splitlines()
        return [visit for visit in (Visit(**json.loads(note)) for note in notes) if word in visit.path]

    def asked(self, link: Link, method: str) -> int:
        """Return how many requests with this method the login page of a link has got."""
        return sum(visit.method == method for visit in self.visits(f"/sms/in/{link.code}"))


def _send(text: str, rule: str) -> int:
    broadcast = drafts.create(
        "Мария", name="Кабинет", text=text, rule=rule, verified_only=True, wrap_clicks=True, wrap_login=True
    )
    drafts.form_list(broadcast, text)
    assert form_list(broadcast, time.monotonic() + 60) is False
    lifecycle.send(broadcast, "Мария")
    account = sending_account()
    assert account is not None
    send_for(account.id, time.monotonic() + 60)
    return broadcast


@contextmanager
def serve(
    database_url: str,
    redis_url: str,
    simulator: Simulator,
    folder: Path,
    certificate: Certificate | None = None,
    **config: Any,
) -> Iterator[ServedShop]:
    """Serve a shop on a free port, with these settings, until the block ends."""
    port = free_port()
    scheme = "https" if certificate else "http"
    site, short = f"{scheme}://{SHOP}:{port}", f"{scheme}://{SHORT}:{port}/"
    folder.mkdir()
    told = {
        "SECRET_KEY": "only for tests",
        "SQLALCHEMY_DATABASE_URI": database_url,
        "SMSADMIN_PUBLIC_URL": f"{site}/",
        "SMSADMIN_REDIS_URL": redis_url,
        "SMSADMIN_KEYS": KEY,
        "SMSADMIN_BASE_URLS": {"smsc": f"{simulator.url}/smsc"},
        "SHORTLINKS_URL": short,
        "SHORTLINKS_KEYS": {"1": KEY},
        "SHORTLINKS_SALT": "salt",
        "SHORTLINKS_SPOOL": str(folder / "clicks"),
        # The test flushes itself when it wants to know.
        "SHORTLINKS_FLUSH_EVERY": 0,
        **config,
    }
    notes = folder / "visits"
    server = _granian(
        port, {"config": dict(told), "notes": str(notes), "go": str(folder / "go")}, folder, certificate
    )
    with open_shop(database_url, redis_url, told["SHORTLINKS_SPOOL"], **told) as app:
        server.start()
        try:
            _wait_for(server, f"{scheme}://127.0.0.1:{port}/", certificate)
            yield ServedShop(app, simulator, site, short, folder)
        finally:
            server.stop()


def _granian(port: int, told: dict[str, Any], folder: Path, certificate: Certificate | None) -> Child:
    listening = ["--interface", "wsgi", "--port", str(port), "--no-ws"]
    size = ["--workers", "1", "--blocking-threads", "4", "--log-level", "warning"]
    sealed = (
        ["--ssl-certificate", str(certificate.chain), "--ssl-keyfile", str(certificate.key)]
        if certificate
        else []
    )
    command = [sys.executable, "-m", "granian", *listening, *size, *sealed, "tests.in_browser.shop_app:app"]
    # In the environment, as `make run` does it: by this the box makes its cookie Secure.
    public = {"SMSADMIN_PUBLIC_URL": told["config"].pop("SMSADMIN_PUBLIC_URL")}
    environment = os.environ | public | {"BROWSER_SHOP": json.dumps(told)}
    return Child("shop", command, folder / "shop.log", environment, ROOT)


def _wait_for(server: Child, url: str, certificate: Certificate | None) -> None:
    verify = str(certificate.chain) if certificate else True
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and server.ended() is None:
        try:
            requests.get(url, timeout=5, verify=verify)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"the shop has not started: {server.last_lines()}")
