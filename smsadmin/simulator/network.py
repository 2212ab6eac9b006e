"""The phone network behind all three providers: takes SMS, schedules receipts, and lets faults happen on cue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NoReturn

from flask import Response

from smsadmin.simulator.answers import Answers
from smsadmin.simulator.complaints import Complaints
from smsadmin.simulator.fates import FATES, Denial, Fate, Reply, Report
from smsadmin.simulator.faults import Faults
from smsadmin.simulator.inbox import Arrival, Inbox, Message
from smsadmin.simulator.receipts import Receipts
from smsadmin.simulator.script import Script, fate, met, named


class Denied(Exception):
    """A whole request is not taken, because the script or the judge wants that."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.value)
        self.denial = denial


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
        self.faults = Faults()
        self.answers = Answers(hang)

    def submit(self, arrivals: Sequence[Arrival]) -> list[Verdict]:
        """Take the SMS of one request as script and judge say: those taken are on disk when this returns.

        Raise `Denied` when nothing of it is taken, and `SaidNotFound` as `Inbox.take` does.
        """
        fault = self.faults.next(arrivals[0].provider, "send") if arrivals else ""
        fates = [met(self.script, arrival.phone, fault) for arrival in arrivals]
        for its in fates:
            if its.denial:
                self._deny(its.denial)
        pairs = list(zip(arrivals, fates, strict=True))
        wanted = [replace(arrival, fate=its.word) for arrival, its in pairs if its.refusal is None]
        taken = iter(self.inbox.take(wanted))
        verdicts = [
            Verdict(arrival, its, next(taken) if its.refusal is None else None) for arrival, its in pairs
        ]
        for verdict in verdicts:
            if verdict.message:
                self.receipts.schedule(verdict.message, verdict.fate)
        return verdicts

    def answer(self, verdicts: Sequence[Verdict], response: Response) -> Response:
        """Return the response, or what becomes of it when the script wants that for one of its SMS."""
        return self.answers.give({verdict.fate.reply for verdict in verdicts}, response)

    def asked(self, provider: str, of: str) -> Reply:
        """Return how a question (balance, status, list) is answered; raise `Denied` when it is not."""
        fault = self.faults.next(provider, of)
        if not fault:
            return Reply.ANSWER
        its = FATES[fault]
        if its.denial:
            self._deny(its.denial)
        return its.reply

    def standing(self, message: Message) -> Report:
        """Return what the provider of an SMS knows of it by now."""
        return self._fate(message).standing((datetime.now(UTC) - message.taken_at).total_seconds())

    def resume(self) -> None:
        """Schedule anew the receipts that had not come through when the simulator was stopped."""
        for message in self.inbox.unsettled():
            self.receipts.schedule(message, replace(self._fate(message), early=False))

    def _deny(self, denial: Denial) -> NoReturn:
        # Held here, where the provider still counts the request as one under way.
        if denial is Denial.HANG:
            self.answers.hold()
        raise Denied(denial)

    def _fate(self, message: Message) -> Fate:
        """Return the fate that an SMS was taken with; one of an older file has none written down."""
        if message.fate in FATES:
            return named(self.script, message.phone, message.fate)
        return fate(self.script, message.phone)


def e164(raw: str) -> str | None:
    """Return a phone as a request writes it as E.164; None when it cannot be one (10 to 15 digits)."""
    digits = raw.strip().lstrip("+")
    if digits.isascii() and digits.isdigit() and 10 <= len(digits) <= 15 and digits[0] != "0":
        return f"+{digits}"
    return None
