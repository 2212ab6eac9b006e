"""SMSC's protocol: batches, errors inside a 200, callbacks of the whole account."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from smsadmin.providers import provider
from smsadmin.providers.base import Outcome
from smsadmin.providers.smsc import SEND_ERRORS
from smsadmin.reasons import Reason
from tests.providers.canned import Canned
from tests.providers.samples import REQUEST_ID, SECRETS, TEXT, account, message, send

SMSC = provider("smsc")
KEY = SECRETS[1]


def _sent(canned: Canned, content: object, count: int = 1) -> list[Any]:
    canned.answer(200, content)
    return send(SMSC, account(SMSC, canned.url), [message(number) for number in range(1, count + 1)])


def _entry(number: int, **fields: object) -> dict[str, object]:
    return {"phone": f"7926000{number:04}", "cost": "3.50", **fields}


def test_one_message_goes_with_its_text_as_it_is(canned: Canned) -> None:
    _sent(canned, {})

    assert canned.seen[0].path == "/sys/send.php"
    assert canned.seen[0].form == {
        "login": "shop",
        "psw": SECRETS[0],
        "charset": "utf-8",
        "fmt": "3",
        "phones": "79260000001",
        "mes": TEXT,
        "id": REQUEST_ID,
        "op": "1",
        "err": "1",
    }


def test_several_messages_go_one_a_line_with_newlines_escaped(canned: Canned) -> None:
    texts = ["раз", "два: три\r\nчетыре\nпять"]
    messages = [message(number, text=text) for number, text in enumerate(texts, 1)]

    send(SMSC, account(SMSC, canned.url), messages)

    form = canned.seen[0].form
    assert form["list"] == "79260000001:раз\n79260000002:два: три\\nчетыре\\nпять"
    assert not {"phones", "mes"} & set(form)


@pytest.mark.parametrize(
    ("validities", "valid"),
    [
        ([None], None),
        ([timedelta(seconds=5)], "00:01"),
        ([timedelta(hours=2, minutes=30, seconds=59)], "02:30"),
        ([timedelta(days=3)], "24:00"),
        ([None, timedelta(hours=5), timedelta(hours=3)], "03:00"),
    ],
)
def test_the_shortest_validity_holds(
    validities: list[timedelta | None], valid: str | None, canned: Canned
) -> None:
    messages = [message(number, valid_for) for number, valid_for in enumerate(validities, 1)]

    send(SMSC, account(SMSC, canned.url), messages)

    assert canned.seen[0].form.get("valid") == valid


def test_the_reference_is_the_request_and_the_phone() -> None:
    assert SMSC.reference(REQUEST_ID, message()) == f"{REQUEST_ID}:79260000001"


def test_each_number_of_a_batch_gets_its_own_answer(canned: Canned) -> None:
    numbers = [
        _entry(3),
        _entry(2, cost="0", error="7"),
        {"phone": 79260000001, "cost": 3.5, "status": "-1"},
        _entry(4, status="22", error="249"),
        _entry(5, status="20"),
    ]

    answers = _sent(canned, {"id": REQUEST_ID, "cnt": 4, "phones": numbers}, 6)

    assert [answer.outcome.value for answer in answers] == [
        "accepted",
        "rejected",
        "accepted",
        "rejected",
        "rejected",
        "unknown",
    ]
    assert answers[0].price == Decimal("3.5")
    assert answers[0].parts is None
    assert answers[1].reason is Reason.NUMBER_REFUSED
    assert answers[5].reason is Reason.STRANGE_ANSWER


def test_a_single_message_learns_its_parts_and_price(canned: Canned) -> None:
    [answer] = _sent(canned, {"id": 7, "cnt": "2", "phones": [_entry(1, cost="7.00", error="0")]})

    assert (answer.outcome, answer.provider_id, answer.parts) == (Outcome.ACCEPTED, "7", 2)
    assert answer.price == Decimal("7.00")


def test_the_short_answer_is_clear_for_a_single_message_only(canned: Canned) -> None:
    [alone] = _sent(canned, {"id": 7, "cnt": 1, "cost": "3.50"})
    several = _sent(canned, {"id": 7, "cnt": 2}, 2)

    assert (alone.outcome, alone.price) == (Outcome.ACCEPTED, Decimal("3.50"))
    assert {answer.outcome for answer in several} == {Outcome.UNKNOWN}


@pytest.mark.parametrize(
    "content",
    [
        {"id": 7, "cnt": 1, "phones": []},
        {"id": 7, "cnt": 1, "phones": {"79260000001": "ok"}},
        {"id": 7, "cnt": 1, "phones": [_entry(1), _entry(1, error="7")]},
        {"id": 7, "cnt": 1, "phones": [_entry(1, error="777")]},
        {"id": 7, "cnt": 1, "phones": [_entry(1, error="bad number")]},
        {"id": 7, "cnt": 1, "phones": [_entry(1, error=["7"])]},
        {"id": 7, "cnt": 1, "phones": [_entry(1, status="99")]},
        {"id": 7, "cnt": 1, "phones": [_entry(1, status="what?")]},
        {"id": 7, "cnt": 0, "phones": [_entry(1)]},
        {"id": 7, "phones": [_entry(1)]},
        {"id": 7, "cnt": 1, "error": "what", "error_code": 7},
        {"error": "what", "error_code": 99},
        {"error": "what"},
    ],
)
def test_what_is_not_clearly_answered_is_unknown(content: object, canned: Canned) -> None:
    [answer] = _sent(canned, content)

    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, Reason.STRANGE_ANSWER)


@pytest.mark.parametrize(
    ("code", "alone", "together", "reason"),
    [
        (1, "rejected", "batch_refused", "bad_request"),
        (2, "account_problem", "account_problem", "wrong_password"),
        (3, "account_problem", "account_problem", "no_money"),
        (4, "account_problem", "account_problem", "address_blocked"),
        (5, "rejected", "batch_refused", "bad_request"),
        (6, "rejected", "batch_refused", "text_forbidden"),
        (7, "rejected", "batch_refused", "number_refused"),
        (8, "rejected", "batch_refused", "number_refused"),
        (9, "try_later", "try_later", "provider_busy"),
    ],
)
def test_an_error_of_the_whole_request(
    code: int, alone: str, together: str, reason: str, canned: Canned
) -> None:
    for count, outcome in ((1, alone), (2, together)):
        answers = _sent(canned, {"error": "words", "error_code": str(code)}, count)

        assert [(answer.outcome.value, answer.reason.value) for answer in answers] == [
            (outcome, reason)
        ] * count
        assert answers[0].raw == f"200 error {code}"
        assert answers[0].retry_after == SEND_ERRORS[code][2]


def test_after_the_identical_request_error_a_minute_passes() -> None:
    assert SEND_ERRORS[9][2] == timedelta(seconds=60)
    assert SEND_ERRORS[4][2] == timedelta(minutes=30)
