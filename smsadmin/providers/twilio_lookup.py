"""Ask Twilio what became of a message: by its own id, or, where its answer was lost, by searching.

Twilio knows no reference of ours. So a find proves that it took the message, and no find proves nothing.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from smsadmin.providers import http
from smsadmin.providers.base import CheckFailed, Credentials, Found, Lookup, Missing, Question, Receipt
from smsadmin.providers.reading import asking, json_object, kept, price, strange_check, word
from smsadmin.reasons import Reason

LOOKUP = Lookup(at_once=1, pause=timedelta(seconds=1), by_reference=False)
"""Twilio documents no limit but a 429; one a second is polite."""

PAGE = "100"
"""Messages to one phone since the claim are few; a longer page would pass the bound of an answer."""

SLACK = timedelta(minutes=10)
"""Our clock may be ahead of Twilio's; what is known of other SMS to this person is left out anyway."""

WITHIN = timedelta(minutes=10)
"""What was created later than this after the claim is another message with the same text."""

_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_STATUS = re.compile(r"[A-Za-z_-]{1,40}")


def address(credentials: Credentials, resource: str) -> str:
    """Return the address of one of the account's resources."""
    account = quote(credentials.login, safe="")
    return f"{credentials.base_url.rstrip('/')}/2010-04-01/Accounts/{account}/{resource}.json"


def lookup(credentials: Credentials, question: Question, deadline: float) -> Found:
    """Ask about one message; raise `CheckFailed`."""
    by_id = question.provider_id if question.provider_id and _SID.fullmatch(question.provider_id) else None
    resource = f"Messages/{by_id}" if by_id else "Messages"
    params = None if by_id else {"To": question.phone, "PageSize": PAGE}
    auth = (credentials.login, credentials.secret)
    with asking():
        reply = http.call(
            "GET",
            address(credentials, resource),
            deadline=deadline,
            auth=auth,
            params=params,
            way=credentials.way,
        )
    if reply.status == 404 and by_id:
        return Missing.NOT_FOUND
    if reply.status != 200:
        raise refused(reply, credentials)
    told = json_object(reply.body)
    return _receipt(told, question) if by_id else read_list(told, question)


def refused(reply: http.Reply, credentials: Credentials) -> CheckFailed:
    """Return the error for a question that Twilio did not answer."""
    if reply.status == 429:
        return CheckFailed(Reason.PROVIDER_BUSY, "429")
    if reply.status == 401:
        return CheckFailed(Reason.WRONG_PASSWORD, "401")
    # A page in HTML comes from something on the way.
    if reply.status in (402, 403) and json_object(reply.body):
        return CheckFailed(Reason.ACCOUNT_REFUSED, kept(reply, credentials))
    return strange_check(reply, credentials)


def read_list(told: dict[str, Any], question: Question) -> Found:
    """Find the one message of a list that can only be ours: its phone, its text, its time."""
    listed = told.get("messages")
    if not isinstance(listed, list):
        return Missing.UNCLEAR
    mine = [each for each in listed if isinstance(each, dict) and _is_ours(each, question)]
    if not mine and not told.get("next_page_uri"):
        return Missing.NOT_FOUND
    return _receipt(mine[0], question) if len(mine) == 1 else Missing.UNCLEAR


def _is_ours(each: dict[str, Any], question: Question) -> bool:
    created = _moment(word(each.get("date_created")))
    in_time = created and question.asked_at - SLACK <= created <= question.asked_at + WITHIN
    return (
        bool(in_time)
        and each.get("sid") not in question.others
        and (each.get("to"), each.get("body")) == (question.phone, question.text)
    )


def _receipt(told: dict[str, Any], question: Question) -> Found:
    status, error, cost = word(told.get("status")), word(told.get("error_code")), price(told.get("price"))
    if not _STATUS.fullmatch(status) or not re.fullmatch("[0-9]{0,10}", error):
        return Missing.UNCLEAR
    # Twilio writes what it takes as a negative amount.
    return Receipt(question.reference, status, error, abs(cost) if cost is not None else None)


def _moment(written: str) -> datetime | None:
    """Read a time as RFC 2822 writes it; None when it is none."""
    try:
        return parsedate_to_datetime(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
