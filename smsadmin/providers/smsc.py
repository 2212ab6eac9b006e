"""SMSC (smsc.ru, HTTP API): one request carries many phones, errors come inside a 200, one callback for all.

A message is known there by (id, phone): our request id is fresh for every request, and so is `id:phone`.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from smsadmin.providers import http, smsc_receipts
from smsadmin.providers.base import (
    Abilities,
    Answer,
    Balance,
    BalanceFailed,
    CallbackRequest,
    Credentials,
    Outcome,
    Outgoing,
    Receipt,
    Settled,
)
from smsadmin.providers.reading import (
    NO_ANSWER,
    NOT_SENT,
    json_object,
    money,
    price,
    strange,
    strange_balance,
    whole,
    word,
)
from smsadmin.providers.smsc_receipts import ERROR_DETAILS, STATUSES
from smsadmin.reasons import Reason
from smsadmin.states import State

SEND_ERRORS: dict[int, tuple[Outcome, Reason, timedelta | None]] = {
    1: (Outcome.BATCH_REFUSED, Reason.BAD_REQUEST, None),
    2: (Outcome.ACCOUNT_PROBLEM, Reason.WRONG_PASSWORD, None),
    3: (Outcome.ACCOUNT_PROBLEM, Reason.NO_MONEY, None),
    4: (Outcome.ACCOUNT_PROBLEM, Reason.ADDRESS_BLOCKED, timedelta(minutes=30)),
    5: (Outcome.BATCH_REFUSED, Reason.BAD_REQUEST, None),
    6: (Outcome.BATCH_REFUSED, Reason.TEXT_FORBIDDEN, None),
    7: (Outcome.BATCH_REFUSED, Reason.NUMBER_REFUSED, None),
    8: (Outcome.BATCH_REFUSED, Reason.NUMBER_REFUSED, None),
    # "The same request within a minute, or 15 at once." Ours is fresh, so this very one was not taken.
    9: (Outcome.TRY_LATER, Reason.PROVIDER_BUSY, timedelta(seconds=60)),
}
"""`error_code` of a whole request (send.php, "error codes")."""

NUMBER_ERRORS: dict[int, Reason] = {
    **{code: reason for code, reason in ERROR_DETAILS.items() if reason is not Reason.NO_REPORT},
    6: Reason.TEXT_FORBIDDEN,
    7: Reason.NUMBER_REFUSED,
    8: Reason.NUMBER_REFUSED,
}
"""`error` of one number in the answer to send.php. Unconfirmed which of the two tables it comes from: while
an SMS is handed over no phone can be switched off yet, so 6 is the text."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")
_NOTHING = (None, "", "0", 0)
"""What `status` and `error` of a number are when there is nothing to say; "passed on" is status 0 too."""


class SMSC:
    """SMSC: `login` and `secret` are the account's login and password (an additional password too)."""

    name = "smsc"
    title = "SMSC"
    default_base_url = "https://smsc.ru"
    # The largest batch is not documented; 100 stays well inside what others send.
    abilities = Abilities(batch_size=100, balance=True, callback_per_account=True)

    def reference(self, request_id: str, message: Outgoing) -> str:
        """Return `<request id>:<phone's digits>`."""
        return f"{request_id}:{_digits(message.phone)}"

    def send(
        self, credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> list[Answer]:
        """Send up to 100 messages in one request; their shortest `valid_for` holds for all of them."""
        form = _signed_in(credentials) | _texts(messages)
        form |= {"id": request_id, "op": "1", "err": "1"}
        if credentials.sender:
            form["sender"] = credentials.sender
        if valid := [message.valid_for for message in messages if message.valid_for is not None]:
            form["valid"] = _hours_and_minutes(min(valid))
        try:
            reply = http.call("POST", _url(credentials, "send"), deadline=deadline, form=form)
        except http.NotSent:
            return [NOT_SENT] * len(messages)
        except http.NoAnswer:
            return [NO_ANSWER] * len(messages)
        return read_reply(reply, credentials, messages)

    def balance(self, credentials: Credentials, deadline: float) -> Balance:
        """Ask balance.php for the amount and its currency; raise `BalanceFailed`."""
        form = _signed_in(credentials) | {"cur": "1"}
        try:
            reply = http.call("POST", _url(credentials, "balance"), deadline=deadline, form=form)
        except http.NotSent as error:
            raise BalanceFailed(Reason.PROVIDER_UNREACHABLE) from error
        except http.NoAnswer as error:
            raise BalanceFailed(Reason.NO_ANSWER) from error
        answer = json_object(reply.body)
        amount, currency = money(answer.get("balance")), word(answer.get("currency"))
        if reply.status == 200 and amount is not None and re.fullmatch("[A-Z]{3}", currency):
            return Balance(amount, currency)
        code = whole(answer.get("error_code"))
        if code in SEND_ERRORS:
            raise BalanceFailed(SEND_ERRORS[code][1], f"{reply.status} error {code}")
        raise strange_balance(reply, credentials)

    def parse_receipt(self, request: CallbackRequest, credentials: Credentials) -> list[Receipt]:
        """Check the address and the signature, and read the receipts; raise `Forged` or `Garbled`."""
        return smsc_receipts.parse_receipt(request, credentials)

    def settle(self, status: str, error: str) -> Settled:
        """Say what a status and its `err` mean; one that SMSC's table does not list means nothing."""
        return smsc_receipts.settle(status, error)


def read_reply(reply: http.Reply, credentials: Credentials, messages: Sequence[Outgoing]) -> list[Answer]:
    """Read the answer of send.php: one answer a message; what it does not say clearly is unknown."""
    answer = json_object(reply.body)
    if reply.status != 200:
        return strange(reply, credentials, messages)
    if "error" in answer or "error_code" in answer:
        code = whole(answer.get("error_code"))
        if code in SEND_ERRORS and not whole(answer.get("cnt")):
            return _refused(code, len(messages))
        return strange(reply, credentials, messages)
    numbers = answer.get("phones")
    if numbers is None and len(messages) == 1:
        # The documented short answer: for a single message it leaves no doubt whom it is about.
        numbers = [{"phone": messages[0].phone, "cost": answer.get("cost")}]
    entries = _by_phone(numbers)
    answers = [_answer(answer, entries.get(_digits(message.phone)), len(messages)) for message in messages]
    unclear = strange(reply, credentials, messages) if None in answers else []
    return [clear or unclear[position] for position, clear in enumerate(answers)]


def _refused(code: int, count: int) -> list[Answer]:
    outcome, reason, retry_after = SEND_ERRORS[code]
    if outcome is Outcome.BATCH_REFUSED and count == 1:
        outcome = Outcome.REJECTED
    return [Answer(outcome, reason, retry_after=retry_after, raw=f"200 error {code}")] * count


def _by_phone(numbers: object) -> dict[str, dict[str, Any] | None]:
    """Return the entries of an answer by the phone's digits; None for a phone that stands there twice."""
    entries: dict[str, dict[str, Any] | None] = {}
    for entry in numbers if isinstance(numbers, list) else []:
        if isinstance(entry, dict):
            phone = _digits(word(entry.get("phone")))
            entries[phone] = None if phone in entries else entry
    return entries


def _answer(answer: dict[str, Any], entry: dict[str, Any] | None, count: int) -> Answer | None:
    """Return what an answer says about one number; None when that is not clear."""
    if entry is None:
        return None
    identifier, taken = word(answer.get("id")), whole(answer.get("cnt"))
    status, error = whole(entry.get("status")), whole(entry.get("error"))
    told = (("200 cnt", taken), ("status", status), ("error", error))
    raw = " ".join(f"{name} {value}" for name, value in told if value is not None)
    if entry.get("error") not in _NOTHING:
        return Answer(Outcome.REJECTED, NUMBER_ERRORS[error], raw=raw) if error in NUMBER_ERRORS else None
    if entry.get("status") in _NOTHING:
        status = 0
    if status not in STATUSES or not taken:
        return None
    settled = STATUSES[status]
    if settled.state is State.UNDELIVERED:
        return Answer(Outcome.REJECTED, settled.reason, raw=raw)
    return Answer(
        Outcome.ACCEPTED,
        provider_id=identifier if _ID.fullmatch(identifier) else None,
        parts=taken if count == 1 else None,
        price=price(entry.get("cost")),
        raw=raw,
    )


def _signed_in(credentials: Credentials) -> dict[str, str]:
    return {"login": credentials.login, "psw": credentials.secret, "charset": "utf-8", "fmt": "3"}


def _texts(messages: Sequence[Outgoing]) -> dict[str, str]:
    """Return one message as it is; of several, one a line, where a text's own newline is written `\\n`."""
    if len(messages) == 1:
        return {"phones": _digits(messages[0].phone), "mes": messages[0].text}
    lines = (
        f"{_digits(message.phone)}:" + "\\n".join(re.split(r"\r\n|\r|\n", message.text))
        for message in messages
    )
    return {"list": "\n".join(lines)}


def _hours_and_minutes(validity: timedelta) -> str:
    """Write a validity as SMSC takes it, from 00:01 to 24:00."""
    minutes = max(1, min(24 * 60, validity // timedelta(minutes=1)))
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _url(credentials: Credentials, script: str) -> str:
    return f"{credentials.base_url.rstrip('/')}/sys/{script}.php"


def _digits(phone: str) -> str:
    return phone.removeprefix("+")
