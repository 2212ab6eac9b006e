"""Believe a callback: when it verifies against an account that its provider has or had here, for what that was handed.

Receipts of a removed account still come.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from smsadmin.accounts import credentials
from smsadmin.database import read
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import CallbackRequest, Credentials, Forged, Garbled, Receipt
from smsadmin.sealing import NoKey


@dataclass(frozen=True)
class Callback:
    """What came for the provider `name`."""

    name: str
    request: CallbackRequest


@dataclass(frozen=True)
class Told:
    """What a callback tells, and the ids of the accounts for whose messages it may be believed."""

    provider: str
    receipts: Sequence[Receipt]
    account_ids: Collection[int]


Refusal = Forged | Garbled | NoKey
"""Why a callback is not believed, or not yet: with `NoKey` only an account that stays closed might vouch for it."""


@dataclass(frozen=True)
class Accounts:
    """All accounts that there are or were, newest first, as they were at one moment; each is opened at most once."""

    all: Sequence[Account]
    _opened: dict[int, Credentials | NoKey] = field(default_factory=dict, repr=False)

    @classmethod
    def now(cls) -> "Accounts":
        """Read them."""
        return cls(read(lambda session: session.scalars(select(Account).order_by(Account.id.desc())).all()))

    def believe(self, callback: Callback) -> Told | Refusal:
        """Return what a callback tells and whose messages it may be about, or why it is not believed."""
        receipts: Sequence[Receipt] | None = None
        vouched: set[int] = set()
        closed: NoKey | None = None
        chosen = provider(callback.name)
        for account in (each for each in self.all if each.provider == callback.name):
            key = self._key_of(account)
            if isinstance(key, NoKey):
                # Of a removed account whose key is lost too nobody can tell any more what is true.
                closed = key if account.removed_at is None else closed
                continue
            try:
                receipts = chosen.parse_receipt(callback.request, key)
            except Garbled as error:
                return error
            except Forged:
                if chosen.abilities.callback_per_account:
                    # One secret for all of its accounts: the others would say the same.
                    break
            else:
                vouched |= self._vouched_by(account)
        if receipts is not None:
            return Told(callback.name, receipts, vouched)
        return closed or Forged(f"no account of {callback.name} vouches for it")

    def _vouched_by(self, account: Account) -> set[int]:
        """Return the accounts for whose messages this one's secret can vouch.

        One secret for all of a provider's accounts vouches for all of them. Else it is this account's own, and what
        an earlier row of the same login was handed: whose token was changed still gets the old receipts, but an old
        token says nothing about what came after it.
        """
        of_provider = (each for each in self.all if each.provider == account.provider)
        if provider(account.provider).abilities.callback_per_account:
            return {each.id for each in of_provider}
        return {each.id for each in of_provider if each.login == account.login and each.id <= account.id}

    def _key_of(self, account: Account) -> Credentials | NoKey:
        if account.id not in self._opened:
            try:
                self._opened[account.id] = credentials(account)
            except NoKey as error:
                self._opened[account.id] = error
        return self._opened[account.id]
