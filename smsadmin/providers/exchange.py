"""What one HTTP exchange was, for whoever watches the wire, and how the way to a provider may go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What a provider's reply was to the adapter that read it, whatever its HTTP status."""

    UNDERSTOOD = "understood"
    """It says that everything was taken, or tells what was asked."""
    NOT_FOUND = "not_found"
    """It says that the provider does not know the messages that it was asked about."""
    PARTLY_REFUSED = "partly_refused"
    """It takes some of the messages and refuses others."""
    REFUSED = "refused"
    """It says that nothing was taken, or that the question is not answered."""
    NOT_UNDERSTOOD = "not_understood"
    """It does not say clearly what became of the request: whatever its status, it is no good news."""


@dataclass(frozen=True)
class Exchange:
    """One request and its reply as they were, secrets and all: whoever keeps them masks them first."""

    method: str
    url: str = field(repr=False)
    sent: bytes = field(repr=False)
    """The request's body."""
    status: int | None
    """The reply's HTTP status; None where no whole reply came."""
    received: bytes = field(repr=False)
    failure: str
    """Why there is no reply, in the words of an error's kind; empty where there is one."""
    seconds: float
    verdict: Verdict | None = None
    """What the adapter made of the reply; None where there is none."""


Watch = Callable[[Exchange], None]
"""Called after each exchange, in the thread that made it; it must not raise and must not wait."""


@dataclass(frozen=True)
class Way:
    """How calls to one account go: who watches them, and whether they may lead into the private network."""

    watch: Watch | None = field(default=None, compare=False)
    public_only: bool = False


DIRECT = Way()
"""Nobody watches, and the address was chosen by whoever runs the site."""
