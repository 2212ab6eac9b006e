"""Reads what a provider wrote without trusting it, and keeps of a strange answer only what may be kept."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus

from smsadmin.providers.base import Answer, Balance, CheckFailed, Credentials, Garbled, Outcome, Outgoing
from smsadmin.providers.http import NoAnswer, NotSent, Reply
from smsadmin.reasons import Reason

LONGEST_RAW = 300
"""Characters of an answer that the ledger keeps."""

DEAREST = 10_000_000
"""An SMS that is said to cost as much, in any currency, is a mistake of whoever says so."""

NOT_SENT = Answer(
    Outcome.TRY_LATER,
    Reason.PROVIDER_UNREACHABLE,
    retry_after=timedelta(seconds=30),
    raw="not sent: the provider could not be reached",
)
NO_ANSWER = Answer(Outcome.UNKNOWN, Reason.NO_ANSWER, raw="no answer")

_MONEY = re.compile(r"-?\d{1,9}(\.\d{1,8})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
_GAP = re.compile(r"([\s\"'<>]+)")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def parsed_json(body: bytes) -> Any:
    """Parse JSON with fractions left as text, so that money stays exact; None when it is not JSON."""
    try:
        return json.loads(body, parse_float=str)
    except (ValueError, RecursionError):
        return None


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`; an empty one when there is none."""
    value = parsed_json(body)
    return value if isinstance(value, dict) else {}


def word(value: object) -> str:
    """Return what a provider may write as text or as a number; anything else is empty."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def whole(value: object) -> int | None:
    """Return a whole number of up to nine digits, from a number or its text."""
    return int(text) if _WHOLE.fullmatch(text := word(value)) else None


def money(value: object) -> Decimal | None:
    """Return an amount as it was written, without a currency; None when it is none."""
    return Decimal(text) if _MONEY.fullmatch(text := word(value)) else None


def price(value: object) -> Decimal | None:
    """Return what one SMS cost; None for an amount that no SMS costs and no column of ours holds."""
    amount = money(value)
    return amount if amount is not None and abs(amount) < DEAREST else None


def receipt_word(value: object, pattern: re.Pattern[str], name: str) -> str:
    """Return a field of a receipt that has to look like `pattern`; raise `Garbled` with the field's name."""
    text = word(value)
    if not pattern.fullmatch(text):
        raise Garbled(f"the receipt's {name} is missing or cannot be read")
    return text


def strange(reply: Reply, credentials: Credentials, messages: Sequence[Outgoing]) -> list[Answer]:
    """Answer "unknown" for every message of a call whose answer we do not understand."""
    raw = kept(reply, credentials, messages)
    return [Answer(Outcome.UNKNOWN, Reason.STRANGE_ANSWER, raw=raw)] * len(messages)


@contextmanager
def asking() -> Iterator[None]:
    """Let a question that could not be sent, or got no answer, fail as `CheckFailed`."""
    try:
        yield
    except NotSent as error:
        raise CheckFailed(Reason.PROVIDER_UNREACHABLE) from error
    except NoAnswer as error:
        raise CheckFailed(Reason.NO_ANSWER) from error


def told_balance(reply: Reply) -> Balance | None:
    """Return the balance that an answer tells in the fields that SMSC and Twilio both use; None when it does not."""
    answer = json_object(reply.body)
    amount, currency = money(answer.get("balance")), word(answer.get("currency"))
    clear = reply.status == 200 and amount is not None and re.fullmatch("[A-Z]{3}", currency)
    return Balance(amount, currency) if clear and amount is not None else None


def strange_check(reply: Reply, credentials: Credentials) -> CheckFailed:
    """Return the error for an answer to a question of ours that we do not understand.

    With 5xx it says of itself that it is out of order (RFC 9110, 15.6): for a question as good as out of reach.
    """
    reason = Reason.PROVIDER_UNREACHABLE if 500 <= reply.status < 600 else Reason.STRANGE_ANSWER
    return CheckFailed(reason, kept(reply, credentials))


def kept(reply: Reply, credentials: Credentials, messages: Sequence[Outgoing] = ()) -> str:
    """Return the beginning of an answer with secrets, phones, addresses and every word of the texts cut out.

    A provider may repeat what we sent, as JSON, HTML or a form would write it; a text may carry a working
    login link. So escapes are undone first, and words go one by one, since a text may come back cut.
    """
    body = reply.body[:20_000].decode(errors="replace")
    plain = html.unescape(unquote_plus(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), body)))
    pieces = _GAP.split(plain.replace("\\/", "/"))
    plain = "".join("…" if "/" in piece else piece for piece in pieces)
    hidden = {credentials.secret, credentials.callback_secret, credentials.login}
    for message in messages:
        hidden |= {message.text, message.phone, message.phone.removeprefix("+"), message.attempt_id}
        hidden.update(part for part in re.split(r"\W+", message.text) if len(part) > 3)
    for secret in sorted(hidden - {""}, key=len, reverse=True):
        plain = plain.replace(secret, "…")
    # PostgreSQL takes no NUL, and a screen no other control character.
    plain = "".join(one for one in " ".join(plain.split()) if one.isprintable())
    return f"{reply.status} {plain}".encode(errors="replace").decode()[:LONGEST_RAW]
