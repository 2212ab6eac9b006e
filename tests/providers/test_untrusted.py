"""Whatever a provider, or somebody in its name, writes to us: it is read, refused or unknown, never an error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsadmin.providers import PROVIDERS, provider, seventech, smsc, smsc_status, twilio, twilio_lookup
from smsadmin.providers.base import (
    Answer,
    CallbackRequest,
    CheckFailed,
    Forged,
    Found,
    Garbled,
    Missing,
    Outcome,
    Receipt,
)
from smsadmin.providers.http import Reply
from smsadmin.providers.reading import LONGEST_RAW, json_object
from smsadmin.states import State
from tests.providers.samples import ACCOUNT_SID, SECRETS, account, callback, message, question

every_provider = pytest.mark.parametrize("name", list(PROVIDERS))

_texts = st.text(max_size=20)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=8,
)
_fields = st.sampled_from(
    ["id", "cnt", "cost", "phones", "phone", "status", "error", "error_code", "err", "mes", "md5"]
    + ["sid", "code", "num_segments", "price", "price_unit", "state", "txId", "clientRequestId"]
    + ["MessageStatus", "ErrorCode", "AccountSid", "messages", "to", "body", "date_created", "next_page_uri"]
)
_values = _json | st.sampled_from(
    ["1", "79260000001", "7", "245", "1e9", "NaN", "ACCEPTED", "queued", ACCOUNT_SID]
)
_entries = st.lists(st.dictionaries(_fields, _values, max_size=5), max_size=3)
_bodies = st.one_of(
    st.binary(max_size=60),
    st.builds(json.dumps, _json).map(str.encode),
    st.builds(json.dumps, st.dictionaries(_fields, _values | _entries, max_size=6)).map(str.encode),
)


@every_provider
@given(status=_texts, error=_texts)
def test_what_a_receipt_means_is_a_state_that_receipts_can_set(name: str, status: str, error: str) -> None:
    settled = provider(name).settle(status, error)

    assert settled.state in {None, State.ACCEPTED, State.DELIVERED, State.UNDELIVERED}
    assert settled.state is not State.UNDELIVERED or settled.reason is not None


def _read(name: str, reply: Reply, count: int) -> list[Answer]:
    """Read a reply as `send` does, without a server."""
    messages = [message(number) for number in range(1, count + 1)]
    if name == "smsc":
        return smsc.read_reply(reply, account(provider(name)), messages)
    read = twilio.read_reply if name == "twilio" else seventech.read_reply
    return [read(reply, account(provider(name)), messages[0])]


@every_provider
@given(status=st.sampled_from([200, 201, 400, 401, 429, 500]), body=_bodies, count=st.integers(1, 3))
def test_any_answer_is_read_into_one_answer_a_message(
    name: str, status: int, body: bytes, count: int
) -> None:
    count = min(count, provider(name).abilities.batch_size)

    answers = _read(name, Reply(status, body), count)

    assert len(answers) == count
    assert all(answer.reason is not None or answer.outcome is Outcome.ACCEPTED for answer in answers)
    assert all(len(answer.raw) <= LONGEST_RAW for answer in answers)


def _looked_up(name: str, reply: Reply, count: int) -> list[Found]:
    """Read an answer to "what became of them" as `lookup` does, without a server."""
    asked = [question(provider(name), number) for number in range(1, count + 1)]
    if name == "smsc":
        try:
            return smsc_status.read_statuses(reply, account(provider(name)), asked)
        except CheckFailed:
            return [Missing.UNCLEAR] * count
    return [twilio_lookup.read_list(json_object(reply.body), one) for one in asked]


@pytest.mark.parametrize("name", ["smsc", "twilio"])
@given(status=st.sampled_from([200, 404, 500]), body=_bodies, count=st.integers(1, 3))
def test_any_answer_to_a_question_is_a_receipt_about_it_or_says_nothing(
    name: str, status: int, body: bytes, count: int
) -> None:
    found = _looked_up(name, Reply(status, body), count)

    assert len(found) == count
    for number, told in enumerate(found, 1):
        if isinstance(told, Receipt):
            assert told.reference == question(provider(name), number).reference
            assert told.status.isascii()
            assert len(told.status) <= 40
            assert len(told.error) <= 40


def _parsed(name: str, request: CallbackRequest) -> list[Receipt]:
    """Parse a callback; what is not to be believed or not to be read gives nothing."""
    try:
        return provider(name).parse_receipt(request, account(provider(name)))
    except (Forged, Garbled):
        return []


@every_provider
@given(
    key=st.sampled_from(["", "attempt1", SECRETS[1]]) | _texts,
    form=st.dictionaries(_fields, st.sampled_from(["1", "7926", "", ACCOUNT_SID]) | _texts, max_size=6),
    body=_bodies,
    signed=st.booleans(),
)
def test_any_callback_is_read_forged_or_garbled(
    name: str, key: str, form: dict[str, str], body: bytes, signed: bool
) -> None:
    token = twilio.signature(SECRETS[0], "https://shop.example/sms/receipts/attempt1", form)
    headers = {"X-Twilio-Signature": token} if signed else {}

    for receipt in _parsed(name, callback(key, form, body=body, headers=headers)):
        assert receipt.reference
        assert 0 < len(receipt.status) <= 60
        assert (receipt.status + receipt.error).isascii()
