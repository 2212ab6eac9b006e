"""SevenTech's protocol as far as it is known: one message a request, nothing guessed."""

import json

import pytest

from smsadmin.providers import provider
from smsadmin.providers.base import Forged, Garbled, Outcome
from smsadmin.reasons import Reason
from smsadmin.states import State
from tests.providers.canned import Canned
from tests.providers.samples import TEXT, account, callback, message, send

SEVENTECH = provider("seventech")


def test_a_message_goes_as_one_scenario(canned: Canned) -> None:
    send(SEVENTECH, account(SEVENTECH, canned.url, "MyBrand"))

    [seen] = canned.seen
    assert seen.path == "/messaging/v1/send"
    assert seen.headers["authorization"].startswith("Basic ")
    assert seen.json == {
        "scenario": [
            {
                "channel": "sms",
                "recipient": {"type": "MSISDN", "value": "79260000001"},
                "sender": "MyBrand",
                "text": TEXT,
            }
        ],
        "callback": "https://shop.example/sms/receipts/attempt1",
        "clientRequestId": "attempt1",
    }


@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_accepted_message_keeps_its_number_there(status: int, canned: Canned) -> None:
    canned.answer(status, {"state": "ACCEPTED", "txId": "tx-1"})

    [answer] = send(SEVENTECH, account(SEVENTECH, canned.url))

    assert (answer.outcome, answer.provider_id) == (Outcome.ACCEPTED, "tx-1")


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, {"state": "REJECTED", "txId": "tx-1"}),
        (200, {"state": "DELIVERED", "txId": "tx-1"}),
        (200, {"txId": "tx-1"}),
        (302, {"state": "ACCEPTED"}),
        (404, {"error": "no such page"}),
        (429, {}),
        (400, b"<html>bad request</html>"),
        (401, b"<html>sign in to the proxy</html>"),
    ],
)
def test_an_answer_of_an_unknown_shape_is_unknown(status: int, content: object, canned: Canned) -> None:
    canned.answer(status, content)

    [answer] = send(SEVENTECH, account(SEVENTECH, canned.url))

    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, Reason.STRANGE_ANSWER)


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (400, Outcome.REJECTED, Reason.UNCLASSIFIED),
        (401, Outcome.ACCOUNT_PROBLEM, Reason.WRONG_PASSWORD),
        (402, Outcome.ACCOUNT_PROBLEM, Reason.NO_MONEY),
        (403, Outcome.ACCOUNT_PROBLEM, Reason.ACCOUNT_REFUSED),
        (422, Outcome.REJECTED, Reason.UNCLASSIFIED),
    ],
)
def test_what_http_itself_calls_a_refusal_was_not_taken(
    status: int, outcome: Outcome, reason: Reason, canned: Canned
) -> None:
    for body in (b"", b"{}", b'{"error": "because", "state": "ACCEPTED"}'):
        canned.answer(status, body)

        [answer] = send(SEVENTECH, account(SEVENTECH, canned.url))

        assert (answer.outcome, answer.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("ACCEPTED", State.ACCEPTED, None),
        ("DELIVERED", State.DELIVERED, None),
        ("SEEN", State.DELIVERED, None),
        ("EXPIRED", State.UNDELIVERED, Reason.EXPIRED_AT_OPERATOR),
        ("REJECTED", None, Reason.UNCLASSIFIED),
        ("delivered", None, Reason.UNCLASSIFIED),
    ],
)
def test_what_a_state_means(status: str, state: State | None, reason: Reason | None) -> None:
    settled = SEVENTECH.settle(status, "")

    assert (settled.state, settled.reason) == (state, reason)


@pytest.mark.parametrize("state", ["DELIVERED", "SOMETHING_NEW"])
def test_a_receipt_is_read_and_its_state_kept_as_it_came(state: str) -> None:
    body = json.dumps({"state": state, "txId": "tx-1", "clientRequestId": "attempt1"}).encode()

    for request in (callback("attempt1", body=body), callback("attempt1", {"state": state})):
        [receipt] = SEVENTECH.parse_receipt(request, account(SEVENTECH))

        assert receipt.reference == SEVENTECH.reference("any", message(1))
        assert receipt.status == state


def test_a_receipt_about_another_message_than_its_address_is_forged() -> None:
    body = json.dumps({"state": "DELIVERED", "clientRequestId": "attempt2"}).encode()

    with pytest.raises(Forged):
        SEVENTECH.parse_receipt(callback("attempt1", body=body), account(SEVENTECH))


@pytest.mark.parametrize("body", [b"", b"{}", b"DELIVERED", b'{"state": ["DELIVERED"]}', b'{"state": ""}'])
def test_a_callback_without_a_state_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        SEVENTECH.parse_receipt(callback("attempt1", body=body), account(SEVENTECH))
