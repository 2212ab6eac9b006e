"""Everything that can happen to an SMS or to its request, by the word that command line and judge use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Reply(StrEnum):
    """How a request is answered after what it brought was taken; the first one wins among the SMS of a batch."""

    HANG = "hang"
    """The answer does not come while the caller waits."""
    RESET = "reset"
    """The connection breaks without a byte of an answer."""
    CUT = "cut"
    """The connection breaks in the middle of the answer."""
    SERVER_ERROR = "server error"
    """The answer is a 500, 502 or 503, which says nothing of what became of the SMS."""
    GARBAGE = "garbage"
    """The answer is a success with a body that no manual knows."""
    DRIP = "drip"
    """The answer comes whole in the end, one byte at a time."""
    ANSWER = "answer"

    @property
    def whole(self) -> bool:
        """Tell whether the caller can read the answer in the end."""
        return self in {Reply.DRIP, Reply.ANSWER}


class Denial(StrEnum):
    """Why a whole request is not taken: nothing of it is, whatever else it carries."""

    HANG = "hang before"
    RESET = "reset before"
    SERVER_ERROR = "refused by a 503"
    BUSY = "busy"
    FORBIDDEN_TEXT = "forbidden text"
    WRONG_PASSWORD = "wrong password"  # noqa: S105 - a reason
    NO_MONEY = "no money"
    BLOCKED = "address blocked"
    SENDER = "sender not registered"


class Refusal(StrEnum):
    """Why a provider does not take one SMS; each provider has a code of its own for it."""

    BAD_NUMBER = "bad number"
    NOT_DELIVERABLE = "not deliverable"
    OPTED_OUT = "opted out"


class Report(StrEnum):
    """What a receipt says; each provider has words of its own for it."""

    SENT = "passed on to the operator"
    DELIVERED = "delivered"
    NO_SUBSCRIBER = "no such subscriber"
    UNREACHABLE = "not reachable"
    SPAM = "held by the spam filter"
    UNHEARD_OF = "a status that no table has"


NEXT_AFTER = 0.2
"""Seconds from one receipt about an SMS to the next one."""


@dataclass(frozen=True)
class Fate:
    """What becomes of one SMS: `reports` come in this order, the first after `delay` seconds; empty is never.

    `early`: the first receipt is sent, and answered, before the request that carries the SMS is.
    """

    reply: Reply = Reply.ANSWER
    refusal: Refusal | None = None
    denial: Denial | None = None
    reports: tuple[Report, ...] = (Report.DELIVERED,)
    delay: float = 1.0
    early: bool = False
    word: str = "delivered"
    """The word by which its receipts are known."""

    def standing(self, age: float) -> Report:
        """Return what the provider knows of the SMS `age` seconds after it was taken: the last final report.

        An interim status that comes late does not change what is final.
        """
        due = 0 if age < self.delay else 1 + int((age - self.delay) / NEXT_AFTER)
        final = [report for report in self.reports[:due] if report is not Report.SENT]
        return final[-1] if final else Report.SENT


_DELIVERED, _SENT = Report.DELIVERED, Report.SENT

_FATES: Mapping[str, Fate] = {
    # What the receipts say, and when.
    "delivered": Fate(),
    "no-subscriber": Fate(reports=(Report.NO_SUBSCRIBER,)),
    "unreachable": Fate(reports=(Report.UNREACHABLE,)),
    "spam": Fate(reports=(Report.SPAM,)),
    "unknown-status": Fate(reports=(Report.UNHEARD_OF,)),
    "late": Fate(delay=5.0),
    "twice": Fate(reports=(_DELIVERED, _DELIVERED)),
    "interim": Fate(reports=(_SENT, _DELIVERED)),
    "out-of-order": Fate(reports=(_DELIVERED, _SENT)),
    "early": Fate(delay=0.0, early=True),
    "no-report": Fate(reports=()),
    # One SMS is refused.
    "bad-number": Fate(refusal=Refusal.BAD_NUMBER, reports=()),
    "not-deliverable": Fate(refusal=Refusal.NOT_DELIVERABLE, reports=()),
    "opted-out": Fate(refusal=Refusal.OPTED_OUT, reports=()),
    # The whole request is not taken.
    "hang-before": Fate(denial=Denial.HANG, reports=()),
    "reset-before": Fate(denial=Denial.RESET, reports=()),
    "refused-5xx": Fate(denial=Denial.SERVER_ERROR, reports=()),
    "busy": Fate(denial=Denial.BUSY, reports=()),
    "forbidden-text": Fate(denial=Denial.FORBIDDEN_TEXT, reports=()),
    "wrong-password": Fate(denial=Denial.WRONG_PASSWORD, reports=()),
    "no-money": Fate(denial=Denial.NO_MONEY, reports=()),
    "blocked": Fate(denial=Denial.BLOCKED, reports=()),
    "sender-not-registered": Fate(denial=Denial.SENDER, reports=()),
    # Taken, but the answer is lost or says nothing: no receipt clears it up either.
    "hang": Fate(reply=Reply.HANG, reports=()),
    "reset": Fate(reply=Reply.RESET, reports=()),
    "cut": Fate(reply=Reply.CUT, reports=()),
    "server-error": Fate(reply=Reply.SERVER_ERROR, reports=()),
    "garbage": Fate(reply=Reply.GARBAGE, reports=()),
    "drip": Fate(reply=Reply.DRIP),
}

FATES: Mapping[str, Fate] = {word: replace(fate, word=word) for word, fate in _FATES.items()}
"""Every fate there is, by its word; delays are multiples of the script's."""

OF_A_QUESTION = (
    "hang-before",
    "hang",
    "reset-before",
    "reset",
    "cut",
    "drip",
    "garbage",
    "server-error",
    "refused-5xx",
    "busy",
    "wrong-password",
    "blocked",
)
"""Those that a request for balance, status or list can meet as well: it brings no SMS."""

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
    "9912": "hang-before",
    "9913": "reset-before",
    "9914": "reset",
    "9915": "drip",
    "9916": "garbage",
    "9917": "server-error",
    "9918": "refused-5xx",
    "9919": "busy",
    "9920": "forbidden-text",
    "9921": "wrong-password",
    "9922": "no-money",
    "9923": "blocked",
    "9924": "sender-not-registered",
    "9925": "early",
    "9926": "out-of-order",
    "9927": "interim",
    "9928": "unknown-status",
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
