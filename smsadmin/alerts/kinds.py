"""The kinds of what can be found: how grave each is, and for which of them somebody is called."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What is found; a word of it stands in `sms_alerts` and in what a webhook gets."""

    NOT_MIGRATED = "not_migrated"
    NO_WORKER = "no_worker"
    REDIS_AWAY = "redis_away"
    NO_KEY = "no_key"
    ACCOUNT_STOPPED = "account_stopped"
    """Until a person has looked, or for long."""
    ACCOUNT_RESTS = "account_rests"
    """The provider is out of reach or asks to wait: it goes on by itself."""
    BROADCAST_PAUSED = "broadcast_paused"
    """Not by a person."""
    SCHEDULED_LATE = "scheduled_late"
    QUEUE_STANDS = "queue_stands"
    """Something could go, and no loop takes it."""
    LEASES_OVER = "leases_over"
    RECEIPTS_WAIT = "receipts_wait"
    COUNTERS_OFF = "counters_off"
    ALERTS_UNTOLD = "alerts_untold"
    BALANCE_LOW = "balance_low"
    REPORTS_LATE = "reports_late"
    NIGHT_MISSED = "night_missed"
    REPORTS_ASKED = "reports_asked"
    NOT_CONNECTED = "not_connected"
    SMS_OFF = "sms_off"
    TO_DECIDE = "to_decide"
    NOBODY_TOLD = "nobody_told"


class Weight(StrEnum):
    """How grave it is."""

    STUCK = "stuck"
    """Something does not go, or nobody would learn of it."""
    WARNING = "warning"
    """It goes on for now."""
    NOTE = "note"
    """As people have chosen it, or for them to decide."""


WARNINGS = frozenset({Kind.ACCOUNT_RESTS, Kind.BALANCE_LOW, Kind.REPORTS_LATE, Kind.NIGHT_MISSED})
NOTES = frozenset({Kind.REPORTS_ASKED, Kind.NOT_CONNECTED, Kind.SMS_OFF, Kind.TO_DECIDE, Kind.NOBODY_TOLD})

TOLD = frozenset(
    {
        Kind.NO_WORKER,
        Kind.REDIS_AWAY,
        Kind.NO_KEY,
        Kind.ACCOUNT_STOPPED,
        Kind.ACCOUNT_RESTS,
        Kind.BROADCAST_PAUSED,
        Kind.SCHEDULED_LATE,
        Kind.QUEUE_STANDS,
        Kind.COUNTERS_OFF,
        Kind.BALANCE_LOW,
        Kind.REPORTS_LATE,
    }
)
"""For these whoever is on call is told; the others stand on the page and in `flask sms doctor`."""

NOTHING_MOVES = frozenset({Kind.NO_WORKER, Kind.REDIS_AWAY})
FOLLOW = frozenset(
    {Kind.SCHEDULED_LATE, Kind.QUEUE_STANDS, Kind.LEASES_OVER, Kind.RECEIPTS_WAIT, Kind.NIGHT_MISSED}
)
"""What is no cause of its own while nothing moves."""


@dataclass(frozen=True)
class Finding:
    """One thing that is so now."""

    kind: Kind
    about: int | None = None
    """The id of the account or broadcast."""
    since: datetime | None = None
    """UTC; None: not known by itself, then it is when it was first found."""
    patience: float = 0.0
    """Nobody is told before it has lasted so many seconds."""
    named: dict[str, Any] = field(default_factory=dict)
    """What its sentence names; never a phone, a text or a secret."""

    @property
    def cause(self) -> str:
        """Return what makes two findings one cause: `balance_low:3`."""
        return self.kind.value if self.about is None else f"{self.kind.value}:{self.about}"

    @property
    def weight(self) -> Weight:
        """Return how grave it is."""
        if self.kind in NOTES:
            return Weight.NOTE
        return Weight.WARNING if self.kind in WARNINGS else Weight.STUCK

    @property
    def is_told(self) -> bool:
        """Say whether somebody is called for it."""
        return self.kind in TOLD
