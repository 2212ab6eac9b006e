"""SMSC's callbacks: one address for the whole account, called after each status of each message.

GET and POST both occur, as a form or as JSON, whatever the account's owner chose in the cabinet. What stands
here about their fields was seen in independent clients only; the codes are SMSC's own (status.php).
"""

import hashlib
import hmac
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from smsadmin.providers.base import CallbackRequest, Credentials, Forged, Garbled, Receipt, Settled
from smsadmin.providers.reading import parsed_json, price, receipt_word, whole, word
from smsadmin.reasons import Reason
from smsadmin.states import State

STATUSES: dict[int, Settled] = {
    -2: Settled(State.ACCEPTED),
    -1: Settled(State.ACCEPTED),
    0: Settled(State.ACCEPTED),
    1: Settled(State.DELIVERED),
    2: Settled(State.DELIVERED),
    3: Settled(State.UNDELIVERED, Reason.EXPIRED_AT_OPERATOR),
    4: Settled(State.DELIVERED),
    20: Settled(State.UNDELIVERED, Reason.UNCLASSIFIED),
    22: Settled(State.UNDELIVERED, Reason.NUMBER_REFUSED),
    23: Settled(State.UNDELIVERED, Reason.SPAM_FILTER),
    24: Settled(State.UNDELIVERED, Reason.NO_MONEY),
    25: Settled(State.UNDELIVERED, Reason.NOT_REACHABLE),
}
"""`status` of a message (status.php) and the reason where `err` gives none."""

ERROR_DETAILS: dict[int, Reason] = {
    1: Reason.NO_SUCH_SUBSCRIBER,
    6: Reason.NOT_REACHABLE,
    11: Reason.NOT_REACHABLE,
    12: Reason.NOT_REACHABLE,
    13: Reason.SUBSCRIBER_BLOCKED,
    200: Reason.TEST_MODE,
    219: Reason.SIM_REPLACED,
    220: Reason.NOT_REACHABLE,
    238: Reason.TEXT_FORBIDDEN,
    239: Reason.ADDRESS_BLOCKED,
    241: Reason.TEXT_FORBIDDEN,
    243: Reason.ACCOUNT_REFUSED,
    244: Reason.TEXT_FORBIDDEN,
    245: Reason.NO_REPORT,
    247: Reason.ACCOUNT_LIMIT,
    248: Reason.NO_ROUTE,
    249: Reason.NUMBER_REFUSED,
    250: Reason.NUMBER_REFUSED,
    251: Reason.RECIPIENT_LIMIT,
    252: Reason.NUMBER_REFUSED,
    253: Reason.SPAM_FILTER,
    254: Reason.SENDER_NOT_REGISTERED,
    255: Reason.NUMBER_REFUSED,
}
"""`err` beside a status (status.php, "error codes of a status")."""

SIGNATURES: dict[str, Callable[[bytes], tuple[str, ...]]] = {
    "md5": lambda signed: (hashlib.md5(signed, usedforsecurity=False).hexdigest(),),
    "sha1": lambda signed: (hashlib.sha1(signed, usedforsecurity=False).hexdigest(),),
    "crc32": lambda signed: (str(zlib.crc32(signed)), f"{zlib.crc32(signed):08x}"),
}
"""Fields that may sign a callback, over `id:phone:status:<secret>`, and how. Unconfirmed: seen in independent
clients only, so the checksum is taken in either notation."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_STATUS = re.compile(r"-?[0-9]{1,4}")
_ERROR = re.compile(r"-?[0-9]{0,5}")


def parse_receipt(request: CallbackRequest, credentials: Credentials) -> list[Receipt]:
    """Read a callback (GET or POST; form or JSON); an incoming SMS on the same address is no receipt.

    The address carries the secret; a signature, where the account's owner chose one, has to be right too.
    """
    secret = credentials.callback_secret.encode()
    if not secret or not hmac.compare_digest(request.key.encode(errors="replace"), secret):
        raise Forged("the address does not carry this account's secret")
    receipts = []
    for fields in _called_back(request):
        _check_signature(fields, secret)
        if "status" in fields or "mes" not in fields:
            receipts.append(_receipt(fields))
    return receipts


def settle(status: str, error: str) -> Settled:
    """Say what a status and its `err` mean; a status that SMSC's table does not list means nothing."""
    code = whole(status)
    if code not in STATUSES:
        return Settled(None, Reason.UNCLASSIFIED)
    settled = STATUSES[code]
    reason = ERROR_DETAILS.get(whole(error) or 0)
    if reason is Reason.TEST_MODE and settled.state is not State.ACCEPTED:
        # "Delivered" in the test mode reached nobody.
        return Settled(State.UNDELIVERED, reason)
    if settled.state is not State.UNDELIVERED or reason is None:
        return settled
    # "No status within a day" says nothing about the phone.
    return Settled(State.ACCEPTED if reason is Reason.NO_REPORT else State.UNDELIVERED, reason)


def _called_back(request: CallbackRequest) -> list[Mapping[str, Any]]:
    """Return the fields of each thing a callback tells; raise `Garbled`.

    The query of a POST is left out: there it is the cabinet's choice of formats, `md5` among them.
    """
    if request.body.lstrip()[:1] in {b"{", b"["}:
        told = parsed_json(request.body)
        told = told if isinstance(told, list) else [told]
        if not all(isinstance(fields, dict) for fields in told):
            raise Garbled("the callback is no JSON object and no list of them")
        return told
    return [request.form or request.query]


def _check_signature(fields: Mapping[str, Any], secret: bytes) -> None:
    """Raise `Forged` when a signature is there and wrong."""
    signed = ":".join(word(fields.get(name)) for name in ("id", "phone", "status")).encode(errors="replace")
    for name, signatures in SIGNATURES.items():
        if name not in fields:
            continue
        given = word(fields[name]).lower().encode(errors="replace")
        expected = signatures(signed + b":" + secret)
        if not any(hmac.compare_digest(given, one.encode()) for one in expected):
            raise Forged(f"the callback's {name} is wrong")


def _receipt(fields: Mapping[str, Any]) -> Receipt:
    identifier = receipt_word(fields.get("id"), _ID, "id")
    phone = receipt_word(fields.get("phone"), _PHONE, "phone")
    return Receipt(
        reference=f"{identifier}:{phone.removeprefix('+')}",
        status=receipt_word(fields.get("status"), _STATUS, "status"),
        error=receipt_word(fields.get("err", ""), _ERROR, "err"),
        price=price(fields.get("cost")),
    )
