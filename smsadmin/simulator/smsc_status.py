"""SMSC's status.php: what became of messages, asked for by id and phone.

`id` and `phone` are lists with a comma between, in matching order. One of each is answered by an object, more
(and one with a comma behind it) by a list. Names and order of the fields are the manual's for a single message.
"""

from collections.abc import Mapping
from typing import Any

from smsadmin.simulator.fates import Report
from smsadmin.simulator.inbox import Message
from smsadmin.simulator.network import Network, e164
from smsadmin.simulator.smsc_codes import MOSCOW, NOT_FOUND, STATUSES, Refused, check_format

# Unconfirmed: what else an entry says, and the words.
FLAG = 0
STATUS_NAMES = {
    Report.SENT: "Передано оператору",
    Report.DELIVERED: "Доставлено",
    Report.NO_SUBSCRIBER: "Невозможно доставить",
    Report.UNREACHABLE: "Просрочено",
    Report.SPAM: "Запрещено",
    Report.UNHEARD_OF: "?",
}
PLACE = {"country": "Россия", "operator": "Мегафон", "region": "Москва"}
"""What all=2 adds."""


def asked(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (id, phone) of each message that is asked about; raise `Refused` with code 1 or 5."""
    check_format(form)
    if form.get("del", "0") not in {"", "0"}:
        raise Refused(5, "del: deleting a message is not played here")
    if form.get("all", "0") not in {"0", "1", "2"}:
        raise Refused(1, "all: 0, 1 or 2")
    identifiers, phones = _listed(form.get("id", "")), _listed(form.get("phone", ""))
    if not identifiers or not phones:
        raise Refused(1, "id and phone are obligatory")
    if len(identifiers) != len(phones):
        raise Refused(1, "id and phone: as many of the one as of the other")
    return list(zip(identifiers, phones, strict=True))


def answer(network: Network, form: Mapping[str, str], messages: list[tuple[str, str]]) -> Any:
    """Return what is known of the messages; whatever is not found will not be accepted any more."""
    entries = [_entry(network, identifier, phone, form.get("all", "0")) for identifier, phone in messages]
    return entries if "," in form["id"] or "," in form["phone"] else entries[0]


def _listed(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]


def _entry(network: Network, identifier: str, raw: str, details: str) -> dict[str, Any]:
    phone = e164(raw)
    message = network.inbox.look_up("smsc", identifier, phone) if phone else None
    about = {"id": identifier, "phone": raw.lstrip("+")}
    if message is None:
        return {"status": NOT_FOUND, "last_date": "", "last_timestamp": 0, "err": 0, **about}
    report = network.standing(message)
    status, error = STATUSES[report]
    entry = {"status": status, **_time("last", message), "flag": FLAG, "err": error, **about}
    if details in {"1", "2"}:
        entry |= _details(message, report)
    return entry | PLACE if details == "2" else entry


def _details(message: Message, report: Report) -> dict[str, Any]:
    return {
        **_time("send", message),
        "cost": message.price,
        "sender_id": message.sender,
        "status_name": STATUS_NAMES[report],
        "message": message.text,
        "comment": "",
        "type": 0,
    }


def _time(name: str, message: Message) -> dict[str, Any]:
    """Return a time as SMSC shows it, in Moscow's zone and as a timestamp; here all are when it was taken."""
    shown = message.taken_at.astimezone(MOSCOW).strftime("%d.%m.%Y %H:%M:%S")
    return {f"{name}_date": shown, f"{name}_timestamp": int(message.taken_at.timestamp())}
