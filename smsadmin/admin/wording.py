"""What the screens say about states and reasons: a word for the badge, a sentence, and a line of advice."""

from typing import Any

from smsadmin.i18n import lazy, lazy_pgettext
from smsadmin.reason_words import OWNER_CHECKS, REASON_SENTENCES, Sentence
from smsadmin.states import BroadcastState, State

__all__ = [
    "BROADCAST_COLOURS",
    "BROADCAST_WORDS",
    "OWNER_CHECKS",
    "REASON_SENTENCES",
    "STATE_COLOURS",
    "STATE_WORDS",
    "Sentence",
]

STATE_WORDS: dict[State, Any] = {
    State.QUEUED: lazy("waiting"),
    State.SENDING: lazy("being handed over"),
    State.UNKNOWN: lazy("outcome unknown"),
    State.CANCELLED: lazy("cancelled"),
    State.EXPIRED: lazy("too late"),
    State.ACCEPTED: lazy("accepted by the provider"),
    State.REJECTED: lazy("rejected"),
    State.UNDELIVERED: lazy("not delivered"),
    State.DELIVERED: lazy("delivered"),
    State.SKIPPED: lazy("not sent"),
}

STATE_COLOURS: dict[State, str] = {
    State.QUEUED: "secondary",
    State.SENDING: "info",
    State.UNKNOWN: "warning",
    State.CANCELLED: "secondary",
    State.EXPIRED: "danger",
    State.ACCEPTED: "primary",
    State.REJECTED: "danger",
    State.UNDELIVERED: "danger",
    State.DELIVERED: "success",
    State.SKIPPED: "secondary",
}

BROADCAST_WORDS: dict[BroadcastState, Any] = {
    BroadcastState.DRAFT: lazy("draft"),
    BroadcastState.PREPARING: lazy("forming the list"),
    BroadcastState.READY: lazy("ready to send"),
    BroadcastState.SCHEDULED: lazy("waits for its time"),
    BroadcastState.SENDING: lazy("sending"),
    BroadcastState.ACTIVE: lazy("active by its rule"),
    BroadcastState.PAUSED: lazy("paused"),
    BroadcastState.FINISHED: lazy("finished"),
    BroadcastState.CANCELLED: lazy_pgettext("broadcast", "cancelled"),
}

BROADCAST_COLOURS: dict[BroadcastState, str] = {
    BroadcastState.DRAFT: "secondary",
    BroadcastState.PREPARING: "info",
    BroadcastState.READY: "primary",
    BroadcastState.SCHEDULED: "primary",
    BroadcastState.SENDING: "info",
    BroadcastState.ACTIVE: "success",
    BroadcastState.PAUSED: "warning",
    BroadcastState.FINISHED: "success",
    BroadcastState.CANCELLED: "secondary",
}
