"""What the state page shows besides the findings: workers, what waits, and the broadcasts that are under way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.exceptions import RedisError
from sqlalchemy import func, literal_column, select

from smsadmin.alerts.machinery import redis_answers
from smsadmin.current import settings
from smsadmin.database import db_now, read
from smsadmin.models import Broadcast, Message, WorkerPulse
from smsadmin.sending import doorbell
from smsadmin.sending.waiting import EVENTS
from smsadmin.states import BroadcastState, State
from smsadmin.statistics.counters import figures

UNDER_WAY = (
    BroadcastState.PREPARING,
    BroadcastState.SCHEDULED,
    BroadcastState.SENDING,
    BroadcastState.ACTIVE,
    BroadcastState.PAUSED,
)
SHOWN = 50
"""The most workers and broadcasts that are shown."""


@dataclass(frozen=True)
class Worker:
    """One worker process that has shown a sign of life within a day."""

    name: str
    seen_at: datetime
    lives: bool


@dataclass(frozen=True)
class UnderWay:
    """One broadcast that is neither a draft nor over, and how many of its SMS are where."""

    broadcast: Broadcast
    waiting: int
    unknown: int


def workers() -> list[Worker]:
    """Return the workers, whoever was seen last first; a silent one is forgotten after a day."""
    lives = WorkerPulse.seen_at > db_now(-settings().worker_missing_after)
    statement = select(WorkerPulse.name, WorkerPulse.seen_at, lives).order_by(WorkerPulse.seen_at.desc())
    return [Worker(*row) for row in read(lambda session: session.execute(statement.limit(SHOWN)).all())]


def jobs_waiting() -> int | None:
    """Return how many doorbells ring that no worker has heard yet; None: Redis does not answer."""
    if not redis_answers():
        return None
    try:
        return int(doorbell.queue().count)
    except RedisError:
        return None


def notifications_waiting() -> int:
    """Return how many SMS of events wait (index ix_sms_messages_open)."""
    statement = select(func.count()).where(
        literal_column("rank <= 1"), Message.broadcast_id.is_(EVENTS), Message.state == State.QUEUED
    )
    return read(lambda session: session.scalar(statement)) or 0


def under_way() -> list[UnderWay]:
    """Return the newest broadcasts that wait, are formed, sent or paused (index ix_sms_broadcasts_state)."""
    statement = select(Broadcast).where(Broadcast.state.in_(UNDER_WAY)).order_by(Broadcast.id.desc())
    rows: Sequence[Broadcast] = read(lambda session: session.scalars(statement.limit(SHOWN)).all())
    counted = read(lambda session: figures(session, [row.id for row in rows]))
    return [
        UnderWay(row, _number(counted[row.id], State.QUEUED), _number(counted[row.id], State.UNKNOWN))
        for row in rows
    ]


def _number(counted: dict[tuple[str, str], int], state: State) -> int:
    return sum(number for (counted_state, _), number in counted.items() if counted_state == state)
