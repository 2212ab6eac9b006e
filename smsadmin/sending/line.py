"""The way to one provider account, as it is at the moment: how to sign in there, and how much a claim takes."""

from dataclasses import dataclass, replace
from typing import Self

from smsadmin.accounts import credentials
from smsadmin.api_log.record import Watched
from smsadmin.current import settings
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import Credentials, Provider
from smsadmin.sending.rate import rate_of
from smsadmin.sending.window import MOST

UNRECORDED = 1
"""Turns that may not be recorded yet when the next claim is made: a kill leaves these and the next in doubt."""

UNRECORDED_OF_SEVERAL = 2
"""Where a request carries several messages: one is called, one recorded, one claimed."""


@dataclass(frozen=True)
class Line:
    """The way to one provider account."""

    account: Account
    provider: Provider
    credentials: Credentials
    calls: Watched

    @classmethod
    def to(cls, account: Account) -> Self:
        """Open the account's password and look whether its calls are watched; raise `NoKey`."""
        calls = Watched(account, "send")
        return cls(account, provider(account.provider), credentials(account, calls.watch), calls)

    def watched(self) -> tuple[Watched, Credentials]:
        """Return what sees the calls of one claim, and the credentials that show them to it alone."""
        calls = self.calls.another()
        way = replace(self.credentials.way, watch=calls.watch)
        return calls, replace(self.credentials, way=way)

    @property
    def calls_at_once(self) -> int:
        """Return how many calls may be open when the next claim is made; none, where each has to be waited for."""
        if self.account.stopped_reason:
            return 0
        # While the calls of the largest claim go out the next claim is made, however fast the provider is.
        return 1 if self.provider.abilities.batch_size > 1 else settings().threads * MOST

    @property
    def turns_at_once(self) -> int:
        """Return how many turns may not be recorded yet when the next claim is made."""
        return UNRECORDED_OF_SEVERAL if self.provider.abilities.batch_size > 1 else UNRECORDED

    @property
    def rate(self) -> float:
        """Return how many messages a second may leave through it."""
        return rate_of(self.account.provider)

    def claim_size(self, each: int) -> int:
        """Return how many messages one claim takes, at most one second's: one after a stop.

        A request, where it carries several; else `each` for each thread.
        """
        if self.account.stopped_reason:
            return 1
        several = self.provider.abilities.batch_size
        size = min(several, settings().batch_size) if several > 1 else settings().threads * each
        return min(size, max(1, int(self.rate)))
