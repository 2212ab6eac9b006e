"""SevenTech as far as its wire is known: JSON, HTTP Basic, one message a request, its own callback.

Only the address, the sign-in and the names of the three parameters are its manual's own; everything else is
seen in clients of the same platform or guessed, and stands in the constants below and in `receipt`.
"""

from decimal import Decimal
from hmac import compare_digest
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, jsonify, request

from smsadmin.simulator.fates import Denial, Report
from smsadmin.simulator.inbox import Arrival, Message
from smsadmin.simulator.network import Denied, Network, e164
from smsadmin.simulator.receipts import Callback
from smsadmin.simulator.settings import Account
from smsadmin.simulator.twilio_form import callback_is_callable

PRICE = Decimal("3.00")
"""Rubles for one part."""

# Unconfirmed: seen in clients of the same platform, or our guess.
ACCEPTED = "ACCEPTED"
STATES = {
    Report.SENT: "ACCEPTED",
    Report.DELIVERED: "DELIVERED",
    Report.NO_SUBSCRIBER: "EXPIRED",
    Report.UNREACHABLE: "EXPIRED",
    Report.SPAM: "EXPIRED",
    # No table has it.
    Report.UNHEARD_OF: "REROUTED",
}
WRONG_PASSWORD = (401, "unauthorized")
WRONG_REQUEST = (400, "bad request")
WRONG_NUMBER = (400, "bad recipient")
DENIALS = {
    Denial.BUSY: (429, "too many requests"),
    Denial.FORBIDDEN_TEXT: (400, "text is forbidden"),
    Denial.WRONG_PASSWORD: WRONG_PASSWORD,
    Denial.NO_MONEY: (402, "not enough money"),
    Denial.BLOCKED: (403, "address is blocked"),
    Denial.SENDER: (403, "sender is not registered"),
}


class Refused(Exception):
    """The request is refused by an HTTP status and a word; `complaint` says what broke the protocol."""

    def __init__(self, answer: tuple[int, str], complaint: str = "") -> None:
        super().__init__(answer[1])
        self.status, self.word = answer
        self.complaint = complaint


def blueprint(network: Network, account: Account) -> Blueprint:
    """Return SevenTech's one address: /messaging/v1/send."""
    pages = Blueprint("seventech", __name__, url_prefix="/seventech/messaging/v1")

    @pages.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        if error.complaint:
            network.complaints.complain("seventech", error.complaint)
        answer = jsonify(error=error.word)
        answer.status_code = error.status
        return answer

    @pages.errorhandler(Denied)
    def denied(error: Denied) -> Response:
        return network.answers.instead(error.denial) or refused(Refused(DENIALS[error.denial]))

    @pages.post("/send")
    def send() -> Response:
        _sign_in(account)
        if not request.is_json:
            raise Refused(WRONG_REQUEST, "Content-Type: application/json is obligatory")
        [verdict] = network.submit([_arrival(request.get_json(silent=True))])
        if verdict.fate.refusal:
            raise Refused(WRONG_NUMBER)
        return network.answer([verdict], jsonify(state=ACCEPTED, txId=verdict.arrival.id))

    return pages


def receipt(message: Message, report: Report) -> Callback | None:
    """Put a receipt into SevenTech's words, as far as they are known."""
    if not message.callback:
        return None
    words = {"txId": message.id, "clientRequestId": message.reference, "state": STATES[report]}
    return Callback(message.callback, json=words)


def _sign_in(account: Account) -> None:
    """Let the account in by HTTP Basic; raise `Refused`."""
    given = request.authorization
    if given is None:
        raise Refused(WRONG_PASSWORD, "Authorization: HTTP Basic is obligatory")
    known = given.username == account.login and compare_digest(
        (given.password or "").encode(), account.secret.encode()
    )
    if not known:
        raise Refused(WRONG_PASSWORD)


def _arrival(sent: Any) -> Arrival:
    """Read the one SMS of a request; raise `Refused` with what is missing or wrong."""
    if not isinstance(sent, dict):
        raise Refused(WRONG_REQUEST, "the body must be a JSON object")
    steps = sent.get("scenario")
    if not isinstance(steps, list) or not steps or not all(isinstance(step, dict) for step in steps):
        raise Refused(WRONG_REQUEST, "scenario: a list of steps is obligatory")
    reference, callback = sent.get("clientRequestId", ""), sent.get("callback", "")
    if not isinstance(reference, str) or len(reference) > 100:
        raise Refused(WRONG_REQUEST, "clientRequestId: up to 100 characters")
    if callback and not (isinstance(callback, str) and callback_is_callable(callback)):
        raise Refused(WRONG_REQUEST, "callback: an absolute http(s) address")
    phone, text, sender = _sms(steps)
    return Arrival("seventech", uuid4().hex, phone, text, sender, reference, callback)


def _sms(steps: list[dict[str, Any]]) -> tuple[str, str, str]:
    """Return phone, text and sender of the scenario's SMS; raise `Refused`."""
    step = next((step for step in steps if step.get("channel") == "sms"), None)
    if step is None:
        raise Refused(WRONG_REQUEST, "scenario: no step with the channel sms")
    recipient, text = step.get("recipient"), step.get("text")
    if not isinstance(text, str) or not text:
        raise Refused(WRONG_REQUEST, "scenario: text is obligatory")
    if not isinstance(recipient, dict) or recipient.get("type") != "MSISDN":
        raise Refused(WRONG_REQUEST, "scenario: recipient of the type MSISDN is obligatory")
    phone = e164(str(recipient.get("value", "")))
    if phone is None:
        raise Refused(WRONG_NUMBER)
    return phone, text, str(step.get("sender", ""))
