"""All that is found now: the one list behind the page, `flask sms doctor`, `flask sms watch` and the alerts."""

from dataclasses import replace

from smsadmin.alerts import accounts_state, machinery, waiting_state
from smsadmin.alerts.keep import opened_causes
from smsadmin.alerts.kinds import FOLLOW, NOTHING_MOVES, Finding, Kind, Weight

LOOKS = (
    machinery.workers,
    machinery.redis,
    machinery.key,
    accounts_state.accounts,
    waiting_state.paused,
    waiting_state.scheduled,
    waiting_state.queues,
    waiting_state.leases,
    waiting_state.receipts,
    machinery.counters,
    machinery.telling,
    waiting_state.to_decide,
)


def findings() -> list[Finding]:
    """Return what is found, the gravest first; an empty list means that all is well."""
    behind = machinery.tables()
    if behind:
        return behind
    opened = opened_causes()
    found = without_consequences([finding for look in LOOKS for finding in look()])
    dated = [replace(one, since=one.since or opened.get(one.cause)) for one in found]
    return sorted(dated, key=lambda one: list(Weight).index(one.weight))


def without_consequences(found: list[Finding]) -> list[Finding]:
    """Leave away what only follows from another finding: one cause is told once."""
    hidden = hidden_by(found)
    return [one for one in found if one.kind not in hidden]


def hidden_by(found: list[Finding]) -> frozenset[Kind]:
    """Return the kinds that are not looked at while this is found: they are not over, and no causes of their own."""
    kinds = {one.kind for one in found}
    if Kind.NOT_MIGRATED in kinds:
        return frozenset(Kind) - kinds
    return FOLLOW if kinds & NOTHING_MOVES else frozenset()
