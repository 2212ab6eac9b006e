"""The records of the click spool: one line of JSON each, holding numbers and never a code; pure."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from shortlinks.bots import Signal
from shortlinks.gate import Outcome

MOST_AGENT_CHARS = 400
_MOST_NUMBER = 2**63 - 1
_MOST_MILLISECONDS = 4_102_444_800_000
"""The year 2100."""
_MOST_LOST = 10**9
# One for all lines: `json.dumps` makes a new encoder for each.
_to_json = json.JSONEncoder(separators=(",", ":")).encode
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class BrokenLine(ValueError):
    """A line of the spool cannot be read."""


@dataclass(frozen=True)
class ClickLine:
    """One opening of the link with this number; `address` is already truncated."""

    number: int
    at: datetime
    signal: Signal
    agent: str
    referrer_host: str
    address: str


@dataclass(frozen=True)
class LoginLine:
    """One posted login form, and the host's reason when it was refused."""

    number: int
    at: datetime
    outcome: Outcome
    refusal: str


@dataclass(frozen=True)
class LostLine:
    """So many lines of this writer never reached the disk."""

    count: int


Line = ClickLine | LoginLine | LostLine


def to_bytes(line: Line) -> bytes:
    """Return the line as it stands in the file, with its newline."""
    fields: list[object]
    match line:
        case ClickLine():
            who = [_clean(line.agent, MOST_AGENT_CHARS), _clean(line.referrer_host, 255), line.address]
            fields = ["c", line.number, _milliseconds(line.at), line.signal, *who]
        case LoginLine():
            fields = ["l", line.number, _milliseconds(line.at), line.outcome, _clean(line.refusal, 60)]
        case LostLine():
            fields = ["x", line.count]
    return _to_json(fields).encode() + b"\n"


def from_bytes(text: bytes) -> Line:
    """Read a line, with or without its newline; raise `BrokenLine`."""
    try:
        letter, *fields = json.loads(text)
        if letter == "c":
            number, at, signal, agent, referrer, address = fields
            who = (_clean(agent, MOST_AGENT_CHARS), _clean(referrer, 255), _clean(address, 45))
            return ClickLine(_whole(number, _MOST_NUMBER), _time(at), Signal(signal), *who)
        if letter == "l":
            number, at, outcome, refusal = fields
            return LoginLine(_whole(number, _MOST_NUMBER), _time(at), Outcome(outcome), _clean(refusal, 60))
        if letter == "x":
            (count,) = fields
            return LostLine(_whole(count, _MOST_LOST))
    except (ValueError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
        raise BrokenLine("not a record of the spool") from error
    raise BrokenLine("not a kind of record we know")


def _clean(text: str, most: int) -> str:
    # Cut when written and again when read: one line that no column takes would stop its file for ever.
    return (text if text.isprintable() else _CONTROL.sub("", text))[:most]


def _whole(number: object, most: int) -> int:
    # What a column cannot take would stop its file for ever, and a negative count would hide losses.
    if type(number) is not int or not 0 <= number <= most:
        raise ValueError("not a number of ours")
    return number


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _time(milliseconds: int) -> datetime:
    # Beyond these years there is no click, and what is reckoned around its moment would overflow.
    return datetime.fromtimestamp(_whole(milliseconds, _MOST_MILLISECONDS) / 1000, UTC)
