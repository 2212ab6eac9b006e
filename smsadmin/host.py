"""The contract with the host: its customers, its staff, how a customer is signed in, its loyalty rules.

The host hands four small objects to `SmsAdmin`; the plugin never reads the host's tables in any other way.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

LONGEST_KEY = 64
"""Characters of the key of a member of staff."""


@dataclass(frozen=True)
class Customer:
    """One customer as the plugin sees him; `key` is the host's own key as text, `phone` as the host keeps it."""

    key: str
    phone: str | None = field(repr=False)
    name: str = field(repr=False)
    verified: bool
    """He has shown that the phone is his."""
    locale: str = "ru"
    since: datetime | None = None
    """When he became a customer, UTC."""
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What placeholders of a text may say besides `{name}`."""


@dataclass(frozen=True)
class Page:
    """One page of a customer list and how many there are in all."""

    customers: Sequence[Customer]
    total: int


class FilterKind(StrEnum):
    """What a filter compares, and so which field the form has for it."""

    CHOICE = "choice"
    """The customer has exactly this value."""
    AT_LEAST = "at_least"
    """The customer has this number or more; the value is a decimal number with a point."""
    SINCE = "since"
    """On this day or later; the value is a date, ISO 8601, in the shop's zone."""


@dataclass(frozen=True)
class Filter:
    """One way to choose customers that the host declares."""

    name: str
    """Letters, digits and `_`; it stays the same for ever, since stored rules use it."""
    label: Any
    """What staff read: text, or lazy text."""
    kind: FilterKind


class UnknownFilter(KeyError):
    """A rule has a filter that the host does not declare; its argument is the filter's name."""


Rule = Mapping[str, str]
"""Filter's name → value; a customer is under it when he passes all of them; an empty one is everyone."""

EVERYONE: Rule = {}


class Customers(Protocol):
    """Where the customers are."""

    placeholders: Sequence[str]
    """Names that `Customer.values` offers."""
    filters: Sequence[Filter]
    """By what a broadcast may choose its customers."""

    def choices(self, name: str) -> Sequence[str]:
        """Return the values that a filter of the kind `CHOICE` offers."""

    def count(self, rule: Rule = EVERYONE) -> int:
        """Return how many customers are under the rule."""

    def batch(
        self, verified: bool, after: str | None, limit: int, rule: Rule = EVERYONE
    ) -> Sequence[Customer]:
        """Return up to `limit` (un)verified customers under the rule, oldest first, that come after the key `after`."""

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Customer]:
        """Return the customers that (still) exist, by key."""

    def shared(self, phones: Collection[str]) -> Collection[str]:
        """Return those of these E.164 numbers that more than one customer has verified."""

    def search(self, text: str, offset: int, limit: int) -> Page:
        """Find customers by a part of the name (whatever the case) or the digits of the phone."""

    def url(self, key: str) -> str | None:
        """Return the address of the host's own page about this customer, if it has one."""


class Role(StrEnum):
    """What a member of staff may do; the host maps its own roles onto these."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    VIEWER = "viewer"


@dataclass(frozen=True)
class StaffMember:
    """One of those who work here; `key` is the host's own key as text, `phone` is E.164.

    Raise `ValueError` for a key of more than 64 characters: cut off, it could be another one's.
    """

    key: str
    name: str
    role: Role
    phone: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse a key that our tables cannot hold."""
        if len(self.key) > LONGEST_KEY:
            raise ValueError(
                f"the key of a member of staff has {len(self.key)} characters; {LONGEST_KEY} is the most"
            )


class Staff(Protocol):
    """Who works here."""

    def current(self) -> StaffMember | None:
        """Return who is signed in to the back office in this request."""

    def administrators(self) -> Iterable[StaffMember]:
        """Return the owners and the admins as of now: one of these admins is responsible for the integration."""

    def staff_among(self, customer_keys: Iterable[str]) -> Collection[str]:
        """Return those of these customers who are, by now, also members of staff."""

    def phones(self) -> Iterable[str]:
        """Return the E.164 numbers of staff accounts: no link to these signs anybody in."""

    def sign_in_url(self) -> str:
        """Return the address of the back office's sign-in page."""


class Login(Protocol):
    """How a customer is signed in to his own cabinet."""

    def sign_in(self, customer_key: str) -> None:
        """Start a new session that is not fresh for this customer."""

    def current_customer(self) -> str | None:
        """Return the key of the customer who is signed in, if one is."""

    def someone_signed_in(self) -> bool:
        """Say whether anybody, customer or staff, is signed in."""

    def may_sign_in(self, customer_key: str) -> bool:
        """Say whether this customer exists and is not blocked."""

    def sign_in_url(self, target: str) -> str:
        """Return the address of the customers' sign-in page that leads on to `target`.

        A message that says why he is there has been flashed for it.
        """


class Loyalty(Protocol):
    """The host's loyalty rules, as far as they decide which events can happen."""

    def bonuses_expire_after_days(self) -> int | None:
        """Return after how many days bonuses expire; None: never."""


@dataclass(frozen=True)
class Host:
    """All of the host that the plugin knows."""

    db: Any
    """A Flask-SQLAlchemy-like object: `engine` and `session`."""
    customers: Customers
    staff: Staff
    login: Login
    loyalty: Loyalty
