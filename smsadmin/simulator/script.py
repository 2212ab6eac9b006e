"""What happens to an SMS: a pure function of seed and phone, so that a run can be repeated exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import blake2b


class Reply(StrEnum):
    """How the request that carries the SMS is answered."""

    ANSWER = "answer"
    HANG = "hang"
    """Taken, but the answer does not come while the caller waits."""
    CUT = "cut"
    """Taken, but the connection breaks in the middle of the answer."""


class Refusal(StrEnum):
    """Why a provider does not take an SMS; each provider has a code of its own for it."""

    BAD_NUMBER = "bad number"
    NOT_DELIVERABLE = "not deliverable"
    OPTED_OUT = "opted out"


class Report(StrEnum):
    """What the final receipt says; each provider has words of its own for it."""

    DELIVERED = "delivered"
    NO_SUBSCRIBER = "no such subscriber"
    UNREACHABLE = "not reachable"
    SPAM = "held by the spam filter"


@dataclass(frozen=True)
class Fate:
    """What becomes of one SMS; `report` None is no receipt at all, `delay` is seconds until the receipt."""

    reply: Reply = Reply.ANSWER
    refusal: Refusal | None = None
    report: Report | None = Report.DELIVERED
    delay: float = 0.0
    copies: int = 1


FATES: Mapping[str, Fate] = {
    "delivered": Fate(delay=1.0),
    "late": Fate(delay=5.0),
    "twice": Fate(delay=1.0, copies=2),
    "no-subscriber": Fate(report=Report.NO_SUBSCRIBER, delay=1.0),
    "unreachable": Fate(report=Report.UNREACHABLE, delay=1.0),
    "spam": Fate(report=Report.SPAM, delay=1.0),
    "no-report": Fate(report=None),
    "bad-number": Fate(refusal=Refusal.BAD_NUMBER, report=None),
    "not-deliverable": Fate(refusal=Refusal.NOT_DELIVERABLE, report=None),
    "opted-out": Fate(refusal=Refusal.OPTED_OUT, report=None),
    "hang": Fate(reply=Reply.HANG, report=None),
    "cut": Fate(reply=Reply.CUT, report=None),
}
"""Every fate there is, by the word that the command line uses; delays are multiples of the script's."""

ENDINGS: Mapping[str, str] = {
    "9901": "bad-number",
    "9902": "not-deliverable",
    "9903": "opted-out",
    "9904": "no-subscriber",
    "9905": "unreachable",
    "9906": "spam",
    "9907": "no-report",
    "9908": "late",
    "9909": "twice",
    "9910": "hang",
    "9911": "cut",
}
"""Well-known endings of a phone number, under every script: to see one particular fate by hand."""

MIX: tuple[tuple[str, int], ...] = (
    ("delivered", 820),
    ("twice", 30),
    ("late", 20),
    ("unreachable", 30),
    ("no-subscriber", 20),
    ("spam", 10),
    ("no-report", 30),
    ("bad-number", 20),
    ("not-deliverable", 15),
    ("opted-out", 5),
)
"""Of 1,000 phones under the script "mix"; the lost answers come on top, see `Script.swallow_every`."""

SCRIPTS = ("quiet", "mix")


@dataclass(frozen=True)
class Script:
    """One play: `explicit` has phones (digits) and their fates, `delay` is the usual seconds to a receipt.

    `swallow_every` N loses the answer for every phone whose number leaves the remainder `seed` when divided
    by N: so for one of any N numbers in a row. 0 loses none.
    """

    name: str = "quiet"
    seed: int = 1
    delay: float = 1.0
    swallow_every: int = 0
    explicit: Mapping[str, str] = field(default_factory=dict)


def fate(script: Script, phone: str) -> Fate:
    """Return what becomes of an SMS to `phone` (with or without a plus); the same for the same arguments."""
    digits = phone.lstrip("+")
    roll = _roll(script.seed, digits)
    # Between half and one and a half of the usual delay, or all receipts of a batch would come at once.
    pace = script.delay * (0.5 + roll[1] / 1000)
    scripted = FATES[_word(script, digits, roll[0])]
    return replace(scripted, delay=scripted.delay * pace)


def _word(script: Script, digits: str, roll: int) -> str:
    word = script.explicit.get(digits) or ENDINGS.get(digits[-4:])
    if word:
        return word
    if _swallowed(script, digits):
        return "cut" if roll % 2 else "hang"
    return _mixed(roll) if script.name == "mix" else "delivered"


def _swallowed(script: Script, digits: str) -> bool:
    every = script.swallow_every
    return every > 0 and int(digits) % every == script.seed % every


def _mixed(roll: int) -> str:
    for word, weight in MIX:
        roll -= weight
        if roll < 0:
            return word
    raise ValueError("the weights of MIX must add up to 1,000")


def _roll(seed: int, digits: str) -> tuple[int, int]:
    """Throw two dice of 1,000 sides that always fall the same for the same seed and phone."""
    thrown = int.from_bytes(blake2b(f"{seed}:{digits}".encode(), digest_size=8).digest(), "big")
    return thrown % 1000, thrown // 1000 % 1000
