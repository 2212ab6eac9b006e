"""Whatever a provider writes fits into the ledger: an outcome that cannot be recorded would be lost."""

import pytest

from smsadmin.providers import provider
from smsadmin.providers.base import Outcome
from tests.providers.canned import Canned
from tests.providers.samples import account, send


@pytest.mark.parametrize("name", ["smsc", "twilio", "seventech"])
@pytest.mark.parametrize("body", [b"\x00 odd \x07", b'{"odd": "\\u0000"}'])
def test_control_characters_of_a_strange_answer_are_left_out(name: str, body: bytes, canned: Canned) -> None:
    canned.answer(200, body)

    [answer] = send(provider(name), account(provider(name), canned.url))

    assert answer.outcome is Outcome.UNKNOWN
    assert answer.raw.isprintable()
    assert "odd" in answer.raw


def test_a_number_longer_than_the_column_is_left_out(canned: Canned) -> None:
    canned.answer(200, {"state": "ACCEPTED", "txId": "x" * 81})

    [answer] = send(provider("seventech"), account(provider("seventech"), canned.url))

    assert (answer.outcome, answer.provider_id) == (Outcome.ACCEPTED, None)


@pytest.mark.parametrize("cost", ["99999999999", "10000000"])
def test_a_price_that_no_sms_has_is_left_out(cost: str, canned: Canned) -> None:
    canned.answer(200, {"id": "1", "cnt": 1, "cost": cost})

    [answer] = send(provider("smsc"), account(provider("smsc"), canned.url))

    assert (answer.outcome, answer.price) == (Outcome.ACCEPTED, None)
