"""The phone network behind all three providers: takes SMS, schedules receipts, and loses answers on cue."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore

from flask import Response

from smsadmin.simulator.complaints import Complaints
from smsadmin.simulator.inbox import Arrival, Inbox, Message
from smsadmin.simulator.receipts import Receipts
from smsadmin.simulator.script import Fate, Reply, Script, fate

THREADS = 64
"""Threads that answer requests. Half of them may hang together; beyond that a lost answer is cut at once."""


class AnswerLost(ConnectionError):
    """An answer is lost on purpose: raised in a response's body, it makes the server drop the connection."""


@dataclass(frozen=True)
class Verdict:
    """What became of one SMS of a request: `message` is None when it was refused."""

    arrival: Arrival
    fate: Fate
    message: Message | None


class Network:
    """Takes SMS from the providers' front ends to the phones."""

    def __init__(
        self, script: Script, inbox: Inbox, receipts: Receipts, complaints: Complaints, hang: float
    ) -> None:
        """Keep the parts; `hang` is for how many seconds a lost answer is held."""
        self.script = script
        self.inbox = inbox
        self.receipts = receipts
        self.complaints = complaints
        self._hang = hang
        self._hanging = BoundedSemaphore(THREADS // 2)

    def submit(self, arrivals: Sequence[Arrival]) -> list[Verdict]:
        """Take the SMS of one request as the script says: those taken are on disk when this returns."""
        fates = [fate(self.script, arrival.phone) for arrival in arrivals]
        wanted = [arrival for arrival, its in zip(arrivals, fates, strict=True) if its.refusal is None]
        taken = iter(self.inbox.take(wanted))
        verdicts = [
            Verdict(arrival, its, next(taken) if its.refusal is None else None)
            for arrival, its in zip(arrivals, fates, strict=True)
        ]
        for verdict in verdicts:
            if verdict.message:
                self.receipts.schedule(verdict.message, verdict.fate)
        return verdicts

    def answer(self, verdicts: Sequence[Verdict], response: Response) -> Response:
        """Return the response, or lose it when the script wants that for one of the SMS it speaks of."""
        replies = {verdict.fate.reply for verdict in verdicts}
        if Reply.HANG in replies and self._hanging.acquire(blocking=False):
            try:
                time.sleep(self._hang)
            finally:
                self._hanging.release()
        return response if replies <= {Reply.ANSWER} else _cut()

    def resume(self) -> None:
        """Schedule anew the receipts that had not come through when the simulator was stopped."""
        for message in self.inbox.unsettled():
            self.receipts.schedule(message, fate(self.script, message.phone))


def _cut() -> Response:
    """Return a response that promises a body and breaks off before it."""

    def body() -> Iterator[bytes]:
        yield b"{"
        raise AnswerLost("the script loses this answer")

    return Response(body(), headers={"Content-Length": "1000"}, content_type="application/json")


def e164(raw: str) -> str | None:
    """Return a phone as a request writes it as E.164; None when it cannot be one (10 to 15 digits)."""
    digits = raw.strip().lstrip("+")
    if digits.isascii() and digits.isdigit() and 10 <= len(digits) <= 15 and digits[0] != "0":
        return f"+{digits}"
    return None
