"""What the world outside may call: delivery receipts from the providers."""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Request
from werkzeug import Response
from werkzeug.exceptions import HTTPException, InternalServerError

from smsadmin.current import NAME
from smsadmin.failures import named
from smsadmin.web import receipts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Add the callbacks, in front of the host's app."""
    app.wsgi_app = Callbacks(app)  # type: ignore[method-assign]


class Callbacks:
    """Answers the providers in front of the host's app: a provider has no session, no language and no form token.

    Opening a session and asking the host's hooks costs more than keeping a receipt, and a host that keeps its sessions
    on a server would write one for each.
    """

    def __init__(self, app: Flask) -> None:
        """Stand in front of what answers the app's requests now."""
        self._app = app
        self._behind = app.wsgi_app
        # What takes off the path that the host stands under may stand behind us.
        self._under = urlsplit(app.extensions[NAME].settings.public_url).path.rstrip("/")

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a callback; hand every other request on."""
        called = receipts.ADDRESS.fullmatch(environ.get("PATH_INFO", "").removeprefix(self._under))
        if called is None:
            return self._behind(environ, start_response)
        environ = {**environ, "PATH_INFO": called.group()}
        with self._app.app_context():
            response = _answer(self._app.request_class(environ), called["name"], called["key"])
        return response(environ, start_response)


def _answer(request: Request, name: str, key: str) -> Response:
    try:
        return Response(status=receipts.receive(request, name, key))
    except HTTPException as refusal:
        return Response(refusal.get_body(), refusal.code, refusal.get_headers())
    except Exception as error:
        # A log with the address would hold the key, which is what proves a callback.
        log.error("A callback of a provider could not be taken: %s.", named(error))
        return Response(status=InternalServerError.code)
