"""What the API access log says about a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smsadmin.api_log.calls import NO_ANSWER, WRONG
from smsadmin.api_log.masking import BETRAYS
from smsadmin.i18n import _, lazy
from smsadmin.providers.exchange import Verdict

KIND_WORDS: dict[str, Any] = {
    "send": lazy("sending SMS"),
    "balance": lazy("balance check"),
    "lookup": lazy("status check"),
    "quote": lazy("price check"),
}


@dataclass(frozen=True)
class Outcome:
    """How a call ended: a word, the colour of its badge, and a sentence for the call's own page."""

    word: Any
    colour: str
    says: Any = ""


NONE_CAME = Outcome(
    lazy("no answer"),
    "warning",
    lazy("The provider has not answered, or its answer broke off: whether it took the request is not known."),
)

VERDICTS: Mapping[str, Outcome] = {
    Verdict.UNDERSTOOD: Outcome(
        lazy("fine"), "success", lazy("The provider has taken everything, or told what was asked.")
    ),
    Verdict.NOT_FOUND: Outcome(
        lazy("not found there"),
        "info",
        lazy("The provider does not know the SMS that it was asked about: they have not reached it."),
    ),
    Verdict.PARTLY_REFUSED: Outcome(
        lazy("refused in part"),
        "warning",
        lazy("The provider has taken some SMS of this request and refused the others: the reply says which."),
    ),
    Verdict.REFUSED: Outcome(
        lazy("refused"),
        "danger",
        lazy("The provider has refused the request: why stands in the reply."),
    ),
    Verdict.NOT_UNDERSTOOD: Outcome(
        lazy("not understood"),
        "danger",
        lazy(
            "This is not the provider's usual answer, so nobody knows what became of the request. See in the "
            "reply who has answered, and whether the provider's address in the integration settings is right."
        ),
    ),
}

OUTCOME_WORDS: dict[str, Any] = {
    WRONG: lazy("everything that went wrong"),
    **{verdict: told.word for verdict, told in VERDICTS.items()},
    NO_ANSWER: NONE_CAME.word,
}
"""By what the list can be narrowed down, what is looked for most often first."""


def outcome(call: Any) -> Outcome:
    """Return how a call ended, as its adapter judged it."""
    if call.status is None:
        return NONE_CAME
    # A call of before replies were judged, or a word of another version.
    usual = Outcome(_("not judged"), "danger" if call.status >= 400 else "secondary")
    return VERDICTS.get(call.verdict, usual)


def shown_body(text: str) -> str:
    """Return a body for the screen."""
    if text == BETRAYS:
        said: str = _("Not kept: a password or a login link could not be masked safely in it.")
        return said
    return text
