"""What stands in a form for Twilio's Messages.json, and whether it obeys the API (create a Message resource)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from smsadmin.simulator.inbox import Arrival
from smsadmin.simulator.network import e164
from smsadmin.simulator.twilio_codes import ERRORS, Refused

ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_SENDER = re.compile(r"\+?[0-9]{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
"""A number, a short code, or a name of up to 11 letters, digits and spaces with a letter among them."""

LONGEST_TEXT = 1600
LONGEST_VALIDITY = 36_000
SEND_AT = (timedelta(minutes=5), timedelta(days=35))
"""How far ahead an SMS can be scheduled."""


def arrival_in(form: Mapping[str, str]) -> Arrival:
    """Read the one SMS of a request; raise `Refused` with the code of what is missing or wrong."""
    text, callback = form.get("Body", ""), form.get("StatusCallback", "")
    sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
    checks = (
        (21604, not form.get("To")),
        (21603, not sender and not service),
        (21212, bool(sender) and not _SENDER.fullmatch(sender)),
        (21701, bool(service) and not _SERVICE_SID.fullmatch(service)),
        (21602, not text),
        (21617, len(text) > LONGEST_TEXT),
        (21609, bool(callback) and not callback_is_callable(callback)),
        (21624, not _is_validity(form.get("ValidityPeriod", "1"))),
        (21211, not _E164.fullmatch(form.get("To", ""))),
    )
    for code, wrong in checks:
        if wrong:
            raise Refused(code, ERRORS[code][1])
    _check_schedule(form, service)
    phone = e164(form["To"])
    if phone is None:
        raise Refused(21211)
    return Arrival("twilio", f"SM{uuid4().hex}", phone, text, service or sender, callback=callback)


def _check_schedule(form: Mapping[str, str], service: str) -> None:
    """See that an SMS for later is one that Twilio could schedule; raise `Refused`, as sending later is not played."""
    kind, at = form.get("ScheduleType"), form.get("SendAt")
    if kind is None and at is None:
        return
    if kind != "fixed" or not at:
        raise Refused(35111, ERRORS[35111][1])
    if not service:
        raise Refused(35118, ERRORS[35118][1])
    try:
        ahead = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - datetime.now(UTC)
    except ValueError:
        raise Refused(35114, "SendAt: not in the form 2026-01-31T09:00:00Z") from None
    if not SEND_AT[0] <= ahead <= SEND_AT[1]:
        raise Refused(35114, ERRORS[35114][1])
    raise Refused(20001, "SendAt: sending later is not played here")


def _is_validity(seconds: str) -> bool:
    return bool(re.fullmatch("[0-9]{1,5}", seconds)) and 1 <= int(seconds) <= LONGEST_VALIDITY


def callback_is_callable(url: str) -> bool:
    """Tell whether a callback address is absolute, of HTTP, and without an underscore in its host."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and "_" not in (host or "")
