"""Ask SMSC what became of messages (status.php): by phone and our own request id, many at once.

One mass request a minute and five a minute about one message are its published limits. The shape of the answer
is unconfirmed but for the names of its fields: what does not fit is "unclear" and proves nothing.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from smsadmin.providers import http
from smsadmin.providers.base import CheckFailed, Credentials, Found, Lookup, Missing, Question, Receipt
from smsadmin.providers.reading import asking, parsed_json, price, strange_check, whole, word
from smsadmin.providers.smsc_errors import SEND_ERRORS
from smsadmin.providers.smsc_receipts import STATUSES
from smsadmin.providers.smsc_wire import digits, post

LOOKUP = Lookup(at_once=100, pause=timedelta(seconds=61), by_reference=True)
"""The largest mass request is not documented; a second more than the minute, since clocks differ."""

NOT_FOUND = -3
"""`status` of a message that SMSC does not know (status.php)."""

NOT_FOUND_ERROR = 3
"""`error_code` in the place of that status where one message was asked for. Unconfirmed."""


def lookup(credentials: Credentials, questions: Sequence[Question], deadline: float) -> list[Found]:
    """Ask about up to 100 messages in one request; raise `CheckFailed`."""
    fields = {
        "phone": ",".join(digits(question.phone) for question in questions),
        "id": ",".join(question.request_id for question in questions),
        "all": "2",
    }
    with asking():
        reply = post(credentials, "status", fields, deadline)
    return read_statuses(reply, credentials, questions)


def read_statuses(reply: http.Reply, credentials: Credentials, questions: Sequence[Question]) -> list[Found]:
    """Read the answer of status.php: one answer a question, in order; raise `CheckFailed`."""
    told = parsed_json(reply.body)
    if isinstance(told, dict) and "error_code" in told:
        code = whole(told.get("error_code"))
        if code == NOT_FOUND_ERROR and len(questions) == 1:
            return [Missing.NOT_FOUND]
        if code in SEND_ERRORS and code != NOT_FOUND_ERROR:
            raise CheckFailed(SEND_ERRORS[code][1], f"{reply.status} error {code}")
    entries = told if isinstance(told, list) else [told]
    if reply.status != 200 or not all(isinstance(entry, dict) and "status" in entry for entry in entries):
        raise strange_check(reply, credentials)
    return [_found(question, place, questions, entries) for place, question in enumerate(questions)]


def _found(
    question: Question, place: int, questions: Sequence[Question], entries: Sequence[dict[str, Any]]
) -> Found:
    phones = [each.phone for each in questions]
    by_phone = phones.count(question.phone) == 1
    mine = [entry for entry in entries if _is_about(entry, question) and (by_phone or "id" in entry)]
    if not mine and len(entries) == len(questions) and not {"id", "phone"} & set(entries[place]):
        # Without names the order is all there is: the request's own, as documented.
        mine = [entries[place]]
    status = whole(mine[0].get("status")) if len(mine) == 1 else None
    if status == NOT_FOUND:
        return Missing.NOT_FOUND
    if status not in STATUSES:
        return Missing.UNCLEAR
    error = whole(mine[0].get("err"))
    return Receipt(question.reference, str(status), str(error or ""), price(mine[0].get("cost")))


def _is_about(entry: dict[str, Any], question: Question) -> bool:
    """Say whether an entry names this message; one that names only its phone or only its id is enough."""
    names = {"phone": digits(question.phone), "id": question.request_id}
    given = {name: digits(word(entry[name])) for name in names if name in entry}
    return bool(given) and all(given[name] == names[name] for name in given)
