"""What every provider keeps to, whatever its protocol: one suite over all three.

A provider without a case in `cases.py` has to declare that it cannot do it, and one that declares it has to have one.
"""

import json
import socket
from dataclasses import replace

import pytest

from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import Forged, Outcome
from smsadmin.providers.exchange import Exchange, Way
from smsadmin.providers.reading import LONGEST_RAW
from smsadmin.reasons import Reason
from tests.providers.canned import Canned, socket_server
from tests.providers.cases import (
    BALANCES,
    BATCHES,
    LOOKUPS,
    NO_TABLE,
    OUTCOMES,
    QUOTES,
    REFUSALS,
    TAKEN,
    Reply,
)
from tests.providers.samples import REQUEST_ID, SECRETS, TEXT, account, callback, message, send

every_provider = pytest.mark.parametrize("name", list(PROVIDERS))


def test_the_order_of_providers_is_fixed() -> None:
    assert list(PROVIDERS) == ["smsc", "twilio", "seventech"]
    assert [provider(name).title for name in PROVIDERS] == ["SMSC", "Twilio", "SevenTech"]


def answer(canned: Canned, reply: Reply) -> None:
    canned.answer(reply.status, reply.body)


@every_provider
def test_what_a_provider_declares_has_its_cases_and_what_it_does_not_has_none(name: str) -> None:
    can = provider(name).abilities

    assert (name in BALANCES) is can.balance
    assert (name in QUOTES) is can.quote
    assert (name in LOOKUPS) is (can.lookup is not None)
    assert (name in BATCHES) is (can.batch_size > 1)
    assert set(REFUSALS[name]) == can.tells & set(OUTCOMES) - _only_after_asking(name)
    assert {name for name in PROVIDERS if provider(name).abilities.api_key} == {"smsc"}


def _only_after_asking(name: str) -> set[Reason]:
    # SMSC's "busy" is an error after which its status is asked first: see test_smsc.py.
    return {Reason.PROVIDER_BUSY} if name == "smsc" else set()


@every_provider
def test_a_taken_message_is_accepted(name: str, canned: Canned) -> None:
    answer(canned, TAKEN[name])

    [told] = send(provider(name), account(provider(name), canned.url))

    assert told.outcome is Outcome.ACCEPTED
    assert told.provider_id
    assert len(canned.seen) == 1


@pytest.mark.parametrize(
    ("name", "reason"), [(name, reason) for name, reasons in REFUSALS.items() for reason in reasons]
)
def test_a_refusal_is_what_its_table_says(name: str, reason: Reason, canned: Canned) -> None:
    answer(canned, REFUSALS[name][reason])

    [told] = send(provider(name), account(provider(name), canned.url))

    assert (told.outcome, told.reason) == (OUTCOMES[reason], reason)
    assert len(canned.seen) == 1


@every_provider
def test_a_code_of_no_table_is_failed_unclassified_with_its_words(name: str, canned: Canned) -> None:
    answer(canned, NO_TABLE[name])

    [told] = send(provider(name), account(provider(name), canned.url))

    assert (told.outcome, told.reason) == (Outcome.REJECTED, Reason.UNCLASSIFIED)
    assert "something new" in told.raw


@pytest.mark.parametrize("name", list(BATCHES))
def test_each_message_of_a_batch_has_its_own_answer(name: str, canned: Canned) -> None:
    answer(canned, BATCHES[name])

    told = send(provider(name), account(provider(name), canned.url), [message(1), message(2)])

    assert [each.outcome for each in told] == [Outcome.ACCEPTED, Outcome.REJECTED]
    assert len(canned.seen) == 1


@pytest.mark.parametrize("name", [name for name in PROVIDERS if name not in BATCHES])
def test_who_takes_one_message_a_request_is_handed_no_two(name: str, canned: Canned) -> None:
    with pytest.raises(ValueError, match="too many values"):
        send(provider(name), account(provider(name), canned.url), [message(1), message(2)])

    assert canned.seen == []


@every_provider
def test_our_own_id_travels_where_the_provider_has_a_field_for_it(name: str, canned: Canned) -> None:
    answer(canned, TAKEN[name])
    sms = replace(message(1), callback_url="")

    send(provider(name), account(provider(name), canned.url), [sms])

    body = canned.seen[0].body.decode()
    assert (sms.attempt_id in body or REQUEST_ID in body) is provider(name).abilities.own_ids


@pytest.mark.parametrize("name", [name for name in PROVIDERS if provider(name).abilities.api_key])
def test_a_key_alone_signs_in_where_the_provider_takes_one(name: str, canned: Canned) -> None:
    answer(canned, TAKEN[name])
    by_key = replace(account(provider(name), canned.url), login="")

    send(provider(name), by_key)

    assert canned.seen[0].form["apikey"] == SECRETS[0]
    assert not {"login", "psw"} & set(canned.seen[0].form)


@every_provider
def test_who_watches_sees_every_exchange_however_it_ends(name: str, canned: Canned) -> None:
    answer(canned, TAKEN[name])
    seen: list[Exchange] = []

    send(provider(name), replace(account(provider(name), canned.url), way=Way(seen.append)))
    send(provider(name), replace(account(provider(name)), way=Way(seen.append)))

    assert [each.status for each in seen] == [TAKEN[name].status, None]
    assert seen[0].sent == canned.seen[0].body
    assert seen[0].received == canned.body
    assert seen[1].failure


@every_provider
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_a_way_that_is_public_only_never_leads_into_the_private_network(
    name: str, host: str, canned: Canned
) -> None:
    port = canned.url.rpartition(":")[2]
    typed = replace(account(provider(name), f"http://{host}:{port}"), way=Way(public_only=True))

    [told] = send(provider(name), typed)

    assert (told.outcome, told.reason) == (Outcome.TRY_LATER, Reason.PROVIDER_UNREACHABLE)
    assert canned.seen == []


@every_provider
def test_a_provider_that_cannot_be_reached_is_tried_later(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    [told] = send(provider(name), account(provider(name), f"http://127.0.0.1:{port}"))

    assert (told.outcome, told.reason) == (Outcome.TRY_LATER, Reason.PROVIDER_UNREACHABLE)
    assert told.retry_after is not None


@every_provider
def test_a_lost_answer_is_unknown(name: str) -> None:
    with socket_server(lambda connection: connection.recv(65_536)) as address:
        [told] = send(provider(name), account(provider(name), f"http://{address}"))

    assert (told.outcome, told.reason) == (Outcome.UNKNOWN, Reason.NO_ANSWER)


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

    [told] = send(provider(name), account(provider(name), canned.url))

    assert (told.outcome, told.reason) == (Outcome.UNKNOWN, Reason.STRANGE_ANSWER)
    assert told.raw.startswith(str(status))


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
        [told] = send(provider(name), account(provider(name), canned.url))

        assert not any(
            secret in told.raw for secret in ("password", "callback-secret", "hXk2", "Анна", "вход")
        )
        assert "79260000001" not in told.raw
        assert len(told.raw) <= LONGEST_RAW


@every_provider
def test_the_text_never_reaches_the_ledger_of_an_accepted_message(name: str, canned: Canned) -> None:
    answer(canned, TAKEN[name])

    [told] = send(provider(name), account(provider(name), canned.url))

    assert "s.example" not in told.raw
    assert "Анна" not in told.raw


@every_provider
def test_the_text_and_the_phone_arrive_as_they_were(name: str, canned: Canned) -> None:
    answer(canned, TAKEN[name])

    send(provider(name), account(provider(name), canned.url, sender="Shop"))

    [seen] = canned.seen
    sent = json.dumps(seen.json if name == "seventech" else seen.form, ensure_ascii=False)
    assert json.dumps(TEXT, ensure_ascii=False) in sent
    assert "79260000001" in sent
    assert '"Shop"' in sent


@every_provider
def test_without_a_sender_none_is_sent(name: str, canned: Canned) -> None:
    answer(canned, TAKEN[name])

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
def test_a_state_that_no_table_knows_moves_nothing(name: str) -> None:
    assert provider(name).settle("no such state", "") == provider(name).settle("-99", "1")
    assert provider(name).settle("no such state", "").state is None
    assert provider(name).settle("no such state", "").reason is Reason.UNCLASSIFIED


@every_provider
def test_an_account_without_secrets_believes_nothing_signed(name: str) -> None:
    credentials = replace(account(provider(name)), secret="", callback_secret="")

    with pytest.raises(Forged):
        provider(name).parse_receipt(callback(""), credentials)
