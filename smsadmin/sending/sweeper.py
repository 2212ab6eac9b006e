"""The sweeper: a thread of every worker that rings for what waits, ends leases and applies receipts.

Each of its statements may run twice at once, and looks for "older than", never for a window of time.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from flask import Flask
from sqlalchemy import delete, exists, literal_column, select, update
from sqlalchemy.orm import Session

from smsadmin.api_log.switch import forget_old_calls
from smsadmin.broadcasts import matching, schedule
from smsadmin.broadcasts.global_switch import hold_what_cannot_go
from smsadmin.broadcasts.lifecycle import cancel_waiting, finish
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import db_now, read, write
from smsadmin.failures import named
from smsadmin.models import Account, Broadcast, Message, WorkerPulse
from smsadmin.reasons import Reason
from smsadmin.sending import doorbell
from smsadmin.sending.apply import apply_receipts
from smsadmin.sending.doubts import asked_first
from smsadmin.sending.moves import Target, move
from smsadmin.sending.rounds import Rounds
from smsadmin.sending.waiting import is_sending, sources
from smsadmin.states import SENDS, BroadcastState, State
from smsadmin.statistics.pace_marks import keep_marks
from smsadmin.upsert import replace

log = logging.getLogger(__name__)

EXPIRED_AT_ONCE = 1000
FORGOTTEN_AFTER = 24 * 3600.0

PULSES_TO_MISS = 3
"""A worker whose sweeper has not run for this many rounds does not live."""


class Sweeper(Rounds):
    """Applies receipts all the time and does the rest every `SMSADMIN_SWEEP_EVERY` seconds."""

    def __init__(self, app: Flask, worker: str) -> None:
        super().__init__(app, "sweeper")
        self.worker = worker
        self._last = float("-inf")

    def round(self) -> None:
        """Sweep when it is time, then apply what has arrived."""
        if self._is_due():
            self._last = time.monotonic()
            sweep(self.worker)
        # Where receipts never cease to come the sweep is due all the same.
        while not self._is_due() and apply_receipts() and not self.stopped.is_set():
            pass

    def _is_due(self) -> bool:
        return time.monotonic() - self._last >= settings().sweep_every

    def leave(self) -> None:
        """Take this worker's sign of life away: it does not send any more."""
        write(lambda session: _forget(session, self.worker))


def sweep(worker: str) -> None:
    """Do one round; a step that fails keeps none of the others waiting, and is tried again in the next round."""
    write(lambda session: _beat(session, worker))
    for step in (
        expire_late,
        end_leases,
        hold_what_cannot_go,
        schedule.form_due,
        schedule.start_due,
        schedule.close_over,
        cancel_stranded,
        give_up_asking,
        tidy_broadcasts,
        keep_marks,
        ring,
        forget_old_calls,
    ):
        try:
            step()
        except Exception as error:
            log.error(
                "the sweeper's step %s ended in %s; the next round tries again", step.__name__, named(error)
            )


def _beat(session: Session, worker: str) -> None:
    """Show a sign of life by the database's clock, and forget workers that were killed long ago."""
    replace(session, WorkerPulse, {"name": worker, "seen_at": db_now()})
    session.execute(delete(WorkerPulse).where(WorkerPulse.seen_at < db_now(-FORGOTTEN_AFTER)))


def _forget(session: Session, worker: str) -> None:
    session.execute(delete(WorkerPulse).where(WorkerPulse.name == worker))


def live_workers() -> int:
    """Return how many workers have shown a sign of life lately."""
    age = settings().sweep_every * PULSES_TO_MISS
    statement = select(WorkerPulse.name).where(WorkerPulse.seen_at > db_now(-age))
    return len(read(lambda session: session.scalars(statement).all()))


def _again_while_full(work: Callable[[], int]) -> None:
    """Do some at a time until fewer are left, for as long as a round may take."""
    end = time.monotonic() + settings().sweep_every
    while work() >= EXPIRED_AT_ONCE and time.monotonic() < end:
        pass


def expire_late() -> None:
    """End the messages whose last moment passed while they waited."""
    _again_while_full(_expire_some)


def _expire_some() -> int:
    # Index ix_sms_messages_late; the conditions are spelled out so that both databases use it.
    late = select(Message.id).where(
        literal_column("rank = 0"), Message.not_after.is_not(None), Message.not_after <= db_now()
    )
    target = Target(State.EXPIRED, Reason.TOO_LATE)
    ids = read(lambda session: session.scalars(late.limit(EXPIRED_AT_ONCE)).all())
    write(lambda session: move(session, ids, State.QUEUED, target, settled_at=utc_now()))
    return len(ids)


def end_leases() -> None:
    """A message whose worker never came back may or may not have been taken: it becomes `unknown`."""
    _again_while_full(_end_some_leases)


def _end_some_leases() -> int:
    # Index ix_sms_messages_lease.
    over = Message.lease_until < db_now()
    statement = (
        select(Message.id, Account.provider)
        .join(Account, Account.id == Message.account_id)
        .where(literal_column("sms_messages.rank = 1"), over)
        .limit(EXPIRED_AT_ONCE)
    )
    found = read(lambda session: session.execute(statement).all())
    late: dict[str, list[int]] = {}
    for message_id, name in found:
        late.setdefault(name, []).append(message_id)
    write(lambda session: _end(session, late))
    return len(found)


def _end(session: Session, late: Mapping[str, Sequence[int]]) -> None:
    target = Target(State.UNKNOWN, Reason.WORKER_STOPPED)
    over = Message.lease_until < db_now()
    for name, ids in sorted(late.items()):
        move(session, ids, State.SENDING, target, over, lookup_at=asked_first(name, lease=0))


def tidy_broadcasts() -> None:
    """Finish broadcasts that have nothing open, and cancel what came back to one that was cancelled."""
    statement = select(Broadcast.id).where(Broadcast.state == BroadcastState.SENDING)
    for broadcast_id in read(lambda session: session.scalars(statement).all()):
        finish(broadcast_id)
    left = select(Broadcast.id).where(
        Broadcast.state == BroadcastState.CANCELLED,
        exists().where(Message.broadcast_id == Broadcast.id, Message.state == State.QUEUED),
    )
    for broadcast_id in read(lambda session: session.scalars(left).all()):
        write(partial(cancel_waiting, broadcast_id=broadcast_id))


def cancel_stranded() -> None:
    """Cancel what came back to an account that its broadcast does not have any more: nobody confirmed its price.

    The rest of the broadcast was confirmed for another account while these were under way or in doubt.
    """
    # Index ix_sms_messages_open, for accounts that are gone.
    statement = (
        select(Message.id)
        .join(Account, Account.id == Message.account_id)
        .join(Broadcast, Broadcast.id == Message.broadcast_id)
        .where(
            literal_column("sms_messages.rank <= 1"),
            Message.state == State.QUEUED,
            Account.removed_at.is_not(None),
            Broadcast.state.in_(SENDS),
            Broadcast.account_id != Message.account_id,
        )
    )
    ids = read(lambda session: session.scalars(statement.limit(EXPIRED_AT_ONCE)).all())
    gone = Target(State.CANCELLED, Reason.ACCOUNT_REPLACED)
    write(lambda session: move(session, ids, State.QUEUED, gone, settled_at=utc_now()))


def give_up_asking() -> None:
    """Ask nothing more through an account that is gone and whose password is refused: nobody can mend it."""
    closed = select(Account.id).where(
        Account.removed_at.is_not(None), Account.stopped_reason == Reason.WRONG_PASSWORD
    )
    # Index ix_sms_messages_lookup.
    asked = update(Message).where(
        literal_column("rank IN (2, 4)"), Message.lookup_at.is_not(None), Message.account_id.in_(closed)
    )
    write(lambda session: session.execute(asked.values(lookup_at=None)))


def ring() -> None:
    """Ring for every account and every list that has work to do."""
    accounts = read(
        lambda session: session.scalars(select(Account.id).where(Account.removed_at.is_(None))).all()
    )
    for account_id in accounts:
        if read(partial(sources, account_id=account_id)):
            idle = not read(partial(is_sending, account_id=account_id))
            doorbell.ring_send(account_id, doorbell.LETTERS + doorbell.SPARE * idle)
    preparing = select(Broadcast.id).where(Broadcast.state == BroadcastState.PREPARING)
    for broadcast_id in read(lambda session: session.scalars(preparing).all()):
        doorbell.ring_prepare(broadcast_id)
    matching.ring()
