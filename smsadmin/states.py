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
    SCHEDULED = "scheduled"
    """Confirmed; its time has not come, and its list may not have been formed yet."""
    SENDING = "sending"
    ACTIVE = "active"
    """Sends to each customer who comes under its rule, until staff close it."""
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Trigger(StrEnum):
    """When a broadcast goes to a customer."""

    AT_ONCE = "at_once"
    """To these people: the list is formed and confirmed, then it goes, at once or at `send_at`."""
    RULE = "rule"
    """After a customer comes under the rule; with `send_at`: to those who are under it when the list is formed."""


class Step(StrEnum):
    """What moves a broadcast from one state to the next."""

    PREPARE = "prepare"
    PREPARED = "prepared"
    EDIT = "edit"
    SEND = "send"
    SCHEDULE = "schedule"
    EXPECT = "expect"
    FORM = "form"
    FORMED = "formed"
    START = "start"
    ACTIVATE = "activate"
    CLOSE = "close"
    HOLD = "hold"
    PAUSE = "pause"
    RESUME = "resume"
    RESUME_RULE = "resume_rule"
    RESUME_SCHEDULE = "resume_schedule"
    CANCEL = "cancel"
    FINISH = "finish"
    REOPEN = "reopen"


_ENDED = frozenset({BroadcastState.FINISHED, BroadcastState.CANCELLED})

STEPS: dict[Step, tuple[frozenset[BroadcastState], BroadcastState]] = {
    Step.PREPARE: (frozenset({BroadcastState.DRAFT}), BroadcastState.PREPARING),
    Step.PREPARED: (frozenset({BroadcastState.PREPARING}), BroadcastState.READY),
    Step.EDIT: (
        frozenset({BroadcastState.PREPARING, BroadcastState.READY, BroadcastState.SCHEDULED}),
        BroadcastState.DRAFT,
    ),
    Step.SEND: (frozenset({BroadcastState.READY}), BroadcastState.SENDING),
    # A list of these people, or the promise of a list of whoever matches then, waits for its time.
    Step.SCHEDULE: (frozenset({BroadcastState.READY}), BroadcastState.SCHEDULED),
    Step.EXPECT: (frozenset({BroadcastState.DRAFT}), BroadcastState.SCHEDULED),
    Step.FORM: (frozenset({BroadcastState.SCHEDULED}), BroadcastState.PREPARING),
    Step.FORMED: (frozenset({BroadcastState.PREPARING}), BroadcastState.SCHEDULED),
    Step.START: (frozenset({BroadcastState.SCHEDULED}), BroadcastState.SENDING),
    Step.ACTIVATE: (frozenset({BroadcastState.DRAFT}), BroadcastState.ACTIVE),
    # No further customer comes under the rule; what waits still goes.
    Step.CLOSE: (frozenset({BroadcastState.ACTIVE}), BroadcastState.SENDING),
    # Something that a person has to see first.
    Step.HOLD: (frozenset({BroadcastState.PREPARING, BroadcastState.SCHEDULED}), BroadcastState.PAUSED),
    Step.PAUSE: (frozenset({BroadcastState.SENDING, BroadcastState.ACTIVE}), BroadcastState.PAUSED),
    Step.RESUME: (frozenset({BroadcastState.PAUSED}), BroadcastState.SENDING),
    Step.RESUME_RULE: (frozenset({BroadcastState.PAUSED}), BroadcastState.ACTIVE),
    Step.RESUME_SCHEDULE: (frozenset({BroadcastState.PAUSED}), BroadcastState.SCHEDULED),
    Step.CANCEL: (frozenset(BroadcastState) - _ENDED, BroadcastState.CANCELLED),
    Step.FINISH: (frozenset({BroadcastState.SENDING}), BroadcastState.FINISHED),
    # Only where a person treats what is in doubt as not sent.
    Step.REOPEN: (frozenset({BroadcastState.FINISHED}), BroadcastState.SENDING),
}
"""The one table of allowed transitions of a broadcast: step → (from, to)."""

SENDS = (BroadcastState.SENDING, BroadcastState.ACTIVE)
"""Where a broadcast's messages may be claimed."""
