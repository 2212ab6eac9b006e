"""What the API access log says about a call."""

from dataclasses import dataclass
from typing import Any

from smsadmin.api_log.masking import BETRAYS
from smsadmin.i18n import _, lazy

KIND_WORDS: dict[str, Any] = {
    "send": lazy("sending SMS"),
    "balance": lazy("balance check"),
    "lookup": lazy("status check"),
}


@dataclass(frozen=True)
class Outcome:
    """How a call ended: a word and the colour of its badge."""

    word: str
    colour: str


def outcome(status: int | None, failed: bool) -> Outcome:
    """Return how a call ended; the status is the reply's, None where no whole reply came."""
    if status is None:
        return Outcome(_("no answer"), "warning")
    return Outcome(str(status), "danger" if failed else "success")


def shown_body(text: str) -> str:
    """Return a body for the screen."""
    if text == BETRAYS:
        said: str = _("Not kept: a password or a login link could not be masked safely in it.")
        return said
    return text
