"""The global switch: what turning SMS off does to what waits, and what stays as it is when it is on again."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsadmin.broadcasts.lifecycle import pause_all
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.integration_changes import Also, nothing_else
from smsadmin.models import Account, Broadcast, Integration, Message
from smsadmin.reasons import Reason
from smsadmin.states import RANK, SENDS, BroadcastState, State


@dataclass(frozen=True)
class Waiting:
    """What was to leave: broadcasts that send or are paused, their SMS that wait, notifications that wait."""

    broadcasts: list[Broadcast]
    messages: int
    notifications: int

    def __bool__(self) -> bool:
        """Say whether anything waits."""
        return bool(self.broadcasts or self.notifications)


def waits(session: Session, broadcasts: ColumnElement[bool], messages: ColumnElement[bool]) -> Waiting:
    """Return what waits of these broadcasts and messages (index ix_sms_messages_figure)."""
    found = list(session.scalars(select(Broadcast).where(broadcasts).order_by(Broadcast.id)))
    queued = select(func.count()).where(Message.state == State.QUEUED, messages)
    of_broadcasts = queued.where(Message.broadcast_id.in_([broadcast.id for broadcast in found]))
    notifications = queued.where(Message.broadcast_id.is_(None))
    return Waiting(found, session.scalar(of_broadcasts) or 0, session.scalar(notifications) or 0)


def would_stop() -> Waiting:
    """Return what switching SMS off would pause and skip."""
    sending = Broadcast.state.in_(SENDS)
    return read(lambda session: waits(session, sending, true()))


def left_paused() -> list[Broadcast]:
    """Return the broadcasts that the switch has paused and nobody has let go on."""
    paused = select(Broadcast).where(
        Broadcast.state == BroadcastState.PAUSED, Broadcast.pause_reason == Reason.SMS_OFF
    )
    return read(lambda session: list(session.scalars(paused.order_by(Broadcast.id))))


def switch_on(also: Also = nothing_else) -> None:
    """Let SMS go again; broadcasts that the switch paused wait for a person."""

    def on(session: Session) -> None:
        session.execute(update(Integration).values(enabled=True))
        also(session)

    write(on)


def switch_off(also: Also = nothing_else) -> None:
    """Send nothing more: broadcasts are paused, notifications that wait are skipped and never go out later."""

    def off(session: Session) -> None:
        session.execute(update(Integration).values(enabled=False))
        pause_all(session, Reason.SMS_OFF)
        skip_notifications(session, Reason.SMS_OFF)
        also(session)

    write(off)


def hold_what_cannot_go() -> None:
    """Pause and skip once more what slipped in as SMS was switched off or an account removed.

    A refusal may bring a message back a moment later, a host's transaction may commit one, the process that
    did it may have died half-way; and what waits then would go out in a burst, or wait for ever.
    """
    off = ~exists().where(Integration.enabled)

    def hold(session: Session) -> None:
        pause_all(session, Reason.SMS_OFF, off)
        pause_all(session, Reason.NOT_CONNECTED, _is_removed(Broadcast.account_id))
        skip_notifications(session, Reason.SMS_OFF, off)
        skip_notifications(session, Reason.NOT_CONNECTED, _is_removed(Message.account_id))

    write(hold)


def _is_removed(account_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    return exists().where(Account.id == account_id, Account.removed_at.is_not(None))


def skip_notifications(session: Session, reason: Reason, *conditions: ColumnElement[bool]) -> None:
    """Skip the notifications that wait: they are about something that has passed when SMS can go again."""
    session.execute(
        update(Message)
        .where(Message.broadcast_id.is_(None), Message.state == State.QUEUED, *conditions)
        .values(state=State.SKIPPED, rank=RANK[State.SKIPPED], reason=reason, settled_at=utc_now())
    )
