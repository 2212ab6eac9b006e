"""The delivery receipts' way back: sent from threads of their own, so that they never hold up an answer.

A receipt is tried again on anything but a 2xx, with pauses that double, as providers do. What is given up is
counted. Of several receipts about one SMS the next sets off when the one before is done with, so that their order
is the script's.
"""

import heapq
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Condition, Thread
from time import monotonic

import requests

from smsadmin.simulator.fates import NEXT_AFTER, Fate, Report
from smsadmin.simulator.inbox import Message

TRIES = 6
SENDERS = 4
"""Threads: a callback address that answers slowly must not hold up the other receipts."""
TIMEOUT = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Callback:
    """One HTTP POST to a caller: a form, or JSON where `form` is None."""

    url: str = field(repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


Writer = Callable[[Message, Report], Callback | None]
"""Puts a receipt into one provider's words; None when the caller gave no address for it."""


@dataclass(frozen=True)
class _Due:
    """The receipts about one SMS that are still to come, the next one tried `tries` times so far."""

    message: Message
    callbacks: tuple[Callback, ...]
    tries: int = 0


class Receipts:
    """The queue of receipts and the threads that send what is due."""

    def __init__(
        self, writers: Mapping[str, Writer], settle: Callable[[int], None], pause: float = 1.0
    ) -> None:
        """Keep a writer per provider, what to call when a receipt is done with, and the first pause."""
        self._writers = writers
        self._settle = settle
        self._pause = pause
        self._due: list[tuple[float, int, _Due]] = []
        self._order = count()
        self._changed = Condition()
        self._counts: Counter[str] = Counter()
        self._under_way = 0

    def start(self) -> None:
        """Start the threads; they end with the process."""
        for _ in range(SENDERS):
            Thread(target=self._run, name="receipts", daemon=True).start()

    def schedule(self, message: Message, fate: Fate) -> None:
        """Queue what the script wants the sender of `message` to hear, if anything.

        An early receipt is sent at once, and this returns when it was answered, after 10 s at the latest.
        """
        write = self._writers[message.provider]
        callbacks = [callback for report in fate.reports if (callback := write(message, report))]
        if not callbacks:
            self._settle(message.number)
            return
        due = _Due(message, tuple(callbacks))
        if not fate.early:
            self._push(fate.delay, due)
            return
        with self._changed:
            self._under_way += 1
        with _session() as session:
            self._conclude(due, _post(session, due.callbacks[0]))

    def counts(self) -> dict[str, int]:
        """Count the SMS with receipts to come, and the receipts that came through or were given up."""
        with self._changed:
            waiting = len(self._due) + self._under_way
            return {"pending": waiting, "sent": self._counts["sent"], "given_up": self._counts["given_up"]}

    def _push(self, seconds: float, due: _Due) -> None:
        with self._changed:
            heapq.heappush(self._due, (monotonic() + seconds, next(self._order), due))
            self._changed.notify()

    def _pop(self) -> _Due:
        """Wait for the next receipt that is due and take it."""
        with self._changed:
            while not self._due or self._due[0][0] > monotonic():
                self._changed.wait(self._due[0][0] - monotonic() if self._due else None)
            self._under_way += 1
            return heapq.heappop(self._due)[2]

    def _run(self) -> None:
        with _session() as session:
            while True:
                due = self._pop()
                self._conclude(due, _post(session, due.callbacks[0]))

    def _conclude(self, due: _Due, came_through: bool) -> None:
        if not came_through and due.tries + 1 < TRIES:
            self._push(self._pause * 2**due.tries, replace(due, tries=due.tries + 1))
            self._finish(None)
            return
        if rest := due.callbacks[1:]:
            self._push(NEXT_AFTER, _Due(due.message, rest))
        else:
            self._settle(due.message.number)
        self._finish("sent" if came_through else "given_up")
        if not came_through:
            _log.warning("a receipt of %s was refused %d times and given up", due.message.provider, TRIES)

    def _finish(self, counted: str | None) -> None:
        with self._changed:
            self._under_way -= 1
            if counted:
                self._counts[counted] += 1


def _session() -> requests.Session:
    session = requests.Session()
    # A proxy or a password from the environment has no business between two processes of one box.
    session.trust_env = False
    return session


def _post(session: requests.Session, callback: Callback) -> bool:
    """Call back once and tell whether the other side took it."""
    try:
        answer = session.post(
            callback.url,
            data=callback.form,
            json=callback.json,
            headers=dict(callback.headers),
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException:
        return False
    return answer.ok and answer.status_code < 300
