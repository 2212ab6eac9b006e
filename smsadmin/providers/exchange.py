"""What one HTTP exchange was, for whoever watches the wire, and how the way to a provider may go."""

from collections.abc import Callable
from dataclasses import dataclass, field


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


Watch = Callable[[Exchange], None]
"""Called after each exchange, in the thread that made it; it must not raise and must not wait."""


@dataclass(frozen=True)
class Way:
    """How calls to one account go: who watches them, and whether they may lead into the private network."""

    watch: Watch | None = field(default=None, compare=False)
    public_only: bool = False


DIRECT = Way()
"""Nobody watches, and the address was chosen by whoever runs the site."""
