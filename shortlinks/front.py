"""Answers a tracked link in front of the host's app, where Flask's dispatch would cost more than all the rest.

Only what is certain is answered here: a GET or HEAD without a body, for a code whose block this process knows. Login
links, personal ones, unknown codes and all that is odd go on to Flask, whose answer is the same.
"""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.datastructures import EnvironHeaders

from shortlinks.blocks import Hit, resolve_known
from shortlinks.shortener import Shortener
from shortlinks.views import click_of, with_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from shortlinks.models import LinkBlock

Ready = tuple[list[tuple[str, str]], bytes]
"""An answer's headers and body."""


class Front:
    """Stands around the host's app; `start` is called before an answer, as Flask's signal would."""

    def __init__(self, app: Flask, shortener: Shortener, start: Callable[[Flask], None]) -> None:
        self._app = app
        self._behind = app.wsgi_app
        self._shortener = shortener
        self._start = start
        self._code = re.compile(re.escape(shortener.settings.prefix) + "/([A-Za-z0-9]{1,64})")
        # One for each block: as many as the process knows, which never change. By the block itself: what was kept
        # of another database may have its id.
        self._ready: dict[LinkBlock, Ready] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, or hand it on."""
        hit = self._hit(environ)
        if hit is None:
            return self._behind(environ, start_response)
        self._start(self._app)
        method = environ["REQUEST_METHOD"]
        headers = EnvironHeaders(environ)
        self._shortener.clicks.append(click_of(hit, method, headers, environ.get("REMOTE_ADDR")))
        ready, body = self._ready.get(hit.block) or self._make_ready(hit.block, environ)
        start_response("302 FOUND", ready.copy())
        return [] if method == "HEAD" else [body]

    def _hit(self, environ: "WSGIEnvironment") -> Hit | None:
        """Return the tracked link that is opened; None for everything else, and for what must be read first."""
        asked = self._code.fullmatch(environ.get("PATH_INFO", ""))
        if asked is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD") or _has_body(environ):
            return None
        hit = resolve_known(self._shortener, asked[1])
        return None if hit is None or hit.block.login or hit.block.personal else hit

    def _make_ready(self, block: "LinkBlock", environ: "WSGIEnvironment") -> Ready:
        answer = with_headers(self._app.redirect(block.url, 302))
        ready = list(answer.get_wsgi_headers(environ)), answer.get_data()
        self._ready[block] = ready
        return ready


def _has_body(environ: "WSGIEnvironment") -> bool:
    return environ.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in environ
