"""What the judge is given: the simulator's own file, the rows, the ledger, the counters, the journal."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from faults.plan import Plan
from faults.world import World
from smsadmin.database import read
from smsadmin.models import Answered, Asked, Broadcast, Message
from smsadmin.simulator.fates import FATES, Report
from smsadmin.statistics.counters import counted_rows, figures

TELLING = frozenset(Report) - {Report.UNHEARD_OF}
"""What a receipt can say that settles anything."""


@dataclass(frozen=True)
class Row:
    """One message as the database has it in the end."""

    id: int
    phone: str
    text: str
    state: str
    attempt_id: str | None


@dataclass(frozen=True)
class Attempt:
    """One attempt of the ledger; times are seconds of the one clock, `answered` None where nothing was recorded."""

    id: str
    message_id: int
    asked: float
    answered: float | None
    outcome: str


@dataclass(frozen=True)
class Arrival:
    """One SMS that the simulator took; `told`: a receipt about it that settles it has come through or was tried."""

    phone: str
    text: str
    at: float
    told: bool


@dataclass(frozen=True)
class Evidence:
    """All of it, for one run."""

    rows: list[Row]
    attempts: list[Attempt]
    arrivals: list[Arrival]
    counters_off: int


def gather(world: World, begun: float) -> Evidence:
    """Read the evidence of a run that `begun` at this second of the clock; the shop has settled."""
    with world.shop.app.app_context():
        return Evidence(
            _rows(),
            _attempts(world.plan, begun),
            list(arrivals(world.place.instance / "simulator" / "inbox.jsonl")),
            _counters_off(),
        )


def arrivals(inbox: Path) -> Iterator[Arrival]:
    """Read what the simulator took, from the file that it reads back itself."""
    if not inbox.exists():
        return
    entries = [json.loads(line) for line in inbox.read_text(encoding="utf-8").splitlines()]
    settled = {entry["settled"] for entry in entries if "settled" in entry}
    for entry in entries:
        message = entry.get("message")
        if message:
            fate = FATES[message["fate"]]
            told = message["number"] in settled and any(report in TELLING for report in fate.reports)
            at = datetime.fromisoformat(message["at"]).timestamp()
            yield Arrival(message["phone"], message["text"], at, told)


def on_the_one_clock(at: float, begun: float, off: float) -> float:
    """Return a time of the ledger as this machine's clock had it: it may come from a worker whose clock is `off`."""
    # A run is shorter than the clock is wrong, so a time before its beginning, or far behind it, is such a one.
    wrong = at < begun - 1 if off < 0 else off > 0 and at - off >= begun - 1
    return at - off if wrong else at


def _rows() -> list[Row]:
    statement = select(Message.id, Message.phone, Message.text, Message.state, Message.attempt_id)
    return [Row(*row) for row in read(lambda session: session.execute(statement).all())]


def _attempts(plan: Plan, begun: float) -> list[Attempt]:
    statement = select(Asked.attempt_id, Asked.message_id, Asked.at, Answered.at, Answered.outcome).outerjoin(
        Answered, Answered.attempt_id == Asked.attempt_id
    )

    def true(at: datetime) -> float:
        return on_the_one_clock(at.timestamp(), begun, plan.clock_off)

    return [
        Attempt(attempt_id, message_id, true(asked), true(answered) if answered else None, outcome or "")
        for attempt_id, message_id, asked, answered, outcome in read(
            lambda session: session.execute(statement).all()
        )
    ]


def _counters_off() -> int:
    """Count the broadcasts whose counters differ from their rows."""
    return read(_differing)


def _differing(session: Session) -> int:
    ids = list(session.scalars(select(Broadcast.id)))
    counted = figures(session, ids)
    return sum(counted[one] != counted_rows(session, one) for one in ids)
