"""Twilio as the wire shows it (API 2010-04-01): one message a request, coded errors, signed callbacks."""

import base64
import hmac
from collections.abc import Mapping
from decimal import Decimal
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Blueprint, Response, jsonify, request

from smsadmin.simulator.inbox import Arrival, Message
from smsadmin.simulator.network import Network, Verdict, e164
from smsadmin.simulator.receipts import Callback
from smsadmin.simulator.script import Refusal, Report
from smsadmin.simulator.settings import Account

PRICE = Decimal("0.05")
"""US dollars for one part."""
START_BALANCE = Decimal(10_000)

ERRORS = {
    20003: (401, "Authenticate"),
    21211: (400, "The 'To' number is not a valid phone number."),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
}
"""Code → HTTP status and message."""
REFUSALS = {Refusal.BAD_NUMBER: 21211, Refusal.NOT_DELIVERABLE: 21614, Refusal.OPTED_OUT: 21610}
STATUSES = {
    Report.DELIVERED: ("delivered", ""),
    Report.NO_SUBSCRIBER: ("undelivered", "30005"),
    Report.UNREACHABLE: ("undelivered", "30003"),
    Report.SPAM: ("undelivered", "30007"),
}
"""Of a receipt: `MessageStatus` and `ErrorCode`."""


class Refused(Exception):
    """The request is refused with a code of Twilio's; `protocol` when the caller should have known better."""

    def __init__(self, code: int, protocol: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.protocol = protocol


def blueprint(network: Network, account: Account) -> Blueprint:
    """Return Twilio's addresses: Accounts/<sid>/Messages.json and Balance.json."""
    pages = Blueprint("twilio", __name__, url_prefix="/twilio/2010-04-01/Accounts/<sid>")

    @pages.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response, int]:
        status, message = ERRORS[error.code]
        if error.protocol:
            network.complaints.complain("twilio", message)
        more = f"https://www.twilio.com/docs/errors/{error.code}"
        return jsonify(code=error.code, message=message, more_info=more, status=status), status

    @pages.post("/Messages.json")
    def send(sid: str) -> Response:
        _sign_in(account, sid)
        verdict = network.submit([_arrival(request.form)])[0]
        if verdict.fate.refusal:
            raise Refused(REFUSALS[verdict.fate.refusal])
        response = jsonify(_resource(verdict, sid))
        response.status_code = 201
        return network.answer([verdict], response)

    @pages.get("/Balance.json")
    def balance(sid: str) -> Response:
        _sign_in(account, sid)
        left = str(START_BALANCE - network.inbox.spent("twilio"))
        return jsonify(account_sid=sid, balance=left, currency="USD")

    return pages


def receipt(message: Message, report: Report, account: Account) -> Callback | None:
    """Put a receipt into Twilio's words and sign it with the account's token."""
    if not message.callback:
        return None
    status, error = STATUSES[report]
    form = {
        "AccountSid": account.login,
        "ApiVersion": "2010-04-01",
        "From": message.sender,
        "MessageSid": message.id,
        "MessageStatus": status,
        "SmsSid": message.id,
        "SmsStatus": status,
        "To": message.phone,
    }
    if error:
        form["ErrorCode"] = error
    return Callback(
        message.callback, form, headers={"X-Twilio-Signature": sign(message.callback, form, account)}
    )


def sign(url: str, form: Mapping[str, str], account: Account) -> str:
    """Return Twilio's signature: base64 of the token's HMAC-SHA1 of the URL and the sorted parameters."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(account.secret.encode(), signed.encode(), "sha1")).decode()


def _sign_in(account: Account, sid: str) -> None:
    """Let the account in by HTTP Basic; raise `Refused` with 20003."""
    given = request.authorization
    known = (
        given is not None
        and given.username == account.login == sid
        and hmac.compare_digest((given.password or "").encode(), account.secret.encode())
    )
    if not known:
        raise Refused(20003)


def _arrival(form: Mapping[str, str]) -> Arrival:
    """Read the one SMS of a request; raise `Refused` with the code of what is missing or wrong."""
    text, callback = form.get("Body", ""), form.get("StatusCallback", "")
    sender = form.get("From") or form.get("MessagingServiceSid", "")
    checks = (
        (21604, not form.get("To")),
        (21603, not sender),
        (21602, not text),
        (21617, len(text) > 1600),
        (21609, bool(callback) and not callback_is_callable(callback)),
    )
    for code, wrong in checks:
        if wrong:
            raise Refused(code, protocol=True)
    phone = e164(form["To"]) if form["To"].startswith("+") else None
    if phone is None:
        raise Refused(21211)
    return Arrival("twilio", f"SM{uuid4().hex}", phone, text, sender, callback=callback)


def callback_is_callable(url: str) -> bool:
    """Tell whether a callback address is absolute, of HTTP, and without an underscore in its host."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and "_" not in (host or "")


def _resource(verdict: Verdict, sid: str) -> dict[str, Any]:
    """Return the Message resource as Twilio shows a new one: numbers are strings, the price comes later."""
    arrival, message = verdict.arrival, verdict.message
    created = format_datetime(message.taken_at) if message else None
    service = arrival.sender if arrival.sender.startswith("MG") else None
    return {
        "account_sid": sid,
        "api_version": "2010-04-01",
        "body": arrival.text,
        "date_created": created,
        "date_sent": None,
        "date_updated": created,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": None if service else arrival.sender,
        "messaging_service_sid": service,
        "num_media": "0",
        "num_segments": str(message.parts) if message else "0",
        "price": None,
        "price_unit": "USD",
        "sid": arrival.id,
        "status": "accepted" if service else "queued",
        "to": arrival.phone,
        "uri": f"/2010-04-01/Accounts/{sid}/Messages/{arrival.id}.json",
    }
