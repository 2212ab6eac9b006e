"""What every provider keeps to, whatever its protocol: one suite over all three."""

import json
import socket
from dataclasses import replace
from typing import Any

import pytest

from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import (
    BalanceFailed,
    Forged,
    Outcome,
)
from smsadmin.providers.reading import LONGEST_RAW
from smsadmin.reasons import Reason
from tests.providers.canned import Canned, socket_server
from tests.providers.samples import REQUEST_ID, SECRETS, TEXT, account, callback, message, send

TAKEN: dict[str, tuple[int, dict[str, Any]]] = {
    "smsc": (200, {"id": REQUEST_ID, "cnt": 1, "phones": [{"phone": "79260000001", "cost": "3.50"}]}),
    "twilio": (201, {"sid": "SM" + "0" * 32, "status": "queued", "num_segments": "1", "body": TEXT}),
    "seventech": (200, {"state": "ACCEPTED", "txId": "tx-1"}),
}
NO_ACCESS: dict[str, tuple[int, dict[str, Any]]] = {
    "smsc": (200, {"error": "authorise error", "error_code": 2}),
    "twilio": (401, {"code": 20003, "message": "Authenticate", "status": 401}),
    "seventech": (401, {}),
}

every_provider = pytest.mark.parametrize("name", list(PROVIDERS))


def test_the_order_of_providers_is_fixed() -> None:
    assert list(PROVIDERS) == ["smsc", "twilio", "seventech"]
    assert [provider(name).title for name in PROVIDERS] == ["SMSC", "Twilio", "SevenTech"]


@every_provider
def test_a_taken_message_is_accepted(name: str, canned: Canned) -> None:
    canned.answer(*TAKEN[name])

    [answer] = send(provider(name), account(provider(name), canned.url))

    assert answer.outcome is Outcome.ACCEPTED
    assert answer.provider_id
    assert len(canned.seen) == 1


@every_provider
def test_a_wrong_password_is_the_accounts_problem(name: str, canned: Canned) -> None:
    canned.answer(*NO_ACCESS[name])

    [answer] = send(provider(name), account(provider(name), canned.url))

    assert (answer.outcome, answer.reason) == (Outcome.ACCOUNT_PROBLEM, Reason.WRONG_PASSWORD)


@every_provider
def test_a_provider_that_cannot_be_reached_is_tried_later(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    [answer] = send(provider(name), account(provider(name), f"http://127.0.0.1:{port}"))

    assert (answer.outcome, answer.reason) == (Outcome.TRY_LATER, Reason.PROVIDER_UNREACHABLE)
    assert answer.retry_after is not None


@every_provider
def test_a_lost_answer_is_unknown(name: str) -> None:
    with socket_server(lambda connection: connection.recv(65_536)) as address:
        [answer] = send(provider(name), account(provider(name), f"http://{address}"))

    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, Reason.NO_ANSWER)


@every_provider
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"<html>OK</html>"),
        (200, b"{}"),
        (200, b"[]"),
        (200, b'{"id": 1}'),
        (200, b"[" * 100_000),
        (204, b""),
        (301, b""),
        (404, b"<html>not here</html>"),
        (500, b'{"code": 21211}'),
        (502, b'{"state": "ACCEPTED", "txId": "1", "id": "1", "cnt": 1, "error_code": 2}'),
        (503, b'{"sid": "SM00000000000000000000000000000000"}'),
    ],
)
def test_an_answer_that_is_not_clear_is_unknown(name: str, status: int, body: bytes, canned: Canned) -> None:
    canned.answer(status, body)

    [answer] = send(provider(name), account(provider(name), canned.url))

    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, Reason.STRANGE_ANSWER)
    assert answer.raw.startswith(str(status))


@every_provider
def test_nothing_kept_of_an_answer_shows_a_secret_or_the_text(name: str, canned: Canned) -> None:
    said = {"you sent": [TEXT, *SECRETS], "cut": TEXT[:30], "half": "s.example/hXk2"}
    bodies = [
        json.dumps(said).encode(),
        json.dumps(said, ensure_ascii=False).encode(),
        b"mes=%D0%90%D0%BD%D0%BD%D0%B0&psw=the%2Dpassword&u=https%3A%2F%2Fs.example%2FhXk29qPz",
    ]
    for body in bodies:
        canned.answer(500, body)
        [answer] = send(provider(name), account(provider(name), canned.url))

        assert not any(
            secret in answer.raw for secret in ("password", "callback-secret", "hXk2", "Анна", "вход")
        )
        assert "79260000001" not in answer.raw
        assert len(answer.raw) <= LONGEST_RAW


@every_provider
def test_the_text_never_reaches_the_ledger_of_an_accepted_message(name: str, canned: Canned) -> None:
    canned.answer(*TAKEN[name])

    [answer] = send(provider(name), account(provider(name), canned.url))

    assert "s.example" not in answer.raw
    assert "Анна" not in answer.raw


@every_provider
def test_the_text_and_the_phone_arrive_as_they_were(name: str, canned: Canned) -> None:
    canned.answer(*TAKEN[name])

    send(provider(name), account(provider(name), canned.url, sender="Shop"))

    [seen] = canned.seen
    sent = json.dumps(seen.json if name == "seventech" else seen.form, ensure_ascii=False)
    assert json.dumps(TEXT, ensure_ascii=False) in sent
    assert "79260000001" in sent
    assert '"Shop"' in sent


@every_provider
def test_without_a_sender_none_is_sent(name: str, canned: Canned) -> None:
    canned.answer(*TAKEN[name])

    send(provider(name), account(provider(name), canned.url))

    [seen] = canned.seen
    sent = seen.json["scenario"][0] if name == "seventech" else seen.form
    assert not {"sender", "From", "MessagingServiceSid"} & set(sent)


@every_provider
def test_references_of_two_requests_and_of_two_messages_differ(name: str) -> None:
    one, other = message(1), message(2)
    again = replace(one, attempt_id="another-attempt")

    references = {
        provider(name).reference("request1", one),
        provider(name).reference("request1", other),
        provider(name).reference("request2", again),
    }

    assert len(references) == 3


@every_provider
def test_a_balance_that_cannot_be_had_says_why(name: str, canned: Canned) -> None:
    canned.answer(*NO_ACCESS[name])

    with pytest.raises(BalanceFailed) as failed:
        provider(name).balance(account(provider(name), canned.url), deadline=5)

    expected = Reason.WRONG_PASSWORD if provider(name).abilities.balance else Reason.UNCLASSIFIED
    assert failed.value.reason is expected


@pytest.mark.parametrize("name", [name for name in PROVIDERS if provider(name).abilities.balance])
class TestBalance:
    def test_an_amount_and_its_currency_are_read(self, name: str, canned: Canned) -> None:
        canned.answer(200, {"balance": "98.60", "currency": "RUB", "credit": "0"})

        balance = provider(name).balance(account(provider(name), canned.url), deadline=5)

        assert (str(balance.amount), balance.currency) == ("98.60", "RUB")

    @pytest.mark.parametrize(
        "said",
        [{}, {"balance": "x", "currency": "RUB"}, {"balance": "NaN", "currency": "RUB"}, {"balance": "1"}],
    )
    def test_an_answer_that_is_not_clear_is_no_balance(
        self, name: str, said: dict[str, str], canned: Canned
    ) -> None:
        canned.answer(200, said)

        with pytest.raises(BalanceFailed) as failed:
            provider(name).balance(account(provider(name), canned.url), deadline=5)

        assert failed.value.reason is Reason.STRANGE_ANSWER

    def test_a_provider_that_cannot_be_reached_is_said_to_be(self, name: str) -> None:
        with pytest.raises(BalanceFailed) as failed:
            provider(name).balance(account(provider(name), "http://127.0.0.1:1"), deadline=5)

        assert failed.value.reason is Reason.PROVIDER_UNREACHABLE


@every_provider
def test_a_state_that_no_table_knows_moves_nothing(name: str) -> None:
    assert provider(name).settle("no such state", "") == provider(name).settle("-99", "1")
    assert provider(name).settle("no such state", "").state is None
    assert provider(name).settle("no such state", "").reason is Reason.UNCLASSIFIED


@every_provider
def test_an_account_without_secrets_believes_nothing_signed(name: str) -> None:
    credentials = replace(account(provider(name)), secret="", callback_secret="")

    with pytest.raises(Forged):
        provider(name).parse_receipt(callback(""), credentials)
