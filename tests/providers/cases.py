"""What each provider answers on its wire, and what that means: the tables of the contract suite.

A case that a provider has no row for is one that its declaration (`abilities`) says it cannot do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smsadmin.providers.base import Missing, Outcome
from smsadmin.reasons import Reason
from smsadmin.states import State
from tests.providers.samples import REQUEST_ID, TEXT

SID = "SM" + "0" * 32
ASKED_AT = "Wed, 25 Nov 2026 10:00:02 +0000"
"""Two seconds after the attempt of `samples.question()` began, as Twilio writes times."""

Body = Any


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: Body


TAKEN: Mapping[str, Reply] = {
    "smsc": Reply(200, {"id": REQUEST_ID, "cnt": 1, "phones": [{"phone": "79260000001", "cost": "3.50"}]}),
    "twilio": Reply(201, {"sid": SID, "status": "queued", "num_segments": "1", "body": TEXT}),
    "seventech": Reply(200, {"state": "ACCEPTED", "txId": "tx-1"}),
}
"""The answer to a message that was taken."""

REFUSALS: Mapping[str, Mapping[Reason, Reply]] = {
    "smsc": {
        Reason.BAD_REQUEST: Reply(200, {"error": "parameters error", "error_code": 1}),
        Reason.WRONG_PASSWORD: Reply(200, {"error": "authorise error", "error_code": 2}),
        Reason.NO_MONEY: Reply(200, {"error": "no money", "error_code": 3}),
        Reason.ADDRESS_BLOCKED: Reply(200, {"error": "IP is blocked", "error_code": 4}),
        Reason.TEXT_FORBIDDEN: Reply(200, {"error": "message is denied", "error_code": 6}),
        Reason.NUMBER_REFUSED: Reply(200, {"error": "invalid phone format", "error_code": 7}),
    },
    "twilio": {
        Reason.WRONG_PASSWORD: Reply(401, {"code": 20003, "message": "Authenticate", "status": 401}),
        Reason.SENDER_NOT_REGISTERED: Reply(400, {"code": 21606, "message": "not a sender", "status": 400}),
        Reason.ACCOUNT_REFUSED: Reply(400, {"code": 21608, "message": "unverified", "status": 400}),
        Reason.PROVIDER_BUSY: Reply(429, {"code": 20429, "message": "Too Many Requests", "status": 429}),
        Reason.TEXT_FORBIDDEN: Reply(400, {"code": 30450, "message": "blocked", "status": 400}),
        Reason.NUMBER_REFUSED: Reply(400, {"code": 21211, "message": "not a phone", "status": 400}),
        Reason.OPTED_OUT: Reply(400, {"code": 21610, "message": "unsubscribed", "status": 400}),
    },
    "seventech": {
        Reason.WRONG_PASSWORD: Reply(401, {}),
        Reason.NO_MONEY: Reply(402, {}),
        Reason.ACCOUNT_REFUSED: Reply(403, {"error": "blocked"}),
    },
}
"""The answer to a single message that is refused for a reason."""

OUTCOMES: Mapping[Reason, Outcome] = {
    Reason.BAD_REQUEST: Outcome.REJECTED,
    Reason.WRONG_PASSWORD: Outcome.ACCOUNT_PROBLEM,
    Reason.NO_MONEY: Outcome.ACCOUNT_PROBLEM,
    Reason.ADDRESS_BLOCKED: Outcome.ACCOUNT_PROBLEM,
    Reason.SENDER_NOT_REGISTERED: Outcome.ACCOUNT_PROBLEM,
    Reason.ACCOUNT_REFUSED: Outcome.ACCOUNT_PROBLEM,
    Reason.PROVIDER_BUSY: Outcome.TRY_LATER,
    Reason.TEXT_FORBIDDEN: Outcome.REJECTED,
    Reason.NUMBER_REFUSED: Outcome.REJECTED,
    Reason.OPTED_OUT: Outcome.REJECTED,
}
"""What a refusal for this reason is, whoever says it: the suite asks each provider for those it tells."""

NO_TABLE: Mapping[str, Reply] = {
    "smsc": Reply(200, {"error": "something new", "error_code": 777}),
    "twilio": Reply(400, {"code": 77777, "message": "something new", "status": 400}),
    "seventech": Reply(422, {"error": "something new"}),
}
"""A refusal with a code that stands in no table."""

BALANCES: Mapping[str, Reply] = {
    "smsc": Reply(200, {"balance": "98.60", "currency": "RUB", "credit": "0"}),
    "twilio": Reply(200, {"account_sid": "AC", "balance": "98.60", "currency": "USD"}),
}

QUOTES: Mapping[str, Reply] = {"smsc": Reply(200, {"cost": "7.00", "cnt": 2})}
"""The answer to what two parts would cost: 7 together."""

BATCHES: Mapping[str, Reply] = {
    "smsc": Reply(
        200,
        {
            "id": REQUEST_ID,
            "cnt": 1,
            "phones": [{"phone": "79260000001", "cost": "3.50"}, {"phone": "79260000002", "error": "7"}],
        },
    ),
}
"""The answer to two messages of which the second is refused."""


@dataclass(frozen=True)
class Told:
    """An answer to "what became of it", and what it means: a state, or why it means nothing."""

    reply: Reply
    means: State | Missing


def _listed(**fields: object) -> dict[str, object]:
    usual = {"sid": SID, "to": "+79260000001", "body": TEXT, "date_created": ASKED_AT, "error_code": None}
    return {"messages": [usual | {"status": "delivered"} | fields]}


LOOKUPS: Mapping[str, Mapping[str, Told]] = {
    "smsc": {
        "delivered": Told(Reply(200, {"status": 1, "err": 0, "cost": "3.50"}), State.DELIVERED),
        "delivered, by name": Told(
            Reply(200, [{"status": "1", "id": REQUEST_ID, "phone": "79260000001"}]), State.DELIVERED
        ),
        "not delivered": Told(Reply(200, {"status": 20, "err": 1}), State.UNDELIVERED),
        "on its way": Told(Reply(200, {"status": "-1"}), State.ACCEPTED),
        "never arrived": Told(Reply(200, {"status": -3}), Missing.NOT_FOUND),
        "never arrived, as an error": Told(
            Reply(200, {"error": "message not found", "error_code": 3}), Missing.NOT_FOUND
        ),
        "about another phone": Told(Reply(200, {"status": 1, "phone": "79260000009"}), Missing.UNCLEAR),
        "about another request": Told(Reply(200, [{"status": 1, "id": "another"}]), Missing.UNCLEAR),
        "a status of no table": Told(Reply(200, {"status": 99}), Missing.UNCLEAR),
    },
    "twilio": {
        "delivered": Told(Reply(200, _listed()), State.DELIVERED),
        "not delivered": Told(Reply(200, _listed(status="undelivered", error_code=30003)), State.UNDELIVERED),
        "on its way": Told(Reply(200, _listed(status="sent")), State.ACCEPTED),
        "never arrived": Told(Reply(200, {"messages": []}), Missing.NOT_FOUND),
        "another text": Told(Reply(200, _listed(body="Другое")), Missing.NOT_FOUND),
        "to another phone": Told(Reply(200, _listed(to="+79260000002")), Missing.NOT_FOUND),
        "before the attempt": Told(
            Reply(200, _listed(date_created="Wed, 25 Nov 2026 09:40:00 +0000")), Missing.NOT_FOUND
        ),
        "long after the attempt": Told(
            Reply(200, _listed(date_created="Wed, 25 Nov 2026 11:00:00 +0000")), Missing.NOT_FOUND
        ),
        "no time": Told(Reply(200, _listed(date_created=None)), Missing.NOT_FOUND),
        "a list that goes on": Told(Reply(200, {"messages": [], "next_page_uri": "/next"}), Missing.UNCLEAR),
        "twice": Told(Reply(200, {"messages": 2 * _listed()["messages"]}), Missing.UNCLEAR),  # type: ignore[operator]
        "a status that is no word": Told(Reply(200, _listed(status=["x"])), Missing.UNCLEAR),
        "no list": Told(Reply(200, {}), Missing.UNCLEAR),
    },
}
