"""A small host that has what real ones have: Flask-Login, CSRF protection, and a site closed to strangers."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, redirect, request
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.wrappers import Response

from shortlinks import ShortLinks, Verdict
from shortlinks.gate import HandedOver

KEY = base64.b64encode(b"first key of the tests, 32 bytes").decode()
OTHER_KEY = base64.b64encode(b"other key of the tests, 32 bytes").decode()

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
TELEGRAM = "TelegramBot (like TwitterBot)"
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
OWN_APP = (
    "Mozilla/5.0 (Linux; Android 13; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/119.0.0.0 Mobile Safari/537.36 LinkLooker/2.1"
)
"""A program of somebody's own: a browser's agent with a name that no browser has."""


class User(UserMixin):
    def __init__(self, key: str) -> None:
        self.id = key


class ShopGate:
    """Admits position i as customer `c<i>`, but for the refusals that a test puts in."""

    def __init__(self) -> None:
        self.refusals: dict[int, str] = {}

    def admit(self, owner: str, position: int) -> Verdict:
        if position in self.refusals:
            return Verdict(refusal=self.refusals[position])
        return Verdict(customer_key=f"c{position}")

    def current_customer(self) -> str | None:
        key = current_user.get_id()
        return key if key and key.startswith("c") else None

    def someone_signed_in(self) -> bool:
        return bool(current_user.is_authenticated)

    def sign_in(self, customer_key: str) -> None:
        login_user(User(customer_key), fresh=False)

    def sign_in_page(self, target: str) -> str:
        return f"/door?next={target}"


class ShopValues:
    """Knows what the placeholders stand for in the messages that a test puts in, and whether it can be asked."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], dict[str, str]] = {}
        self.asked: list[tuple[str, int]] = []
        self.error: Exception | None = None

    def __call__(self, owner: str, position: int) -> Mapping[str, str] | None:
        self.asked.append((owner, position))
        if self.error is not None:
            raise self.error
        return self.known.get((owner, position))


def make_host(
    engine: Engine,
    spool: Path,
    gate: ShopGate | None = None,
    values: ShopValues | None = None,
    handed_over: HandedOver | None = None,
    **config: Any,
) -> Flask:
    """Return a host whose short links live under /l/ on the main site, unless `config` says otherwise."""
    app = Flask(__name__)
    app.config.update(
        TESTING=True,
        SECRET_KEY=secrets.token_hex(),
        SHORTLINKS_URL="http://localhost/l/",
        SHORTLINKS_MAIN_URL="http://localhost",
        SHORTLINKS_KEYS={"1": KEY},
        SHORTLINKS_SALT="salt",
        SHORTLINKS_SPOOL=str(spool),
        SHORTLINKS_FLUSH_EVERY=0,
        # Tests guess a lot, all from one address; those about the limit set one.
        SHORTLINKS_MISSES=0,
    )
    app.config.update(config)
    app.before_request(_only_signed_in)
    shop = SimpleNamespace(engine=engine)
    ShortLinks(app, db=shop, gate=gate, values=values, handed_over=handed_over)
    CSRFProtect(app)
    LoginManager(app).user_loader(User)
    app.add_url_rule("/door/<key>", "door", _door)
    app.add_url_rule("/cabinet", "cabinet", lambda: f"cabinet of {current_user.get_id()}")
    return app


def _only_signed_in() -> Response | None:
    if current_user.is_authenticated or request.endpoint == "door":
        return None
    return redirect("/door")


def _door(key: str) -> str:
    login_user(User(key))
    return "in"
