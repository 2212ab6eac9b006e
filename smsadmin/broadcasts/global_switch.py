"""The global switch: what turning SMS off does to what waits."""

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsadmin.broadcasts.lifecycle import pause_all
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import Account, Broadcast, Integration, Message
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
