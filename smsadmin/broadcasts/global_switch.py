"""The global switch: what turning SMS off does to what waits."""

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from smsadmin.broadcasts.lifecycle import pause_all
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import Integration, Message
from smsadmin.reasons import Reason
from smsadmin.states import RANK, State


def switch_on() -> None:
    """Let SMS go again; broadcasts that the switch paused wait for a person."""
    write(lambda session: session.execute(update(Integration).values(enabled=True)))


def switch_off() -> None:
    """Send nothing more: broadcasts are paused, notifications that wait are skipped and never go out later."""

    def off(session: Session) -> None:
        session.execute(update(Integration).values(enabled=False))
        pause_all(session, Reason.SMS_OFF)
        skip_notifications(session, Reason.SMS_OFF)

    write(off)


def skip_notifications(session: Session, reason: Reason, *conditions: ColumnElement[bool]) -> None:
    """Skip the notifications that wait: they are about something that has passed when SMS can go again."""
    session.execute(
        update(Message)
        .where(Message.broadcast_id.is_(None), Message.state == State.QUEUED, *conditions)
        .values(state=State.SKIPPED, rank=RANK[State.SKIPPED], reason=reason, settled_at=utc_now())
    )
