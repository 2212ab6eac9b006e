"""SMSC as the wire shows it (smsc.ru, HTTP API): errors inside a 200, many phones a request, one callback.

The manual is the source; what was only seen in clients (the callback's fields, the signed string) stands in
`receipt`.
"""

import re
from collections.abc import Mapping
from datetime import timedelta, timezone
from decimal import Decimal
from hashlib import md5
from hmac import compare_digest
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, jsonify, request

from smsadmin.simulator.inbox import Arrival, Message
from smsadmin.simulator.network import Network, Verdict, e164
from smsadmin.simulator.receipts import Callback
from smsadmin.simulator.script import Refusal, Report
from smsadmin.simulator.settings import Account

PRICE = Decimal("3.50")
"""Rubles for one part."""
START_BALANCE = Decimal(1_000_000)

ERRORS = {
    1: "parameters error",
    2: "authorise error",
    7: "invalid phone format",
    8: "message to this phone can't be delivered",
}
REFUSALS = {Refusal.BAD_NUMBER: 7, Refusal.NOT_DELIVERABLE: 8, Refusal.OPTED_OUT: 8}
STATUSES = {
    Report.DELIVERED: (1, 0),
    Report.NO_SUBSCRIBER: (20, 1),
    Report.UNREACHABLE: (3, 6),
    Report.SPAM: (23, 253),
}
"""Of a receipt: `status` and `err`."""

MOSCOW = timezone(timedelta(hours=3))


class Refused(Exception):
    """The whole request is refused: `code` is SMSC's, the words go to the complaints, not onto the wire."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(words)
        self.code = code


def blueprint(network: Network, account: Account) -> Blueprint:
    """Return SMSC's addresses: /sys/send.php and /sys/balance.php."""
    pages = Blueprint("smsc", __name__, url_prefix="/smsc/sys")

    @pages.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        if str(error):
            network.complaints.complain("smsc", str(error))
        return jsonify(error=ERRORS[error.code], error_code=error.code)

    @pages.post("/send.php")
    def send() -> Response:
        _sign_in(account, request.form)
        form = _checked(request.form)
        identifier = form.get("id") or str(uuid4().int % 2**31)
        arrivals, bad = _arrivals(form, identifier)
        verdicts = network.submit(arrivals)
        taken = [verdict for verdict in verdicts if verdict.message]
        detailed = form.get("op") == "1" or form.get("err") == "1"
        if not taken and not detailed:
            raise Refused(REFUSALS[verdicts[0].fate.refusal or Refusal.BAD_NUMBER] if verdicts else 7)
        reply: dict[str, Any] = {"id": _as_sent(identifier), "cnt": sum(_parts(verdict) for verdict in taken)}
        if form.get("cost") in {"2", "3"}:
            reply["cost"] = str(sum((_price(verdict) for verdict in taken), Decimal(0)))
        if form.get("cost") == "3":
            reply["balance"] = str(START_BALANCE - network.inbox.spent("smsc"))
        if detailed:
            reply["phones"] = [_entry(verdict) for verdict in verdicts] + [_refused_entry(p, 7) for p in bad]
        return network.answer(verdicts, jsonify(reply))

    @pages.post("/balance.php")
    def balance() -> Response:
        _sign_in(account, request.form)
        left = {"balance": str(START_BALANCE - network.inbox.spent("smsc"))}
        if request.form.get("cur") == "1":
            left |= {"credit": "0", "currency": "RUB"}
        return jsonify(left)

    return pages


def receipt(message: Message, report: Report, url: str, secret: str) -> Callback | None:
    """Put a receipt into SMSC's words; with a secret it carries the md5 that the cabinet offers."""
    if not url:
        return None
    status, error = STATUSES[report]
    phone = message.phone.lstrip("+")
    form = {
        "id": message.id,
        "phone": phone,
        "status": str(status),
        "err": str(error),
        "time": message.taken_at.astimezone(MOSCOW).strftime("%d.%m.%Y %H:%M:%S"),
        "ts": str(int(message.taken_at.timestamp())),
        "cost": message.price,
    }
    if secret:
        signed = f"{message.id}:{phone}:{status}:{secret}"
        form["md5"] = md5(signed.encode(), usedforsecurity=False).hexdigest()
    return Callback(url, form=form)


def _sign_in(account: Account, form: Mapping[str, str]) -> None:
    """Let the account in by login and password, or by its API key; raise `Refused` with code 2."""
    by_key = compare_digest(form.get("apikey", "").encode(), account.secret.encode())
    by_login = form.get("login") == account.login and compare_digest(
        form.get("psw", "").encode(), account.secret.encode()
    )
    if not (by_key or by_login):
        raise Refused(2)


def _checked(form: Mapping[str, str]) -> Mapping[str, str]:
    """Return the form when its parameters are as the manual wants them; raise `Refused` with code 1."""
    problems = {
        "fmt: only 3 (JSON) is played here": form.get("fmt") != "3",
        "charset: must be utf-8": form.get("charset", "").lower() != "utf-8",
        "phones and mes, or list, are obligatory": not (
            form.get("list") or form.get("phones") and form.get("mes")
        ),
        "id: an int32, or up to 40 of A-Z a-z 0-9 . - _": not re.fullmatch(
            r"[\w.-]{0,40}", form.get("id", ""), re.A
        ),
        "sender: up to 11 letters or 15 digits": not re.fullmatch(
            r"\d{12,15}|.{0,11}", form.get("sender", "")
        ),
        "valid: hh:mm from 00:01 to 24:00": not _valid_time(form.get("valid", "24:00")),
        "cost: asking for the price only is not played here": form.get("cost") == "1",
    }
    for words, wrong in problems.items():
        if wrong:
            raise Refused(1, words)
    return form


def _valid_time(valid: str) -> bool:
    return valid == "24:00" or (
        bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", valid, re.A)) and valid != "00:00"
    )


def _arrivals(form: Mapping[str, str], identifier: str) -> tuple[list[Arrival], list[str]]:
    """Read the SMS of a request, and the phones that cannot be any; raise `Refused` with code 1."""
    arrivals, bad = [], []
    for raw, text in _pairs(form):
        if len(text) > 1000:
            raise Refused(1, "a text of more than 1,000 characters")
        phone = e164(raw)
        if phone is None:
            bad.append(raw)
        else:
            arrivals.append(Arrival("smsc", identifier, phone, text, form.get("sender", "")))
    phones = [arrival.phone for arrival in arrivals]
    if len(set(phones)) < len(phones):
        raise Refused(1, "a phone stands twice in one request")
    return arrivals, bad


def _pairs(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return phone and text of each SMS: `list` has one `phone:text` a line, `phones` one text for all."""
    if not form.get("list"):
        phones = re.split(r"[,;]", form["phones"])
        return [(phone, form["mes"]) for phone in phones if phone.strip()]
    lines = [line.rstrip("\r") for line in form["list"].split("\n") if line.strip()]
    if any(":" not in line for line in lines):
        raise Refused(1, "list: every line is phone:text")
    return [(phone, text.replace("\\n", "\n")) for phone, _, text in (line.partition(":") for line in lines)]


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
