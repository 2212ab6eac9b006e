"""The one place that talks to providers: one request, one total deadline, and two ways to fail.

`NotSent` is the closed list of what is safe to repeat; `NoAnswer` is everything else, where the provider may
have taken (and billed) what we wrote.
"""

import base64
import json as json_text
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import local
from time import monotonic
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from requests import PreparedRequest, RequestException
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout, parse_url

from smsadmin.providers.bounded import Call, current_call, pool
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
        self.pool = lru_cache(maxsize=16)(pool)


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
        place = _plain(url) if params is None else _place(url, params)
        url = place.url
        sent, headers = _written(form, json)
        reply = _exchange(method, place, sent, _signed_in(headers, auth), this)
    except (RequestException, HTTPError, OSError) as error:
        # The kind only: an error's words may quote the address or a header.
        failure = type(error).__name__
        raise (NoAnswer if this.began else NotSent)(failure) from error
    finally:
        current_call.reset(token)
        if way.watch:
            status, received = (reply.status, reply.body) if reply else (None, b"")
            way.watch(Exchange(method, url, sent, status, received, failure, monotonic() - started))
    return reply


class _Place(NamedTuple):
    """Where a request goes."""

    url: str
    scheme: str
    host: str
    port: int | None
    path: str


@lru_cache(maxsize=64)
def _plain(url: str) -> _Place:
    # The same few, thousands of times an hour: taking one apart is a tenth of what a call costs.
    return _place(url, {})


def _place(url: str, params: Mapping[str, str]) -> _Place:
    """Take an address apart as `requests` does, with its names in punycode; raise `RequestException`."""
    request = PreparedRequest()
    request.prepare_url(url, params)
    apart = parse_url(request.url or url)
    return _Place(apart.url, apart.scheme or "", apart.host or "", apart.port, apart.request_uri)


def _written(form: Mapping[str, str] | None, json: object) -> tuple[bytes, dict[str, str]]:
    """Return a request's body and the headers that say what it is."""
    if form:
        return urlencode(form).encode(), {**_HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
    if json is not None:
        return json_text.dumps(json).encode(), {**_HEADERS, "Content-Type": "application/json"}
    return b"", _HEADERS


def _signed_in(headers: dict[str, str], auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return headers
    # In Latin-1, as libraries write it, a Russian password would fail.
    word = base64.b64encode(":".join(auth).encode()).decode()
    return {**headers, "Authorization": f"Basic {word}"}


def _exchange(method: str, place: _Place, body: bytes, headers: dict[str, str], this: Call) -> Reply:
    """Send a request and read the whole answer.

    The pools of urllib3 are used, which `requests` stands on, and not a session: it takes twice as long for a request
    of ours, carries cookies from one account's call to the next one's, and reads the body of a redirect that nobody
    follows, however long it is.
    """
    left = this.left()
    response = _of_thread.pool(place.scheme, place.host, place.port).urlopen(
        method,
        place.path,
        body or None,
        headers,
        retries=False,
        redirect=False,
        assert_same_host=False,
        timeout=Timeout(left, left),
        preload_content=False,
    )
    try:
        if response.status < 200:
            raise HTTPError("an interim answer: the true one would be read as that to the next request")
        return Reply(response.status, _body(response))
    except BaseException:
        # Half-read: this connection must not be used again.
        response.close()
        raise


def _body(response: BaseHTTPResponse) -> bytes:
    body = bytearray()
    for chunk in response.stream(65_536, decode_content=True):
        body += chunk
        if len(body) > LONGEST_BODY:
            raise HTTPError("the answer is too long")
    return bytes(body)
