"""SMSC as the wire shows it (smsc.ru, HTTP API): errors inside a 200, many phones a request, one callback.

The manual is the source. What a request says is read in `smsc_form` and `smsc_status`, the numbers stand in
`smsc_codes`, the callback in `smsc_receipts`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, jsonify, request

from smsadmin.simulator import smsc_status
from smsadmin.simulator.inbox import Arrival, SaidNotFound
from smsadmin.simulator.limits import Limits
from smsadmin.simulator.network import Denied, Network, Verdict
from smsadmin.simulator.parts import count_parts
from smsadmin.simulator.settings import Account
from smsadmin.simulator.smsc_codes import DENIALS, ERRORS, REFUSALS, Refused, sign_in
from smsadmin.simulator.smsc_form import arrivals_in, checked

PRICE = Decimal("3.50")
"""Rubles for one part."""
START_BALANCE = Decimal(1_000_000)


def blueprint(network: Network, account: Account, limits: Limits) -> Blueprint:
    """Return SMSC's addresses: /sys/send.php, /sys/status.php and /sys/balance.php."""
    pages = Blueprint("smsc", __name__, url_prefix="/smsc/sys")
    door = _Door(account, limits)

    @pages.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        if str(error):
            network.complaints.complain("smsc", str(error))
        return jsonify(error=ERRORS[error.code], error_code=error.code)

    @pages.errorhandler(Denied)
    def denied(error: Denied) -> Response:
        return network.answers.instead(error.denial) or refused(Refused(DENIALS[error.denial]))

    @pages.post("/send.php")
    def send() -> Response:
        with door.open("send"), door.judging_sends():
            return _send(network, limits)

    @pages.post("/status.php")
    def status() -> Response:
        with door.open("status"):
            messages = smsc_status.asked(request.form)
            limits.status(messages)
            reply = network.asked("smsc", "status")
            # What nobody can read was not answered, so it promises nothing.
            told = smsc_status.answer(network, request.form, messages) if reply.whole else {}
            return network.answers.give({reply}, jsonify(told))

    @pages.post("/balance.php")
    def balance() -> Response:
        with door.open("balance"):
            limits.balance()
            reply = network.asked("smsc", "balance")
            left = {"balance": str(START_BALANCE - network.inbox.spent("smsc"))}
            if request.form.get("cur") == "1":
                left |= {"credit": "0", "currency": "RUB"}
            return network.answers.give({reply}, jsonify(left))

    return pages


class _Door:
    """Lets requests in: those of the account, from an address that is not blocked, and not too many at once."""

    def __init__(self, account: Account, limits: Limits) -> None:
        self._account = account
        self._limits = limits

    @contextmanager
    def open(self, script: str) -> Iterator[None]:
        """Let one request in while it is answered; raise `Refused`."""
        address = request.remote_addr or ""
        with self._limits.under_way(script, address):
            try:
                sign_in(self._account, request.form)
            except Refused:
                self._limits.wrong_login(address)
                raise
            yield

    @contextmanager
    def judging_sends(self) -> Iterator[None]:
        """Note whether a send was a bad one; what the judge or the script denies was none of its doing."""
        address = request.remote_addr or ""
        try:
            yield
        except Refused:
            self._limits.sent(address, well=False)
            raise
        self._limits.sent(address, well=True)


def _send(network: Network, limits: Limits) -> Response:
    """Answer send.php; raise `Refused` and `Denied`."""
    form = checked(request.form)
    identifier = form.get("id") or str(uuid4().int % 2**31)
    arrivals, bad = arrivals_in(form, identifier)
    if form.get("cost") == "1":
        return jsonify(_estimate(arrivals))
    limits.send(form)
    try:
        verdicts = network.submit(arrivals)
    except SaidNotFound as error:
        raise Refused(1, "id: status.php said of this id and phone that there is no such message") from error
    return network.answer(verdicts, jsonify(_reply(form, identifier, verdicts, bad, network)))


def _estimate(arrivals: list[Arrival]) -> dict[str, Any]:
    """Return what SMS would cost; raise `Refused` when there are none."""
    if not arrivals:
        raise Refused(7)
    parts = sum(count_parts(arrival.text) for arrival in arrivals)
    return {"cost": str(PRICE * parts), "cnt": parts}


def _reply(
    form: Mapping[str, str], identifier: str, verdicts: list[Verdict], bad: list[str], network: Network
) -> dict[str, Any]:
    """Return the body that a send is answered with; raise `Refused` when it says nothing of single numbers."""
    taken = [verdict for verdict in verdicts if verdict.message]
    detailed = form.get("op") == "1" or form.get("err") == "1"
    if not taken and not detailed:
        refusal = verdicts[0].fate.refusal if verdicts else None
        raise Refused(REFUSALS[refusal] if refusal else 7)
    reply: dict[str, Any] = {"id": _as_sent(identifier), "cnt": sum(_parts(verdict) for verdict in taken)}
    if form.get("cost") in {"2", "3"}:
        reply["cost"] = str(sum((_price(verdict) for verdict in taken), Decimal(0)))
    if form.get("cost") == "3":
        reply["balance"] = str(START_BALANCE - network.inbox.spent("smsc"))
    if detailed:
        reply["phones"] = [_entry(verdict) for verdict in verdicts] + [_refused_entry(p, 7) for p in bad]
    return reply


def _as_sent(identifier: str) -> int | str:
    """Return the id as SMSC's replies show it: a number where it is one of at most 31 bits."""
    is_number = identifier.isdigit() and len(identifier) <= 10 and int(identifier) < 2**31
    return int(identifier) if is_number else identifier


def _entry(verdict: Verdict) -> dict[str, str]:
    phone = verdict.arrival.phone.lstrip("+")
    if verdict.fate.refusal:
        return _refused_entry(phone, REFUSALS[verdict.fate.refusal])
    return {"phone": phone, "mccmnc": "25001", "cost": str(_price(verdict))}


def _refused_entry(phone: str, code: int) -> dict[str, str]:
    return {"phone": phone, "mccmnc": "", "cost": "0", "error": str(code)}


def _parts(verdict: Verdict) -> int:
    return verdict.message.parts if verdict.message else 0


def _price(verdict: Verdict) -> Decimal:
    return Decimal(verdict.message.price) if verdict.message else Decimal(0)
