"""Short links on a domain of their own: a WSGI layer that leads it to the short links and to nothing else."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shortlinks.pages import HEADERS, UNKNOWN_LINK
from shortlinks.settings import INTERNAL_PREFIX

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CODE_PATH = re.compile("/[A-Za-z0-9]{1,64}")
_MOST_BODY = 1024 * 1024


class ShortDomain:
    """Wrap the host's WSGI app: on the short domain only `/<code>` is answered, elsewhere nothing changes.

    Behind a proxy ProxyFix goes around this layer, so that Host is what the visitor asked for.
    """

    def __init__(self, app: "WSGIApplication", domain: str) -> None:
        self._app = app
        self._domain = domain

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        if not self._is_ours(environ):
            return self._app(environ, start_response)
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not _CODE_PATH.fullmatch(path):
            return _unknown_link(environ, start_response)
        return self._app({**environ, "PATH_INFO": INTERNAL_PREFIX + path}, start_response)

    def _is_ours(self, environ: "WSGIEnvironment") -> bool:
        standard = ":443" if environ.get("wsgi.url_scheme") == "https" else ":80"
        host = str(environ.get("HTTP_HOST", "")).lower().removesuffix(standard).rstrip(".")
        return host == self._domain


def _unknown_link(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    # Some servers drop the connection when a body is left unread.
    length = str(environ.get("CONTENT_LENGTH") or "0")
    environ["wsgi.input"].read(min(int(length), _MOST_BODY) if length.isdecimal() else 0)
    page = UNKNOWN_LINK.encode()
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(page))),
        *HEADERS.items(),
    ]
    start_response("404 NOT FOUND", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [page]
