"""A batch that was refused as a whole goes again in halves, until the guilty one stands alone (SENDING).

Ten halvings in a row, with nothing taken between, say that it is nobody's guilt among the recipients. SENDING
stops the account then; SMSC's manual pauses the broadcast for a forbidden text (PROVIDERS, error 6). Both hold:
one guilty text is found by halving and refused alone, while a text that is refused to everybody pauses the
broadcast that it stands in. For any other reason, and for notifications, which have no broadcast to pause, it is
the account that stops.
"""

from collections import deque
from collections.abc import Sequence

from smsadmin.accounts import stop
from smsadmin.broadcasts.lifecycle import pause_all
from smsadmin.database import write
from smsadmin.models import Broadcast
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.waiting import EVENTS

HALVINGS_IN_A_ROW = 10

OF_THE_TEXT = (Reason.TEXT_FORBIDDEN, Reason.SPAM_FILTER)

TAKEN = (Outcome.ACCEPTED, Outcome.UNKNOWN)
"""The provider took something, or may have."""


class Halves:
    """What one broadcast (or the notifications) has to send again in halves, and how often it was halved in a row."""

    def __init__(self) -> None:
        self._groups: deque[list[int]] = deque()
        self._in_a_row = 0
        self._is_half = False

    def __bool__(self) -> bool:
        """Say whether halves wait."""
        return bool(self._groups)

    def next(self, most: int) -> list[int]:
        """Take the ids of the next half, of at most so many messages; empty where none waits."""
        self._is_half = bool(self._groups)
        if not self._groups:
            return []
        group = self._groups.popleft()
        if group[most:]:
            self._groups.appendleft(group[most:])
        return group[:most]

    def learn(self, pairs: Sequence[tuple[Claimed, Answer]]) -> Reason | None:
        """Halve what was refused as a whole; return why, where that has happened too often in a row."""
        refused = [
            (message.id, answer) for message, answer in pairs if answer.outcome is Outcome.BATCH_REFUSED
        ]
        if not refused:
            # One that is rejected standing alone proves nothing: the next may be refused for the same reason.
            if any(answer.outcome in TAKEN for _, answer in pairs):
                self._in_a_row = 0
            return None
        # One that was under way beside another is not in a row with it: each may have a guilty one of its own.
        if self._is_half or not self._groups:
            self._in_a_row += 1
        if self._in_a_row == HALVINGS_IN_A_ROW:
            self._groups.clear()
            self._in_a_row = 0
            return refused[0][1].reason or Reason.BAD_REQUEST
        ids = [message_id for message_id, _ in refused]
        middle = (len(ids) + 1) // 2
        self._groups.extendleft(half for half in (ids[middle:], ids[:middle]) if half)
        return None


def stop_for(account_id: int, broadcast_id: int | None, reason: Reason) -> None:
    """Stop what keeps being refused for this reason, until somebody has looked: the broadcast, or the account."""
    if reason in OF_THE_TEXT and broadcast_id is not EVENTS:
        write(lambda session: pause_all(session, reason, Broadcast.id == broadcast_id))
    else:
        write(lambda session: stop(session, account_id, reason, None))
