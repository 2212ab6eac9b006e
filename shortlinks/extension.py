"""Wires the short links into a host's app: settings, addresses, short domain, flusher, commands."""

import logging
import os
import threading
from traceback import format_tb
from typing import Any

from flask import Flask, current_app, request, request_started
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, HTTPException

from shortlinks.cache import DatabaseAway
from shortlinks.cli import commands
from shortlinks.domain import ShortDomain
from shortlinks.flusher import start_flusher, start_reading
from shortlinks.front import Front
from shortlinks.gate import Gate, HandedOver
from shortlinks.login import login_pages, untrusted
from shortlinks.personal import Values
from shortlinks.settings import BadSetting, Settings, read_settings
from shortlinks.shortener import Shortener
from shortlinks.unlogged import hide_codes
from shortlinks.views import short_links
from shortlinks.waiting import waiting_page

log = logging.getLogger(__name__)

OUR_BLUEPRINTS = ("shortlinks", "shortlinks_login")

MOST_BODY = 64 * 1024
"""Nothing that is meant for us is longer, in bytes."""


class ShortLinks:
    """Short links in a Flask app; keeps what belongs to an app in `app.extensions["shortlinks"]`.

    `db` is Flask-SQLAlchemy's object or any with `.engine`; `gate` says who may be signed in by a link, and
    without one no login link can be reserved. `values` says what the placeholders of an address stand for in the
    message at a position of an owner; without it no address can have any. `handed_over` says when a message left;
    without it no click comes too soon for a person::

        ShortLinks(app, db=db, gate=ShopGate(), values=lambda owner, position: {"card": card_of(position)})
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        db: Any = None,
        gate: Gate | None = None,
        values: Values | None = None,
        handed_over: HandedOver | None = None,
    ) -> None:
        if app is not None:
            self.init_app(app, db, gate, values=values, handed_over=handed_over)

    def init_app(
        self,
        app: Flask,
        db: Any,
        gate: Gate | None = None,
        *,
        values: Values | None = None,
        handed_over: HandedOver | None = None,
    ) -> None:
        """Set the app up; raise `settings.BadSetting`, one sentence, where a setting is wrong."""
        settings = read_settings(app.config, with_login=gate is not None)
        _make_spool(settings)
        shortener = Shortener(settings, db, gate, values, handed_over)
        app.extensions["shortlinks"] = shortener
        app.register_blueprint(short_links(settings))
        if gate is not None:
            app.register_blueprint(login_pages(settings))
        start = _FlusherStart()
        app.wsgi_app = Front(app, shortener, start)  # type: ignore[method-assign]
        if settings.own_domain:
            app.wsgi_app = ShortDomain(app.wsgi_app, settings.own_domain)  # type: ignore[method-assign]
        # In front of the host's own hooks: a site-wide "sign in first" must not stand before a short link.
        app.before_request_funcs.setdefault(None, []).insert(0, _answer_first)
        request_started.connect(start, app, weak=False)
        hide_codes(app, settings)
        app.cli.add_command(commands)


def _make_spool(settings: Settings) -> None:
    try:
        settings.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(
            f"SHORTLINKS_SPOOL cannot be created: {error.strerror} ('{settings.spool}')."
        ) from error


def _answer_first() -> ResponseReturnValue | None:
    """Answer our own addresses, past the host's hooks; of these only its CSRF protection is still asked."""
    if request.blueprint not in OUR_BLUEPRINTS:
        return None
    request.max_content_length = MOST_BODY
    # Read before any answer: some servers drop a kept-alive connection whose body nobody read.
    request.get_data(parse_form_data=True)
    try:
        return _answer()
    except HTTPException:
        raise
    except DatabaseAway:
        # Whoever tried it has logged that.
        return waiting_page()
    except Exception as error:
        # Flask would log the address, and a login code in it is a customer's secret; so no message either.
        way = "".join(format_tb(error.__traceback__))
        log.error("A short link could not be answered: %s\n%s", type(error).__name__, way)
        return waiting_page()


def _answer() -> ResponseReturnValue:
    csrf = current_app.extensions.get("csrf")
    if csrf is not None and current_app.config.get("WTF_CSRF_ENABLED", True):
        try:
            csrf.protect()
        except BadRequest:
            if request.endpoint != "shortlinks_login.sign_in":
                raise
            return untrusted(**(request.view_args or {}))
    return current_app.dispatch_request()


class _FlusherStart:
    """Begin at a process's first request, after the fork, and only where requests are served.

    It learns the links that are kept on the disk, before anything is answered, and starts its flusher, which soon
    reads what there really is; where there is none, that is read once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid: int | None = None

    def __call__(self, app: Flask, **_: Any) -> None:
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid != os.getpid():
                shortener = app.extensions["shortlinks"]
                kept = shortener.kept_blocks.read()
                shortener.known_blocks.begin_with(kept)
                if start_flusher(app) is None and kept:
                    start_reading(app)
                # Last: until then the others wait at the lock.
                self._pid = os.getpid()
