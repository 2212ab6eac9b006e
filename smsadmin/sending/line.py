"""The way to one provider account, as it is at the moment: how to sign in there, and how much a claim takes."""

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Self

from smsadmin.accounts import credentials
from smsadmin.api_log.record import Watched
from smsadmin.current import settings
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import Credentials, Provider
from smsadmin.sending.rate import rate_of

CLAIMED_PER_THREAD = 2
WHILE_ALL_GOES_WELL = 4
"""Where a request carries one message: a provider that is down gets few before it is left alone."""

AHEAD_PER_THREAD = 2
"""Calls that wait or are open when the next claim is made: as many go out while it is made, however fast a provider
is."""


@dataclass(frozen=True)
class Line:
    """The way to one provider account."""

    account: Account
    provider: Provider
    credentials: Credentials
    calls: Watched
    threads: Executor

    @classmethod
    def to(cls, account: Account, threads: Executor) -> Self:
        """Open the account's password and look whether its calls are watched; raise `NoKey`."""
        calls = Watched(account, "send")
        return cls(account, provider(account.provider), credentials(account, calls.watch), calls, threads)

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
        return 1 if self.provider.abilities.batch_size > 1 else settings().threads * AHEAD_PER_THREAD

    @property
    def rate(self) -> float:
        """Return how many messages a second may leave through it."""
        return rate_of(self.account.provider)

    def claim_size(self, goes_well: bool) -> int:
        """Return how many messages one claim takes, at most one second's: one after a stop.

        A request, where it carries several; else a few for each thread.
        """
        if self.account.stopped_reason:
            return 1
        several = self.provider.abilities.batch_size
        each = WHILE_ALL_GOES_WELL if goes_well else CLAIMED_PER_THREAD
        size = min(several, settings().batch_size) if several > 1 else settings().threads * each
        return min(size, max(1, int(self.rate)))
