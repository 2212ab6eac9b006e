"""Twilio's Message resource: as a request creates it, as it is fetched later, and many of them in pages."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from smsadmin.simulator.fates import Report
from smsadmin.simulator.inbox import Message
from smsadmin.simulator.network import Network
from smsadmin.simulator.twilio_codes import STATUSES, Refused

USUAL_PAGE, LARGEST_PAGE = 50, 1000
_SENT = ("DateSent", "DateSent>", "DateSent<")
_FILTERS = ("To", "From", *_SENT)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")


def created(message: Message, sid: str) -> dict[str, Any]:
    """Return a new message's resource: numbers are strings, price and time of sending come later."""
    status = "accepted" if message.sender.startswith("MG") else "queued"
    return _resource(message, sid) | {"status": status}


def known(message: Message, sid: str, report: Report) -> dict[str, Any]:
    """Return a message's resource as it stands; what is taken off the account is a negative price."""
    status, error = STATUSES[report]
    at = format_datetime(message.taken_at)
    later = {"date_sent": at, "price": f"-{message.price}", "status": status}
    return _resource(message, sid) | later | {"error_code": int(error) if error else None}


def page(network: Network, sid: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Return one page of the messages that a query asks for, the newest first; raise `Refused` with 20001.

    The next page begins after the last message of this one, so that new messages push nothing across.
    """
    size = _number(query, "PageSize", USUAL_PAGE, LARGEST_PAGE)
    number = _number(query, "Page", 0, 10**9)
    if size == 0:
        raise Refused(20001, f"PageSize: 1 to {LARGEST_PAGE}")
    found = [
        message for message in network.inbox.newest("twilio", query.get("To", "")) if _wanted(query)(message)
    ]
    start = _start(found, query.get("PageToken", ""), number * size)
    shown = found[start : start + size]
    more = found[start + size :]
    asked = {name: query[name] for name in _FILTERS if name in query} | {"PageSize": str(size)}
    return {
        "first_page_uri": _uri(sid, asked | {"Page": "0"}),
        "uri": _uri(sid, asked | {"Page": str(number)}),
        "next_page_uri": _uri(sid, asked | {"Page": str(number + 1), "PageToken": f"PA{shown[-1].id}"})
        if more and shown
        else None,
        "page": number,
        "page_size": size,
        "messages": [known(message, sid, network.standing(message)) for message in shown],
    }


def _resource(message: Message, sid: str) -> dict[str, Any]:
    at = format_datetime(message.taken_at)
    service = message.sender if message.sender.startswith("MG") else None
    return {
        "account_sid": sid,
        "api_version": "2010-04-01",
        "body": message.text,
        "date_created": at,
        "date_sent": None,
        "date_updated": at,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": None if service else message.sender,
        "messaging_service_sid": service,
        "num_media": "0",
        "num_segments": str(message.parts),
        "price": None,
        "price_unit": "USD",
        "sid": message.id,
        "to": message.phone,
        "uri": f"/2010-04-01/Accounts/{sid}/Messages/{message.id}.json",
    }


def _wanted(query: Mapping[str, str]) -> Callable[[Message], bool]:
    """Return a test for the messages that a query asks for; raise `Refused` when a date is none."""
    sender = query.get("From", "")
    since, before = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for name in _SENT:
        if name in query:
            begins, ends = _day(name, query[name])
            since = max(since, begins) if name != "DateSent<" else since
            before = min(before, ends) if name != "DateSent>" else before
    return lambda message: (not sender or message.sender == sender) and since <= message.taken_at < before


def _day(name: str, value: str) -> tuple[datetime, datetime]:
    """Return when a date (of a day, or of a second) begins and ends, in UTC."""
    if not _DATE.fullmatch(value):
        raise Refused(20001, f"{name}: a date as YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ")
    try:
        begins = datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=UTC)
        return begins, begins + (timedelta(seconds=1) if "T" in value else timedelta(days=1))
    except (ValueError, OverflowError):
        raise Refused(20001, f"{name}: there is no such date") from None


def _number(query: Mapping[str, str], name: str, usual: int, most: int) -> int:
    value = query.get(name, str(usual))
    if not re.fullmatch("[0-9]{1,10}", value) or int(value) > most:
        raise Refused(20001, f"{name}: a number up to {most}")
    return int(value)


def _start(found: list[Message], token: str, otherwise: int) -> int:
    """Return where a page begins: after the message that its token names."""
    if not token:
        return otherwise
    places = (place for place, message in enumerate(found) if f"PA{message.id}" == token)
    place = next(places, None)
    if place is None:
        raise Refused(20001, "PageToken: no page was ever offered with it")
    return place + 1


def _uri(sid: str, query: Mapping[str, str]) -> str:
    return f"/2010-04-01/Accounts/{sid}/Messages.json?{urlencode(query)}"
