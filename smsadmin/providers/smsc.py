"""SMSC (smsc.ru, HTTP API): one request carries many phones, errors come inside a 200, one callback for all.

A message is known there by (id, phone): our request id is fresh for every request, and so is `id:phone`.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from smsadmin.clock import utc_now
from smsadmin.providers import http, smsc_quote, smsc_receipts, smsc_status
from smsadmin.providers.base import (
    Abilities,
    Answer,
    Balance,
    CallbackRequest,
    CheckFailed,
    Credentials,
    Found,
    Missing,
    Outcome,
    Outgoing,
    Question,
    Quote,
    Receipt,
    Settled,
)
from smsadmin.providers.reading import (
    NO_ANSWER,
    NOT_SENT,
    asking,
    json_object,
    kept,
    price,
    strange,
    strange_check,
    told_balance,
    whole,
    word,
)
from smsadmin.providers.smsc_errors import REPEATED, SEND_ERRORS
from smsadmin.providers.smsc_receipts import ERROR_DETAILS, STATUSES
from smsadmin.providers.smsc_wire import digits, post
from smsadmin.providers.verdicts import judged, of_answers, of_balance, of_found, of_quote
from smsadmin.reasons import Reason
from smsadmin.states import State

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
    """SMSC: `login` and `secret` are the account's login and a password of it, or the secret is its API key."""

    name = "smsc"
    title = "SMSC"
    default_base_url = "https://smsc.ru"
    # The largest batch is not documented, 100 to 500 is prudent; ten halvings stop it, the ninth of 500 is one alone.
    abilities = Abilities(
        batch_size=500,
        own_ids=True,
        lookup=smsc_status.LOOKUP,
        balance=True,
        quote=True,
        schedule=True,
        api_key=True,
        callback_per_account=True,
        tells=frozenset(reason for _, reason, _ in SEND_ERRORS.values()),
    )

    def reference(self, request_id: str, message: Outgoing) -> str:
        """Return `<request id>:<phone's digits>`."""
        return f"{request_id}:{digits(message.phone)}"

    def send(
        self, credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> list[Answer]:
        """Send up to 500 messages in one request; their shortest `valid_for` holds for all of them."""
        end = monotonic() + deadline
        answers, repeated = self._hand_over(credentials, request_id, messages, deadline)
        if repeated:
            return self._after_asking(credentials, request_id, messages, answers, end - monotonic())
        return answers

    @judged(lambda told: of_answers(told[0]))
    def _hand_over(
        self, credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> tuple[list[Answer], bool]:
        """Return the answers of send.php, and whether it has had this very request before."""
        form = _texts(messages) | {"id": request_id, "op": "1", "err": "1"}
        if credentials.sender:
            form["sender"] = credentials.sender
        if valid := [message.valid_for for message in messages if message.valid_for is not None]:
            form["valid"] = _hours_and_minutes(min(valid))
        try:
            reply = post(credentials, "send", form, deadline)
        except http.NotSent:
            return [NOT_SENT] * len(messages), False
        except http.NoAnswer:
            return [NO_ANSWER] * len(messages), False
        repeated = whole(json_object(reply.body).get("error_code")) == REPEATED
        return read_reply(reply, credentials, messages), repeated

    def _after_asking(
        self,
        credentials: Credentials,
        request_id: str,
        messages: Sequence[Outgoing],
        refused: list[Answer],
        deadline: float,
    ) -> list[Answer]:
        """Ask whether an earlier copy of a refused request was taken: only what was not is sent again."""
        now = utc_now()
        asked = [
            Question(self.reference(request_id, each), request_id, each.phone, each.text, now)
            for each in messages
        ]
        try:
            found = self.lookup(credentials, asked, deadline)
        except CheckFailed:
            found = [Missing.UNCLEAR] * len(messages)
        return [_taken_before(refusal, told) for refusal, told in zip(refused, found, strict=True)]

    @judged(of_balance)
    def balance(self, credentials: Credentials, deadline: float) -> Balance:
        """Ask balance.php for the amount and its currency; raise `CheckFailed`."""
        with asking():
            reply = post(credentials, "balance", {"cur": "1"}, deadline)
        if told := told_balance(reply):
            return told
        code = whole(json_object(reply.body).get("error_code"))
        if code in SEND_ERRORS:
            raise CheckFailed(SEND_ERRORS[code][1], f"{reply.status} error {code}")
        raise strange_check(reply, credentials)

    @judged(of_quote)
    def quote(self, credentials: Credentials, messages: Sequence[Outgoing], deadline: float) -> Quote:
        """Ask send.php for the price alone (`cost=1`: nothing is sent); raise `CheckFailed`."""
        form = _texts(messages) | {"cost": "1"}
        if credentials.sender:
            form["sender"] = credentials.sender
        return smsc_quote.quote(credentials, form, messages, deadline)

    @judged(of_found)
    def lookup(self, credentials: Credentials, questions: Sequence[Question], deadline: float) -> list[Found]:
        """Ask status.php about up to 100 messages; raise `CheckFailed`."""
        return smsc_status.lookup(credentials, questions, deadline)

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
        if code is None or whole(answer.get("cnt")):
            return strange(reply, credentials, messages)
        return _refused(code, kept(reply, credentials, messages), len(messages))
    numbers = answer.get("phones")
    if numbers is None and len(messages) == 1:
        # The documented short answer: for a single message it leaves no doubt whom it is about.
        numbers = [{"phone": messages[0].phone, "cost": answer.get("cost")}]
    entries = _by_phone(numbers)
    answers = [_answer(answer, entries.get(digits(message.phone)), len(messages)) for message in messages]
    unclear = strange(reply, credentials, messages) if None in answers else []
    return [clear or unclear[position] for position, clear in enumerate(answers)]


def _refused(code: int, raw: str, count: int) -> list[Answer]:
    """Answer for a request that was refused as a whole; a code of no table is never tried again."""
    if code not in SEND_ERRORS:
        return [Answer(Outcome.REJECTED, Reason.UNCLASSIFIED, raw=raw)] * count
    outcome, reason, retry_after = SEND_ERRORS[code]
    if outcome is Outcome.BATCH_REFUSED and count == 1:
        outcome = Outcome.REJECTED
    return [Answer(outcome, reason, retry_after=retry_after, raw=f"200 error {code}")] * count


def _taken_before(refusal: Answer, told: Found) -> Answer:
    if told is Missing.NOT_FOUND:
        return refusal
    if told is Missing.UNCLEAR:
        raw = f"{refusal.raw}, and its status is not clear"
        return Answer(Outcome.UNKNOWN, refusal.reason, retry_after=refusal.retry_after, raw=raw)
    return Answer(Outcome.ACCEPTED, price=told.price, raw=f"{refusal.raw}, status {told.status}")


def _by_phone(numbers: object) -> dict[str, dict[str, Any] | None]:
    """Return the entries of an answer by the phone's digits; None for a phone that stands there twice."""
    entries: dict[str, dict[str, Any] | None] = {}
    for entry in numbers if isinstance(numbers, list) else []:
        if isinstance(entry, dict):
            phone = digits(word(entry.get("phone")))
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
        if error is None or ERROR_DETAILS.get(error) is Reason.NO_REPORT:
            return None
        return Answer(Outcome.REJECTED, NUMBER_ERRORS.get(error, Reason.UNCLASSIFIED), raw=raw)
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


def _texts(messages: Sequence[Outgoing]) -> dict[str, str]:
    """Return one message as it is; of several, one a line, where a text's own newline is written `\\n`."""
    if len(messages) == 1:
        return {"phones": digits(messages[0].phone), "mes": messages[0].text}
    lines = (
        f"{digits(message.phone)}:" + "\\n".join(re.split(r"\r\n|\r|\n", message.text))
        for message in messages
    )
    return {"list": "\n".join(lines)}


def _hours_and_minutes(validity: timedelta) -> str:
    """Write a validity as SMSC takes it, from 00:01 to 24:00."""
    minutes = max(1, min(24 * 60, validity // timedelta(minutes=1)))
    return f"{minutes // 60:02}:{minutes % 60:02}"
