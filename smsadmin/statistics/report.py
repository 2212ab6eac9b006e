"""What the broadcast page shows: figures by state, and clicks, from their counters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smsadmin import links
from smsadmin.database import read
from smsadmin.models import Broadcast
from smsadmin.states import FAILED, State
from smsadmin.statistics.counters import figures


@dataclass(frozen=True)
class Report:
    """The figures of one broadcast."""

    by_state: dict[State, int]
    by_reason: dict[tuple[State, str], int]
    """Only what has a reason."""
    clicks: links.ClickFigures

    @property
    def considered(self) -> int:
        """Return how many customers were looked at: every row is in exactly one state."""
        return sum(self.by_state.values())

    @property
    def recipients(self) -> int:
        """Return how many of them were meant to get the SMS."""
        return self.considered - self.by_state[State.SKIPPED]

    @property
    def failed(self) -> int:
        """Return what the screen calls errors."""
        return sum(self.by_state[state] for state in FAILED)

    @property
    def open(self) -> int:
        """Return how many still wait or are being handed over."""
        return self.by_state[State.QUEUED] + self.by_state[State.SENDING]


def reports(broadcasts: Sequence[Broadcast]) -> list[Report]:
    """Return the figures of several broadcasts, in their order, from their counters and their links."""
    counted = read(lambda session: figures(session, [broadcast.id for broadcast in broadcasts]))
    clicks = links.click_figures(broadcasts)
    return [_report(counted[one.id], used) for one, used in zip(broadcasts, clicks, strict=True)]


def _report(counted: Mapping[tuple[str, str], int], clicks: links.ClickFigures) -> Report:
    by_state = dict.fromkeys(State, 0)
    by_reason = {}
    for (state, reason), number in counted.items():
        by_state[State(state)] += number
        if reason:
            by_reason[State(state), reason] = number
    return Report(by_state, by_reason, clicks)
