"""A claimed message: what handing over and recording need of its row, as plain values."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Self

from smsadmin.models import Message


class Claimed(NamedTuple):
    """One message that belongs to a worker; a row of `sms_messages` as the claim left it.

    Plain values in the place of the mapped object: a worker claims thousands a second, and most of what a mapped
    object costs is for changes, which the moves make by statements.
    """

    id: int
    broadcast_id: int | None
    customer_key: str
    phone: str
    text: str
    position: int | None
    signs_in: bool
    link_values: str | None
    price: Decimal | None
    currency: str | None
    attempt_id: str
    lease_until: datetime
    not_after: datetime | None

    @classmethod
    def of(cls, message: Message) -> Self:
        """Return the values of a row that was written as claimed."""
        return cls._make(getattr(message, name) for name in cls._fields)
