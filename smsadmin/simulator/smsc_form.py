"""What stands in a form for SMSC's send.php, and whether it is as the manual wants it."""

import re
from collections.abc import Mapping

from smsadmin.simulator.inbox import Arrival
from smsadmin.simulator.network import e164
from smsadmin.simulator.smsc_codes import Refused, check_format

LONGEST_TEXT = 1000


def checked(form: Mapping[str, str]) -> Mapping[str, str]:
    """Return the form when its parameters are as the manual wants them; raise `Refused` with code 1 or 5."""
    check_format(form)
    problems = {
        "phones and mes, or list, are obligatory": not (
            form.get("list") or form.get("phones") and form.get("mes")
        ),
        "id: an int32, or up to 40 of A-Z a-z 0-9 . - _": not re.fullmatch(
            r"[\w.-]{0,40}", form.get("id", ""), re.A
        ),
        "sender: up to 11 letters or 15 digits": not re.fullmatch(
            r"\d{12,15}|.{0,11}", form.get("sender", "")
        ),
        "valid: hh:mm from 00:01 to 24:00": not _valid_time(form.get("valid", "24:00")),
        "cost: 0, 1, 2 or 3": form.get("cost", "0") not in {"0", "1", "2", "3"},
    }
    for words, wrong in problems.items():
        if wrong:
            raise Refused(1, words)
    if form.get("time", "0") not in {"", "0"}:
        raise Refused(5, "time: sending later is not played here")
    return form


def arrivals_in(form: Mapping[str, str], identifier: str) -> tuple[list[Arrival], list[str]]:
    """Read the SMS of a request, and the phones that cannot be any; raise `Refused` with code 1."""
    arrivals, bad = [], []
    for raw, text in _pairs(form):
        if len(text) > LONGEST_TEXT:
            raise Refused(1, f"a text of more than {LONGEST_TEXT} characters")
        phone = e164(raw)
        if phone is None:
            bad.append(raw)
        else:
            arrivals.append(Arrival("smsc", identifier, phone, text, form.get("sender", "")))
    phones = [arrival.phone for arrival in arrivals]
    if len(set(phones)) < len(phones):
        raise Refused(1, "a phone stands twice in one request")
    return arrivals, bad


def _pairs(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return phone and text of each SMS: `list` has one `phone:text` a line, `phones` one text for all."""
    if not form.get("list"):
        phones = re.split(r"[,;]", form["phones"])
        return [(phone, form["mes"]) for phone in phones if phone.strip()]
    lines = [line.rstrip("\r") for line in form["list"].split("\n") if line.strip()]
    if any(":" not in line for line in lines):
        raise Refused(1, "list: every line is phone:text")
    return [(phone, text.replace("\\n", "\n")) for phone, _, text in (line.partition(":") for line in lines)]


def _valid_time(valid: str) -> bool:
    return valid == "24:00" or (
        bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", valid, re.A)) and valid != "00:00"
    )
