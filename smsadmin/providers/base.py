"""The contract with a provider: what the engine hands over and what it gets back; no Flask, no database.

A provider is one class with seven methods and a declaration of its abilities. It is pure but for the HTTP call:
it never retries, never sleeps and keeps nothing between calls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from smsadmin.providers.exchange import DIRECT, Way
from smsadmin.reasons import Reason
from smsadmin.states import State


@dataclass(frozen=True)
class Credentials:
    """How to sign in to one account of a provider; without a `login` the secret is an API key."""

    login: str
    secret: str = field(repr=False)
    base_url: str
    sender: str = ""
    callback_secret: str = field(default="", repr=False)
    way: Way = field(default=DIRECT, repr=False)


@dataclass(frozen=True)
class Outgoing:
    """One SMS to hand over: `attempt_id` is ours and unguessable, `phone` is E.164, `text` is what arrives."""

    attempt_id: str
    phone: str
    text: str = field(repr=False)
    callback_url: str = field(default="", repr=False)
    valid_for: timedelta | None = None


class Outcome(StrEnum):
    """What became of one message of a call."""

    ACCEPTED = "accepted"
    """Taken, and billed."""
    REJECTED = "rejected"
    """Refused for good, because of this recipient or this text."""
    BATCH_REFUSED = "batch_refused"
    """The whole request was refused because of some recipient or text in it; nothing was taken."""
    ACCOUNT_PROBLEM = "account_problem"
    """Nothing was taken: the account cannot send at the moment (password, money, address, sender)."""
    TRY_LATER = "try_later"
    """Nothing was taken; the same may be tried after `Answer.retry_after`."""
    UNKNOWN = "unknown"
    """No answer that we understand: it may or may not have been taken."""


@dataclass(frozen=True)
class Answer:
    """The provider's answer for one message; `raw` is kept in the ledger and carries no secret and no text."""

    outcome: Outcome
    reason: Reason | None = None
    provider_id: str | None = None
    parts: int | None = None
    price: Decimal | None = None
    currency: str | None = None
    retry_after: timedelta | None = None
    """For how long the account rests, whatever became of this message."""
    raw: str = ""


@dataclass(frozen=True)
class Balance:
    """What is left on the account."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Quote:
    """What messages would cost together, and how many parts the provider counts in them (at least one)."""

    price: Decimal
    parts: int


class CheckFailed(Exception):
    """The balance, a price, or what became of messages, could not be had; `reason` tells why."""

    def __init__(self, reason: Reason, raw: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.raw = raw


class Headers(Protocol):
    """The headers of a request, by names that may be written in capitals or not."""

    def get(self, name: str, default: str, /) -> str:
        """Return a header, or `default` where there is none."""


@dataclass(frozen=True)
class CallbackRequest:
    """A provider's HTTP request to us; `url` is the public one it called, `key` the last part of its path."""

    method: str
    url: str
    key: str = field(repr=False)
    query: Mapping[str, str]
    form: Mapping[str, str]
    body: bytes
    headers: Headers


@dataclass(frozen=True)
class Receipt:
    """One delivery receipt as the provider put it; `reference` is ours (see `Provider.reference`)."""

    reference: str
    status: str
    error: str = ""
    price: Decimal | None = None


@dataclass(frozen=True)
class Settled:
    """What a receipt's status means for the message: a state that it has reached; None: a status that no table has."""

    state: State | None
    reason: Reason | None = None


class Forged(Exception):
    """The callback does not prove that it comes from the provider."""


class Garbled(Exception):
    """The callback comes from the provider but cannot be read."""


@dataclass(frozen=True)
class Question:
    """One message that we ask about: what we know of the attempt to hand it over."""

    reference: str
    """Ours, see `Provider.reference`."""
    request_id: str
    phone: str = field(repr=False)
    text: str = field(repr=False)
    """What arrived, with the codes of its links: a provider that can only be searched is searched for it."""
    asked_at: datetime
    """When the attempt began, UTC: what is older cannot be this message."""
    provider_id: str | None = None
    """The provider's own id, where its answer came."""
    others: frozenset[str] = frozenset()
    """The provider's ids of other messages to this person: a search that finds one of them has found another."""


class Missing(StrEnum):
    """Why a lookup tells nothing about a message."""

    NOT_FOUND = "not_found"
    """The provider says that it does not know it."""
    UNCLEAR = "unclear"
    """The answer does not say what became of it."""


Found = Receipt | Missing
"""What a lookup tells about one message: its status, as a receipt would, or why not."""


@dataclass(frozen=True)
class Lookup:
    """How often and about how much a provider may be asked what became of messages."""

    at_once: int
    """The most messages of one request."""
    pause: timedelta
    """Between two requests about one account's messages."""
    by_reference: bool
    """It is asked by our reference, so "not found" means that it never arrived; else only a find proves anything."""


@dataclass(frozen=True)
class Abilities:
    """What a provider can do; engine and screens are drawn from this, nobody asks for its name."""

    batch_size: int
    """The most messages one request may carry."""
    own_ids: bool
    """Our own id travels with each message in a field made for it."""
    lookup: Lookup | None
    """What became of a message can be asked."""
    balance: bool
    """The balance can be asked for."""
    quote: bool
    """What messages would cost can be asked for, without sending them."""
    schedule: bool
    """A message can be handed over ahead of its time."""
    api_key: bool
    """One key may stand in the place of login and password."""
    tells: frozenset[Reason]
    """The reasons for which it refuses a request, as far as its tables know them."""
    callback_per_account: bool
    """One callback address per account, entered by hand in the provider's cabinet (else one per message)."""


class Provider(Protocol):
    """One provider's wire protocol."""

    name: str
    """Lower case, as in tables and addresses: `smsc`."""
    title: str
    """As the provider writes it: `SMSC`."""
    default_base_url: str
    abilities: Abilities

    def reference(self, request_id: str, message: Outgoing) -> str:
        """Return what receipts will call this message: unique for ever, because `request_id` is."""

    def send(
        self, credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> list[Answer]:
        """Hand over the messages in one HTTP request, within `deadline` seconds in all; one answer each, in order."""

    def balance(self, credentials: Credentials, deadline: float) -> Balance:
        """Ask for the balance; raise `CheckFailed`."""

    def quote(self, credentials: Credentials, messages: Sequence[Outgoing], deadline: float) -> Quote:
        """Ask in one HTTP request what messages would cost, and send none; raise `CheckFailed`."""

    def lookup(self, credentials: Credentials, questions: Sequence[Question], deadline: float) -> list[Found]:
        """Ask in one HTTP request what became of messages; one answer each, in order; raise `CheckFailed`."""

    def parse_receipt(self, request: CallbackRequest, credentials: Credentials) -> list[Receipt]:
        """Verify a callback and read the receipts in it; raise `Forged` or `Garbled`."""

    def settle(self, status: str, error: str) -> Settled:
        """Say what a stored receipt means, from the provider's tables."""
