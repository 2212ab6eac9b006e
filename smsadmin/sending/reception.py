"""Take a provider's callback: verify it, keep its receipts raw, and only then answer.

Callbacks that arrive together share one commit, each before its answer.
"""

import time
from collections import Counter as Tally
from collections.abc import Sequence

from flask import current_app

from smsadmin.providers.base import CallbackRequest, Forged
from smsadmin.sealing import NoKey
from smsadmin.sending.receipts import FORGED, GARBLED, NOTED_EVERY, UNKNOWN, count_dropped, keep_told
from smsadmin.sending.together import Together
from smsadmin.sending.vouching import Accounts, Callback, Refusal, Told

FRESH = 1.0
"""So many seconds the accounts are believed to be as they were read; what they do not vouch for is looked at anew."""

NAME = "smsadmin.reception"
"""Its key in `app.extensions`."""

Cause = str | NoKey | None


def take(name: str, request: CallbackRequest) -> str | None:
    """Keep the receipts of a callback of the provider `name`; return why it changed nothing, if it did not.

    Raise `NoKey` when only an account whose secret cannot be opened might vouch for it.
    """
    there = current_app.extensions
    reception: Reception = there.get(NAME) or there.setdefault(NAME, Reception())
    cause = reception.together.do(Callback(name, request))
    if isinstance(cause, NoKey):
        raise cause
    return cause


class Reception:
    """Where the callbacks of this process come together."""

    def __init__(self) -> None:
        self.together: Together[Callback, Cause] = Together(self._take_all)
        self._accounts = Accounts([])
        self._read_at = float("-inf")
        self._noted_at: dict[int, float] = {}

    def _take_all(self, callbacks: Sequence[Callback]) -> list[Cause]:
        causes: list[Cause] = [FORGED] * len(callbacks)
        doubted = list(range(len(callbacks)))
        if time.monotonic() - self._read_at < FRESH:
            causes = self._taken(callbacks)
            # An account may have been connected, or its token changed, since they were read.
            doubted = [
                n for n, cause in enumerate(causes) if cause in (FORGED, UNKNOWN) or isinstance(cause, NoKey)
            ]
        if doubted:
            self._accounts, self._read_at = Accounts.now(), time.monotonic()
            for n, cause in zip(doubted, self._taken([callbacks[n] for n in doubted]), strict=True):
                causes[n] = cause
        pairs = zip(callbacks, causes, strict=True)
        if changed_nothing := Tally((one.name, cause) for one, cause in pairs if isinstance(cause, str)):
            count_dropped(changed_nothing)
        return causes

    def _taken(self, callbacks: Sequence[Callback]) -> list[Cause]:
        """Keep what these accounts vouch for; return why a callback changed nothing, if it did not."""
        believed = [self._accounts.believe(callback) for callback in callbacks]
        told = [one for one in believed if isinstance(one, Told)]
        kept = iter(keep_told(told, self._to_note(told)))
        return [next(kept) if isinstance(one, Told) else _refused(one) for one in believed]

    def _to_note(self, told: Sequence[Told]) -> set[int]:
        """Return the accounts that have proved themselves now, and not within the last minute."""
        now = time.monotonic()
        proved = {max(one.account_ids) for one in told}
        due = {number for number in proved if now - self._noted_at.get(number, float("-inf")) > NOTED_EVERY}
        self._noted_at.update(dict.fromkeys(due, now))
        return due


def _refused(why: Refusal) -> Cause:
    if isinstance(why, NoKey):
        return why
    return FORGED if isinstance(why, Forged) else GARBLED
