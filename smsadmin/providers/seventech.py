"""SevenTech (my.seven.tech, messaging/v1): one message a request, as JSON; half its manual is unread.

So an answer of an unknown shape is "outcome unknown", and a state that is not in the table is kept and shown,
never guessed. Not to be confused with seven.io.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smsadmin.providers import http
from smsadmin.providers.base import (
    Abilities,
    Answer,
    Balance,
    CallbackRequest,
    CheckFailed,
    Credentials,
    Forged,
    Found,
    Garbled,
    Outcome,
    Outgoing,
    Question,
    Quote,
    Receipt,
    Settled,
)
from smsadmin.providers.reading import NO_ANSWER, NOT_SENT, json_object, kept, receipt_word, strange, word
from smsadmin.providers.verdicts import judged, of_answers
from smsadmin.reasons import Reason
from smsadmin.states import State


@dataclass(frozen=True)
class Unconfirmed:
    """All that SevenTech's manual was not read for: seen in clients of the same platform, or inferred.

    A test account corrects it here, in one place.
    """

    channel: str = "sms"
    recipient_type: str = "MSISDN"
    """Its value is the phone's digits without the plus."""
    state: str = "state"
    """The field of an answer and of a callback that says what became of the message."""
    accepted: str = "ACCEPTED"
    """`state` of an answer that says "taken"."""
    identifier: str = "txId"
    """The field of an answer with the provider's own id."""
    reference: str = "clientRequestId"
    """The field of a callback that repeats ours; confirmed for the request only."""
    states: Mapping[str, Settled] = field(
        default_factory=lambda: {
            "ACCEPTED": Settled(State.ACCEPTED),
            "DELIVERED": Settled(State.DELIVERED),
            "SEEN": Settled(State.DELIVERED),
            "EXPIRED": Settled(State.UNDELIVERED, Reason.EXPIRED_AT_OPERATOR),
        }
    )
    """`state` of a callback."""
    errors: Mapping[int, tuple[Outcome, Reason]] = field(
        default_factory=lambda: {
            400: (Outcome.REJECTED, Reason.UNCLASSIFIED),
            401: (Outcome.ACCOUNT_PROBLEM, Reason.WRONG_PASSWORD),
            402: (Outcome.ACCOUNT_PROBLEM, Reason.NO_MONEY),
            403: (Outcome.ACCOUNT_PROBLEM, Reason.ACCOUNT_REFUSED),
            422: (Outcome.REJECTED, Reason.UNCLASSIFIED),
        }
    )
    """HTTP statuses that say that nothing was taken, by what HTTP itself means (RFC 9110, chapter 15.5). They
    count only with a JSON object or nothing behind them: a page in HTML comes from something on the way."""

    def step(self, phone: str, text: str, sender: str) -> dict[str, Any]:
        """Return the one step of a scenario: only the scenario itself is confirmed."""
        recipient = {"type": self.recipient_type, "value": phone.removeprefix("+")}
        step = {"channel": self.channel, "recipient": recipient, "text": text}
        return step | ({"sender": sender} if sender else {})


WIRE = Unconfirmed()

_STATE = re.compile(r"[\w .:-]{1,40}", re.ASCII)
_ID = re.compile(r"[\w.:-]{1,80}", re.ASCII)
"""As long as the ledger keeps."""


class SevenTech:
    """SevenTech: `login` and `secret` are those of the contract; there is no balance to ask for."""

    name = "seventech"
    title = "SevenTech"
    default_base_url = "https://my.seven.tech"
    abilities = Abilities(
        batch_size=1,
        own_ids=True,
        lookup=None,
        balance=False,
        quote=False,
        schedule=False,
        api_key=False,
        callback_per_account=False,
        tells=frozenset(reason for _, reason in WIRE.errors.values()) - {Reason.UNCLASSIFIED},
    )

    def reference(self, request_id: str, message: Outgoing) -> str:
        """Return the attempt's id, which the callback's address and `clientRequestId` carry."""
        return message.attempt_id

    @judged(of_answers)
    def send(
        self, credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> list[Answer]:
        """Send one message; `ValueError` when there are more. No validity is passed on: no field is known."""
        [message] = messages
        step = WIRE.step(message.phone, message.text, credentials.sender)
        order: dict[str, Any] = {"scenario": [step], "clientRequestId": message.attempt_id}
        if message.callback_url:
            order["callback"] = message.callback_url
        url = f"{credentials.base_url.rstrip('/')}/messaging/v1/send"
        auth = (credentials.login, credentials.secret)
        try:
            reply = http.call("POST", url, deadline=deadline, auth=auth, json=order, way=credentials.way)
        except http.NotSent:
            return [NOT_SENT]
        except http.NoAnswer:
            return [NO_ANSWER]
        return [read_reply(reply, credentials, message)]

    def balance(self, credentials: Credentials, deadline: float) -> Balance:
        """Raise `CheckFailed`: SevenTech's manual has no balance (see `abilities`)."""
        raise CheckFailed(Reason.UNCLASSIFIED, "SevenTech does not tell the balance")

    def quote(self, credentials: Credentials, messages: Sequence[Outgoing], deadline: float) -> Quote:
        """Raise `CheckFailed`: SevenTech's manual has no prices (see `abilities`)."""
        raise CheckFailed(Reason.UNCLASSIFIED, "SevenTech does not tell prices")

    def lookup(self, credentials: Credentials, questions: Sequence[Question], deadline: float) -> list[Found]:
        """Raise `CheckFailed`: SevenTech's manual has no way to ask (see `abilities`)."""
        raise CheckFailed(Reason.UNCLASSIFIED, "SevenTech cannot be asked what became of an SMS")

    def parse_receipt(self, request: CallbackRequest, credentials: Credentials) -> list[Receipt]:
        """Read a callback; its unguessable address is all that proves it, and the caller looks the key up."""
        if not request.key:
            raise Forged("the callback's address carries no key")
        fields: Mapping[str, Any] = json_object(request.body) or request.form
        told = word(fields.get(WIRE.reference))
        if told and not hmac.compare_digest(
            told.encode(errors="replace"), request.key.encode(errors="replace")
        ):
            raise Forged("the callback is about another message than its address")
        if not fields:
            raise Garbled("the callback is neither a JSON object nor a form")
        return [Receipt(request.key, receipt_word(fields.get(WIRE.state), _STATE, "state"))]

    def settle(self, status: str, error: str) -> Settled:
        """Say what a state means; one that the table does not list means nothing."""
        return WIRE.states.get(status, Settled(None, Reason.UNCLASSIFIED))


def read_reply(reply: http.Reply, credentials: Credentials, message: Outgoing) -> Answer:
    """Read the answer to messaging/v1/send; what it does not say clearly is unknown."""
    answer = json_object(reply.body)
    if reply.status in WIRE.errors and (answer or reply.body.strip() in (b"", b"{}")):
        outcome, reason = WIRE.errors[reply.status]
        return Answer(outcome, reason, raw=kept(reply, credentials, [message]))
    if not 200 <= reply.status < 300 or answer.get(WIRE.state) != WIRE.accepted:
        return strange(reply, credentials, [message])[0]
    identifier = word(answer.get(WIRE.identifier))
    return Answer(
        Outcome.ACCEPTED,
        provider_id=identifier if _ID.fullmatch(identifier) else None,
        raw=f"{reply.status} {WIRE.accepted}",
    )
