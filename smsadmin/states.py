"""The states of a message and of a broadcast, and which step leads where; pure."""

from enum import StrEnum


class State(StrEnum):
    """Where a message is; the words are what a reader of the screen sees."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"
    SKIPPED = "skipped"


RANK = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNKNOWN: 2,
    State.CANCELLED: 3,
    State.EXPIRED: 3,
    State.ACCEPTED: 4,
    State.REJECTED: 5,
    State.UNDELIVERED: 5,
    State.DELIVERED: 6,
    # Never meant to go: above every receipt, so that none can move it.
    State.SKIPPED: 9,
}
"""Ranks only rise; that makes late, double and early receipts harmless."""

FAILED = (State.REJECTED, State.UNDELIVERED, State.EXPIRED)
"""What the screen calls «Ошибка»; `unknown` and `skipped` stand apart."""


class BroadcastState(StrEnum):
    """Where a broadcast is on its way from a draft to the last receipt."""

    DRAFT = "draft"
    PREPARING = "preparing"
    READY = "ready"
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What moves a broadcast from one state to the next."""

    PREPARE = "prepare"
    PREPARED = "prepared"
    EDIT = "edit"
    SEND = "send"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FINISH = "finish"


STEPS: dict[Step, tuple[frozenset[BroadcastState], BroadcastState]] = {
    Step.PREPARE: (frozenset({BroadcastState.DRAFT}), BroadcastState.PREPARING),
    Step.PREPARED: (frozenset({BroadcastState.PREPARING}), BroadcastState.READY),
    Step.EDIT: (frozenset({BroadcastState.PREPARING, BroadcastState.READY}), BroadcastState.DRAFT),
    Step.SEND: (frozenset({BroadcastState.READY}), BroadcastState.SENDING),
    Step.PAUSE: (frozenset({BroadcastState.SENDING}), BroadcastState.PAUSED),
    Step.RESUME: (frozenset({BroadcastState.PAUSED}), BroadcastState.SENDING),
    Step.CANCEL: (
        frozenset(
            {
                BroadcastState.DRAFT,
                BroadcastState.PREPARING,
                BroadcastState.READY,
                BroadcastState.SENDING,
                BroadcastState.PAUSED,
            }
        ),
        BroadcastState.CANCELLED,
    ),
    Step.FINISH: (frozenset({BroadcastState.SENDING}), BroadcastState.FINISHED),
}
"""The one table of allowed transitions of a broadcast: step → (from, to)."""
