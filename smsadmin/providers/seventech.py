"""SevenTech (my.seven.tech, messaging/v1): one message a request, as JSON; half its manual is unread.

So an answer of an unknown shape is "outcome unknown", and a state that is not in the table is kept and shown,
never guessed. Not to be confused with seven.io.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from smsadmin.providers import http
from smsadmin.providers.base import (
    Abilities,
    Answer,
    Balance,
    BalanceFailed,
    CallbackRequest,
    Credentials,
    Forged,
    Garbled,
    Outcome,
    Outgoing,
    Receipt,
    Settled,
)
from smsadmin.providers.reading import NO_ANSWER, NOT_SENT, json_object, receipt_word, strange, word
from smsadmin.reasons import Reason
from smsadmin.states import State

STATES: dict[str, Settled] = {
    "ACCEPTED": Settled(State.ACCEPTED),
    "DELIVERED": Settled(State.DELIVERED),
    "SEEN": Settled(State.DELIVERED),
    "EXPIRED": Settled(State.UNDELIVERED, Reason.EXPIRED_AT_OPERATOR),
}
"""`state` of an answer and of a callback. Unconfirmed: seen in clients of the same platform only."""

HTTP_ERRORS: dict[int, tuple[Outcome, Reason]] = {
    401: (Outcome.ACCOUNT_PROBLEM, Reason.WRONG_PASSWORD),
}
"""HTTP statuses that say that nothing was taken. Unconfirmed: this one is what HTTP itself means."""

_STATE = re.compile(r"[\w .:-]{1,40}", re.ASCII)
_ID = re.compile(r"[\w.:-]{1,80}", re.ASCII)
"""As long as the ledger keeps."""


class SevenTech:
    """SevenTech: `login` and `secret` are those of the contract; there is no balance to ask for."""

    name = "seventech"
    title = "SevenTech"
    default_base_url = "https://my.seven.tech"
    abilities = Abilities(batch_size=1, balance=False, callback_per_account=False)

    def reference(self, request_id: str, message: Outgoing) -> str:
        """Return the attempt's id, which the callback's address and `clientRequestId` carry."""
        return message.attempt_id

    def send(
        self, credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> list[Answer]:
        """Send one message; `ValueError` when there are more. No validity is passed on: no field is known."""
        [message] = messages
        step: dict[str, Any] = {
            "channel": "sms",
            "recipient": {"type": "MSISDN", "value": message.phone.removeprefix("+")},
            "text": message.text,
        }
        if credentials.sender:
            step["sender"] = credentials.sender
        order: dict[str, Any] = {"scenario": [step], "clientRequestId": message.attempt_id}
        if message.callback_url:
            order["callback"] = message.callback_url
        url = f"{credentials.base_url.rstrip('/')}/messaging/v1/send"
        auth = (credentials.login, credentials.secret)
        try:
            reply = http.call("POST", url, deadline=deadline, auth=auth, json=order)
        except http.NotSent:
            return [NOT_SENT]
        except http.NoAnswer:
            return [NO_ANSWER]
        return [read_reply(reply) or strange(reply, credentials, messages)[0]]

    def balance(self, credentials: Credentials, deadline: float) -> Balance:
        """Raise `BalanceFailed`: SevenTech's manual has no balance (see `abilities`)."""
        raise BalanceFailed(Reason.UNCLASSIFIED, "SevenTech does not tell the balance")

    def parse_receipt(self, request: CallbackRequest, credentials: Credentials) -> list[Receipt]:
        """Read a callback; its unguessable address is all that proves it, and the caller looks the key up."""
        if not request.key:
            raise Forged("the callback's address carries no key")
        fields: Mapping[str, Any] = json_object(request.body) or request.form
        told = word(fields.get("clientRequestId"))
        if told and not hmac.compare_digest(
            told.encode(errors="replace"), request.key.encode(errors="replace")
        ):
            raise Forged("the callback is about another message than its address")
        if not fields:
            raise Garbled("the callback is neither a JSON object nor a form")
        return [Receipt(request.key, receipt_word(fields.get("state"), _STATE, "state"))]

    def settle(self, status: str, error: str) -> Settled:
        """Say what a state means; one that the table does not list means nothing."""
        return STATES.get(status, Settled(None, Reason.UNCLASSIFIED))


def read_reply(reply: http.Reply) -> Answer | None:
    """Read the answer to messaging/v1/send; None when it is not clear what became of the message."""
    if reply.status in HTTP_ERRORS:
        outcome, reason = HTTP_ERRORS[reply.status]
        return Answer(outcome, reason, raw=str(reply.status))
    answer = json_object(reply.body)
    if not 200 <= reply.status < 300 or answer.get("state") != "ACCEPTED":
        return None
    identifier = word(answer.get("txId"))
    return Answer(
        Outcome.ACCEPTED,
        provider_id=identifier if _ID.fullmatch(identifier) else None,
        raw=f"{reply.status} ACCEPTED",
    )
