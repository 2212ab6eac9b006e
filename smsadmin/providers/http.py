"""The one place that talks to providers: one request, one total deadline, and two ways to fail.

`NotSent` is the closed list of what is safe to repeat; `NoAnswer` is everything else, where the provider may
have taken (and billed) what we wrote.
"""

import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import local
from time import monotonic
from typing import Literal

import requests
from urllib3.exceptions import HTTPError

from smsadmin.providers.bounded import BoundedAdapter, Call, current_call
from smsadmin.providers.exchange import DIRECT, Exchange, Way

LONGEST_BODY = 1_000_000
"""Bytes of a reply that are read; no provider has that much to say about one request."""

_HEADERS = {"User-Agent": "flask-sms-admin", "Accept": "application/json", "Accept-Encoding": "identity"}


for _name in ("urllib3.connection", "urllib3.connectionpool", "urllib3.response", "urllib3.util.retry"):
    # It warns of a malformed header with the whole address, where Twilio is asked about a phone.
    logging.getLogger(_name).addFilter(lambda record: current_call.get(None) is None)


class NotSent(Exception):
    """Not a byte of the request left: name not resolved, not connected, or the TLS handshake failed."""


class NoAnswer(Exception):
    """The request began to be written and no whole answer came: it may or may not have been taken."""


@dataclass(frozen=True)
class Reply:
    """A provider's answer as it came, whatever its status."""

    status: int
    body: bytes = field(repr=False)


class _Threads(local):
    """Connections are kept per thread, so that no two calls share one."""

    def __init__(self) -> None:
        self.adapter = BoundedAdapter()


_of_thread = _Threads()


def call(  # noqa: PLR0913 - the parts of an HTTP request
    method: Literal["GET", "POST"],
    url: str,
    *,
    deadline: float,
    auth: tuple[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    json: object = None,
    params: Mapping[str, str] | None = None,
    way: Way = DIRECT,
) -> Reply:
    """Make one request within `deadline` seconds in all; raise `NotSent` or `NoAnswer`.

    `auth` is login and password for HTTP Basic, in UTF-8. Redirects are not followed, nothing is tried again,
    and neither proxies nor passwords are taken from the environment. TLS certificates are verified. Who watches
    the `way` sees the exchange, however it ends.
    """
    this = Call(deadline, way.public_only)
    token = current_call.set(this)
    started = monotonic()
    sent, reply, failure = b"", None, ""
    try:
        prepared = _prepared(method, _plain(url) if params is None else _with(url, params), auth)
        prepared.prepare_body(form, None, json)
        url, sent = prepared.url or url, _bytes(prepared.body)
        reply = _exchange(prepared, this)
    except (requests.RequestException, HTTPError, OSError) as error:
        # The kind only: an error's words may quote the address or a header.
        failure = type(error).__name__
        raise (NoAnswer if this.began else NotSent)(failure) from error
    finally:
        current_call.reset(token)
        if way.watch:
            status, received = (reply.status, reply.body) if reply else (None, b"")
            way.watch(Exchange(method, url, sent, status, received, failure, monotonic() - started))
    return reply


def _prepared(method: str, url: str, auth: tuple[str, str] | None) -> requests.PreparedRequest:
    """Return a request without a body: as `requests.Request` prepares it, but for what none of ours has."""
    request = requests.PreparedRequest()
    request.prepare_method(method)
    request.url = url
    request.prepare_headers(_headers(auth))
    return request


@lru_cache(maxsize=64)
def _plain(url: str) -> str:
    # The same few, thousands of times an hour: taking one apart is a tenth of what a call costs.
    return _with(url, {})


def _with(url: str, params: Mapping[str, str]) -> str:
    request = requests.PreparedRequest()
    request.prepare_url(url, params)
    return request.url or url


def _bytes(body: str | bytes | None) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _headers(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return _HEADERS
    # requests would write the password in Latin-1, and fail on a Russian one.
    word = base64.b64encode(":".join(auth).encode()).decode()
    return {**_HEADERS, "Authorization": f"Basic {word}"}


def _exchange(request: requests.PreparedRequest, this: Call) -> Reply:
    """Send a prepared request and read the whole answer.

    The transport is called without a session on purpose: a session carries cookies from one account's call to
    the next one's, and reads the body of a redirect that nobody follows, however long it is.
    """
    response = _of_thread.adapter.send(request, stream=True, timeout=this.left(), verify=True)
    try:
        return Reply(response.status_code, _body(response))
    except BaseException:
        # Half-read: this connection must not be used again.
        response.close()
        raise


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(65_536):
        body += chunk
        if len(body) > LONGEST_BODY:
            raise requests.exceptions.ContentDecodingError("the answer is too long")
    return bytes(body)
