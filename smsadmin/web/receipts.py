"""The providers' callbacks: `/sms/receipts/<provider>/<key>`; kept raw before the answer."""

import re
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.exceptions import ClientDisconnected, MethodNotAllowed, NotFound, RequestEntityTooLarge

from smsadmin.current import settings
from smsadmin.providers import PROVIDERS
from smsadmin.providers.base import CallbackRequest
from smsadmin.sealing import NoKey
from smsadmin.sending.receipts import FORGED, TOO_LARGE, drop
from smsadmin.sending.reception import take

ADDRESS = re.compile("/sms/receipts/(?P<name>[^/]+)/(?P<key>[^/]+)")
"""The path of a callback."""

METHODS = ("GET", "POST")

LARGEST = 64 * 1024
"""No provider's receipt is larger, in bytes."""

URLENCODED = "application/x-www-form-urlencoded"

DRAINED = 16 * 1024 * 1024
"""Of a longer body nothing is read, in bytes: whoever sends it loses his connection."""

KEY = re.compile("[A-Za-z0-9_-]{1,100}")
"""How the keys look that we give out; PostgreSQL, for one, takes no NUL in a text."""


def receive(request: Request, name: str, key: str) -> int:
    """Take a delivery receipt and return the answer's status; raise `HTTPException` for what is none.

    Anything but a forged one is answered with 200, or it would come for ever.
    """
    body, form = _read(request, name)
    if request.method not in METHODS:
        raise MethodNotAllowed(METHODS)
    if name not in PROVIDERS:
        raise NotFound
    if not KEY.fullmatch(key):
        drop(name, FORGED)
        raise NotFound
    callback = CallbackRequest(
        method=request.method,
        url=_public_url(request),
        key=key,
        query=request.args.to_dict(),
        form=form,
        body=body,
        headers=request.headers,
    )
    try:
        dropped = take(name, callback)
    except NoKey:
        # It may be a true one: the provider tries again, until the key is back.
        return 503
    return 403 if dropped == FORGED else 200


def _read(request: Request, name: str) -> tuple[bytes, dict[str, str]]:
    """Read body and form before any answer: the server drops a kept-alive connection whose body nobody read.

    One that is no receipt is read to its end (within reason), thrown away, counted and refused with 413.
    """
    length = request.content_length or 0
    if 0 < length <= LARGEST and (request.content_type or "").startswith(URLENCODED):
        # So nearly all of them come. One read: each lets the other threads go first, and Werkzeug makes two.
        body = request.input_stream.read(length)
        if len(body) != length:
            # It broke off, maybe in the middle of a status, which would then say something else.
            raise ClientDisconnected
        return body, dict(reversed(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)))
    try:
        request.max_content_length = LARGEST if length <= LARGEST else DRAINED
        if length > LARGEST:
            while request.stream.read(LARGEST):
                pass
            raise RequestEntityTooLarge
        return request.get_data(cache=True), request.form.to_dict()
    except RequestEntityTooLarge:
        if name in PROVIDERS:
            drop(name, TOO_LARGE)
        raise


def _public_url(request: Request) -> str:
    """Return the address that the provider called: the public one, whatever proxy stands before us."""
    return settings().public_url.rstrip("/") + request.full_path.rstrip("?")
