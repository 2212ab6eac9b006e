"""Twilio as the wire shows it (API 2010-04-01): one message a request, coded errors, signed callbacks.

What a request says is read in `twilio_form`, messages are shown by `twilio_messages`, codes stand in `twilio_codes`.
"""

import base64
import hmac
from collections.abc import Mapping
from decimal import Decimal

from flask import Blueprint, Response, jsonify, request

from smsadmin.simulator.fates import Report
from smsadmin.simulator.inbox import Message
from smsadmin.simulator.network import Denied, Network
from smsadmin.simulator.receipts import Callback
from smsadmin.simulator.settings import Account
from smsadmin.simulator.twilio_codes import DENIALS, ERRORS, REFUSALS, STATUSES, Refused
from smsadmin.simulator.twilio_form import ACCOUNT_SID, arrival_in
from smsadmin.simulator.twilio_messages import created, known, page

PRICE = Decimal("0.05")
"""US dollars for one part."""
START_BALANCE = Decimal(10_000)


def blueprint(network: Network, account: Account) -> Blueprint:
    """Return Twilio's addresses: Accounts/<sid>/Messages.json, Messages/<message>.json and Balance.json."""
    pages = Blueprint("twilio", __name__, url_prefix="/twilio/2010-04-01/Accounts/<sid>")

    @pages.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        status, message = ERRORS[error.code]
        if error.complaint:
            network.complaints.complain("twilio", error.complaint)
        more = f"https://www.twilio.com/docs/errors/{error.code}"
        answer = jsonify(code=error.code, message=message, more_info=more, status=status)
        answer.status_code = status
        return answer

    @pages.errorhandler(Denied)
    def denied(error: Denied) -> Response:
        return network.answers.instead(error.denial) or refused(Refused(DENIALS[error.denial]))

    @pages.post("/Messages.json")
    def send(sid: str) -> Response:
        _sign_in(account, sid)
        [verdict] = network.submit([arrival_in(request.form)])
        if verdict.message is None:
            raise Refused(REFUSALS[verdict.fate.refusal] if verdict.fate.refusal else 21211)
        response = jsonify(created(verdict.message, sid))
        response.status_code = 201
        return network.answer([verdict], response)

    _add_questions(pages, network, account)
    return pages


def _add_questions(pages: Blueprint, network: Network, account: Account) -> None:
    """Add what only asks: for the balance, for one message, for a list of them."""

    @pages.get("/Balance.json")
    def balance(sid: str) -> Response:
        _sign_in(account, sid)
        reply = network.asked("twilio", "balance")
        left = str(START_BALANCE - network.inbox.spent("twilio"))
        return network.answers.give({reply}, jsonify(account_sid=sid, balance=left, currency="USD"))

    @pages.get("/Messages/<identifier>.json")
    def fetch(sid: str, identifier: str) -> Response:
        _sign_in(account, sid)
        reply = network.asked("twilio", "status")
        message = network.inbox.with_id("twilio", identifier)
        if message is None:
            raise Refused(20404)
        return network.answers.give({reply}, jsonify(known(message, sid, network.standing(message))))

    @pages.get("/Messages.json")
    def every(sid: str) -> Response:
        _sign_in(account, sid)
        reply = network.asked("twilio", "list")
        return network.answers.give({reply}, jsonify(page(network, sid, request.args)))


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
    if not ACCOUNT_SID.fullmatch(sid):
        raise Refused(20003, "AccountSid: AC and 32 hexadecimal digits")
    given = request.authorization
    if given is None:
        raise Refused(20003, "Authorization: HTTP Basic is obligatory")
    known = given.username == account.login == sid and hmac.compare_digest(
        (given.password or "").encode(), account.secret.encode()
    )
    if not known:
        raise Refused(20003)
