"""What the host tells us: who a login link may sign in, how that is done, and when a message was handed over."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

HandedOver = Callable[[Collection[tuple[str, int]], datetime], Mapping[tuple[str, int], datetime]]
"""Tells when messages (owner, position) were handed over to whoever delivers them: the moment before the call.

It leaves out what it does not know and, if that saves it work, what was handed over before the moment it is given.
"""


@dataclass(frozen=True)
class Verdict:
    """May this link sign in: `customer_key` says as whom, `refusal` (a short word of the host's) why not."""

    customer_key: str | None = None
    refusal: str | None = None


class Outcome(StrEnum):
    """What became of a posted login form."""

    SIGNED_IN = "signed_in"
    ALREADY = "already"
    """The same customer was signed in: nothing to do."""
    SOMEONE_ELSE = "someone_else"
    """Somebody else was signed in and stayed so."""
    REFUSED = "refused"


class Gate(Protocol):
    """The host's side of a login link; every method runs inside the visitor's request."""

    def admit(self, owner: str, position: int) -> Verdict:
        """Decide, now and from fresh rows, whether the message at `position` of `owner` may sign in."""

    def current_customer(self) -> str | None:
        """Return the key of the customer signed in in this browser, None when it is no customer or nobody."""

    def someone_signed_in(self) -> bool:
        """Tell whether anybody, customer or staff, is signed in in this browser."""

    def sign_in(self, customer_key: str) -> None:
        """Sign the customer in with a new session that is not fresh."""

    def sign_in_page(self, target: str) -> str:
        """Return the address of the host's sign-in page that leads on to `target`."""
