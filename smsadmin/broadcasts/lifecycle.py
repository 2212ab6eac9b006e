"""Move a broadcast along the one table of allowed steps; each is an UPDATE with its row count checked."""

from collections import Counter as Tally
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.database import changed, write
from smsadmin.models import Account, Broadcast, Counter, Message
from smsadmin.reasons import Reason
from smsadmin.states import RANK, STEPS, BroadcastState, State, Step
from smsadmin.statistics.counters import count


class NotAllowed(Exception):
    """The broadcast is not in a state from which this step leads on."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.value)
        self.step = step


def take(session: Session, broadcast_id: int, step: Step, *conditions: Any, **values: Any) -> None:
    """Take one step within a transaction that it begins; raise `NotAllowed`."""
    sources, target = STEPS[step]
    statement = (
        update(Broadcast)
        .where(Broadcast.id == broadcast_id, Broadcast.state.in_(sources), *conditions)
        .values(state=target, **values)
    )
    if changed(session, statement) != 1:
        raise NotAllowed(step)


def prepare(broadcast_id: int, prefixed_text: str, audience_size: int, account_id: int) -> None:
    """Begin to form the list of recipients for this text, priced for this account."""
    write(
        lambda session: take(
            session,
            broadcast_id,
            Step.PREPARE,
            prefixed_text=prefixed_text,
            audience_size=audience_size,
            account_id=account_id,
            form=Broadcast.form + 1,
        )
    )


def edit(broadcast_id: int) -> None:
    """Throw the formed list away and go back to the draft."""

    def back(session: Session) -> None:
        take(
            session,
            broadcast_id,
            Step.EDIT,
            verified_done=False,
            after_key=None,
            considered=0,
            next_position=0,
        )
        session.execute(delete(Message).where(Message.broadcast_id == broadcast_id))
        session.execute(delete(Counter).where(Counter.broadcast_id == broadcast_id))

    write(back)


def send(broadcast_id: int, by: str, form: int | None = None) -> None:
    """Confirm a formed list and let it go, through the account it was priced for.

    `form` is the number of the list that was seen: one that was formed anew meanwhile is not sent unseen.
    """
    seen = [] if form is None else [Broadcast.form == form]
    write(
        lambda session: take(
            session,
            broadcast_id,
            Step.SEND,
            _account_is_connected(),
            *seen,
            confirmed_by=by,
            confirmed_at=utc_now(),
        )
    )


def pause(broadcast_id: int, reason: str | None = None) -> None:
    """Claim nothing more of this broadcast until it is resumed."""
    write(lambda session: take(session, broadcast_id, Step.PAUSE, pause_reason=reason))


def resume(broadcast_id: int) -> None:
    """Send the rest, through the account it was confirmed with."""
    write(
        lambda session: take(session, broadcast_id, Step.RESUME, _account_is_connected(), pause_reason=None)
    )


def _account_is_connected() -> ColumnElement[bool]:
    return exists().where(Account.id == Broadcast.account_id, Account.removed_at.is_(None))


def cancel(broadcast_id: int) -> None:
    """Send nothing more, ever; what waits is cancelled, what is under way ends as it ends."""

    def stop(session: Session) -> None:
        take(session, broadcast_id, Step.CANCEL, finished_at=utc_now())
        cancel_waiting(session, broadcast_id)

    write(stop)


def cancel_waiting(session: Session, broadcast_id: int) -> int:
    """Cancel what waits of a cancelled broadcast; return how many."""
    moved = changed(
        session,
        update(Message)
        .where(Message.broadcast_id == broadcast_id, Message.state == State.QUEUED)
        .values(
            state=State.CANCELLED,
            rank=RANK[State.CANCELLED],
            reason=Reason.CANCELLED_BY_STAFF,
            settled_at=utc_now(),
        ),
    )
    changes: Tally[tuple[int, str, str]] = Tally(
        {
            (broadcast_id, State.QUEUED.value, ""): -moved,
            (broadcast_id, State.CANCELLED.value, Reason.CANCELLED_BY_STAFF.value): moved,
        }
    )
    count(session, changes)
    return moved


def finish(broadcast_id: int) -> bool:
    """End a broadcast of which nothing is queued, under way, or still to be asked about; say whether it did."""
    nothing_open = [
        _nothing_is(broadcast_id, State.QUEUED),
        _nothing_is(broadcast_id, State.SENDING),
        _nothing_is(broadcast_id, State.UNKNOWN, Message.lookup_at.is_not(None)),
    ]
    try:
        write(lambda session: take(session, broadcast_id, Step.FINISH, *nothing_open, finished_at=utc_now()))
    except NotAllowed:
        return False
    return True


def _nothing_is(broadcast_id: int, state: State, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say that no message of the broadcast is in this state, by the first row of ix_sms_messages_figure.

    An EXISTS, asked at every turn, would have PostgreSQL read the table from its beginning, where all is sent.
    """
    first = (
        select(Message.id)
        .where(Message.broadcast_id == broadcast_id, Message.state == state, *conditions)
        .order_by(Message.reason, Message.id)
        .limit(1)
    )
    return first.scalar_subquery().is_(None)


def pause_all(session: Session, reason: str, *conditions: ColumnElement[bool]) -> None:
    """Pause every broadcast that sends (of those that meet the conditions); none resumes by itself."""
    session.execute(
        update(Broadcast)
        .where(Broadcast.state == BroadcastState.SENDING, *conditions)
        .values(state=BroadcastState.PAUSED, pause_reason=reason)
    )
