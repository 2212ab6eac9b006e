"""The settings that hold for all SMS: the global switch, the name in the text, the callback's secret."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from smsadmin.broadcasts.lifecycle import pause_all
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.models import Integration, Message
from smsadmin.reasons import Reason
from smsadmin.states import RANK, State

ROW = 1
"""The migration writes the one row."""


def integration() -> Integration:
    """Return the settings."""
    return read(lambda session: session.get_one(Integration, ROW))


def set_prefix(text_prefix: str) -> None:
    """Set the name that stands before the text of every SMS; lists that are formed keep theirs."""
    _set(text_prefix=text_prefix)


def switch_on() -> None:
    """Let SMS go again; broadcasts that the switch paused wait for a person."""
    _set(enabled=True)


def switch_off() -> None:
    """Send nothing more: broadcasts are paused, notifications that wait are skipped and never go out later."""

    def off(session: Session) -> None:
        session.execute(update(Integration).values(enabled=False))
        pause_all(session, Reason.SMS_OFF)
        session.execute(
            update(Message)
            .where(Message.broadcast_id.is_(None), Message.state == State.QUEUED)
            .values(
                state=State.SKIPPED,
                rank=RANK[State.SKIPPED],
                reason=Reason.SMS_OFF,
                settled_at=utc_now(),
            )
        )

    write(off)


def _set(**values: object) -> None:
    write(lambda session: session.execute(update(Integration).values(values)))
