"""What a page shows beside a button that spends money, and whether it is still true when the button is pressed."""

import hashlib
import json
from dataclasses import dataclass, replace

from smsadmin.accounts import sending_account
from smsadmin.admin.recipients import refuse_unknown
from smsadmin.broadcasts import drafts, lifecycle, schedule
from smsadmin.broadcasts.schedule import GREW_BY, Estimate
from smsadmin.integration import integration
from smsadmin.models import Account, Broadcast


class Changed(Exception):
    """What is true now is not what was seen: the page has to be looked at again."""


@dataclass(frozen=True)
class Offer:
    """An estimate as a page shows it; `seen` goes with its button and tells what was on the page."""

    estimate: Estimate
    seen: str


def offer(broadcast: Broadcast) -> Offer:
    """Return what confirming a draft would mean now; raise `UnknownFilter`."""
    refuse_unknown(broadcast)
    estimate = schedule.estimate(broadcast, drafts.example_of(broadcast).parts)
    return Offer(estimate, f"{estimate.customers}.{_mark(broadcast, estimate, sending_account())}")


def confirmed(broadcast: Broadcast, seen: str) -> Estimate:
    """Return the estimate that was seen; raise `Changed` where it is not true any more, or `UnknownFilter`.

    A list that has grown a little meanwhile is still the one that was seen, as it is when it is formed.
    """
    now = offer(broadcast)
    number, _, mark = seen.partition(".")
    if not number.isdecimal() or mark != now.seen.partition(".")[2]:
        raise Changed
    customers = int(number)
    if now.estimate.customers > customers * GREW_BY:
        raise Changed
    if now.estimate.price is None or not now.estimate.customers:
        return replace(now.estimate, customers=customers)
    return replace(
        now.estimate, customers=customers, price=now.estimate.price / now.estimate.customers * customers
    )


def _mark(broadcast: Broadcast, estimate: Estimate, account: Account | None) -> str:
    """Return what changes with the draft, with the name before its text, and with what an SMS costs."""
    paid = (account.id, account.price_of_part, account.currency) if account else ()
    seen = [getattr(broadcast, name) for name in lifecycle.SEEN] + [
        integration().text_prefix,
        estimate.parts,
        *paid,
    ]
    return hashlib.sha256(json.dumps(seen, default=str).encode()).hexdigest()
