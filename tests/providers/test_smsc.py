"""SMSC's protocol: batches, errors inside a 200, callbacks of the whole account."""

import json
import socket
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from time import monotonic, sleep
from typing import Any

import pytest

from smsadmin.providers import provider
from smsadmin.providers.base import Missing, Outcome, Receipt
from smsadmin.providers.smsc_errors import SEND_ERRORS
from smsadmin.reasons import Reason
from tests.providers.canned import Canned, socket_server
from tests.providers.samples import REQUEST_ID, SECRETS, TEXT, account, message, question, send

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
        {"id": 7, "cnt": 1, "phones": [_entry(1, error="245")]},
        {"id": 7, "cnt": 1, "phones": [_entry(1, error="bad number")]},
        {"id": 7, "cnt": 1, "phones": [_entry(1, error=["7"])]},
        {"id": 7, "cnt": 1, "phones": [_entry(1, status="99")]},
        {"id": 7, "cnt": 1, "phones": [_entry(1, status="what?")]},
        {"id": 7, "cnt": 0, "phones": [_entry(1)]},
        {"id": 7, "phones": [_entry(1)]},
        {"id": 7, "cnt": 1, "error": "what", "error_code": 7},
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


def test_after_an_error_of_the_account_its_time_passes() -> None:
    assert SEND_ERRORS[9][2] == timedelta(seconds=60)
    assert SEND_ERRORS[4][2] == timedelta(minutes=30)


def test_a_number_with_an_error_of_no_table_failed_unclassified(canned: Canned) -> None:
    [answer] = _sent(canned, {"id": 7, "cnt": 1, "phones": [_entry(1, error="777")]})

    assert (answer.outcome, answer.reason) == (Outcome.REJECTED, Reason.UNCLASSIFIED)
    assert "error 777" in answer.raw


REPEATED = {"error": "duplicate request", "error_code": 9}


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"status": -3}, "try_later"),
        ({"status": 1, "cost": "3.50"}, "accepted"),
        ({"status": 20, "err": 1}, "accepted"),
        ({"status": 99}, "unknown"),
        ({"error": "too many", "error_code": 9}, "unknown"),
        (b"<html>", "unknown"),
    ],
)
def test_after_the_error_of_a_repeated_request_its_status_is_asked_first(
    told: object, outcome: str, canned: Canned
) -> None:
    canned.answer(200, told, page="status.php")

    [answer] = _sent(canned, REPEATED)

    assert [seen.path for seen in canned.seen] == ["/sys/send.php", "/sys/status.php"]
    assert (canned.seen[1].form["id"], canned.seen[1].form["phone"]) == (REQUEST_ID, "79260000001")
    assert answer.outcome.value == outcome


def test_of_a_repeated_batch_only_what_never_arrived_is_sent_again(canned: Canned) -> None:
    found = [
        {"status": status, "id": REQUEST_ID, "phone": f"7926000000{i}"} for i, status in ((1, 1), (2, -3))
    ]
    canned.answer(200, found, page="status.php")

    answers = _sent(canned, REPEATED, 3)

    assert [answer.outcome.value for answer in answers] == ["accepted", "try_later", "unknown"]
    assert answers[1].retry_after == timedelta(seconds=60)


def test_asking_first_stays_within_the_deadline_of_the_whole_call() -> None:
    begun = monotonic()

    with socket_server(_refusing_then_silent) as address:
        [answer] = SMSC.send(account(SMSC, f"http://{address}"), REQUEST_ID, [message()], deadline=2)

    assert monotonic() - begun < 10
    assert answer.outcome is Outcome.UNKNOWN


def _refusing_then_silent(connection: socket.socket) -> None:
    asked = connection.recv(65_536)
    if b"status.php" in asked:
        sleep(20)
    body = json.dumps(REPEATED).encode()
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)


def test_many_are_asked_about_in_one_request(canned: Canned) -> None:
    canned.answer(200, [{"status": 1}, {"status": -3}, {"status": 20}])
    asked = [question(SMSC, number) for number in (1, 2, 3)]

    found = SMSC.lookup(account(SMSC, canned.url), asked, 5)

    assert canned.seen[0].form["phone"] == "79260000001,79260000002,79260000003"
    assert canned.seen[0].form["id"] == ",".join([REQUEST_ID] * 3)
    assert [found[1], [one.status for one in (found[0], found[2]) if isinstance(one, Receipt)]] == [
        Missing.NOT_FOUND,
        ["1", "20"],
    ]


def test_names_in_an_answer_go_before_its_order(canned: Canned) -> None:
    canned.answer(
        200,
        [{"status": 20, "phone": "79260000002", "id": REQUEST_ID}, {"status": 1, "phone": "79260000001"}],
    )

    found = SMSC.lookup(account(SMSC, canned.url), [question(SMSC, 1), question(SMSC, 2)], 5)

    assert [one.status for one in found if isinstance(one, Receipt)] == ["1", "20"]


def test_fewer_answers_than_questions_say_nothing_by_their_order(canned: Canned) -> None:
    canned.answer(200, [{"status": 1}])

    found = SMSC.lookup(account(SMSC, canned.url), [question(SMSC, 1), question(SMSC, 2)], 5)

    assert found == [Missing.UNCLEAR, Missing.UNCLEAR]


def test_an_answer_that_names_only_a_phone_says_nothing_where_the_phone_was_asked_about_twice(
    canned: Canned,
) -> None:
    one = question(SMSC)
    other = replace(one, request_id="another", reference="another:79260000001")
    canned.answer(200, [{"status": 1, "phone": "79260000001"}])

    found = SMSC.lookup(account(SMSC, canned.url), [one, other], 5)

    assert found == [Missing.UNCLEAR, Missing.UNCLEAR]
