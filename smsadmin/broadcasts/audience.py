"""Who of a batch of customers gets the broadcast, and why not; pure but for its arguments."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from smsadmin.host import Customer
from smsadmin.reasons import Reason
from smsadmin.suppression import Suppressed
from smsadmin.text.placeholders import cleaned


class Candidate(NamedTuple):
    """A customer, the number in E.164 (or as the host has it, where it is none), and why he is left out."""

    customer: Customer
    phone: str
    left_out: Reason | None


def choose(
    customers: Sequence[Customer],
    numbers: Sequence[str | None],
    *,
    verified_only: bool,
    suppressed: Suppressed,
    taken: Collection[str],
    overlong: Callable[[Customer], bool] | None = None,
) -> list[Candidate]:
    """Decide about a batch, in its order.

    `numbers` are the customers' phones as E.164, None for what is none; `taken` are those that an earlier customer has;
    `overlong` says whose values make a link too long.
    """
    seen = set(taken)
    chosen = []
    for customer, phone in zip(customers, numbers, strict=True):
        reason = _left_out(customer, phone, verified_only, suppressed, seen)
        if reason is None and overlong is not None and overlong(customer):
            reason = Reason.LINK_TOO_LONG
        if phone and reason is None:
            seen.add(phone)
        chosen.append(Candidate(customer, phone or cleaned(customer.phone or "")[:32], reason))
    return chosen


def _left_out(
    customer: Customer,
    phone: str | None,
    verified_only: bool,
    suppressed: Suppressed,
    seen: Collection[str],
) -> Reason | None:
    if not customer.phone:
        return Reason.NO_NUMBER
    if phone is None:
        return Reason.BAD_NUMBER
    if reason := suppressed.reason(customer.key, phone):
        return reason
    if verified_only and not customer.verified:
        return Reason.UNVERIFIED
    if phone in seen:
        return Reason.DUPLICATE
    return None
