"""Move a broadcast along the one table of allowed steps; each is an UPDATE with its row count checked."""

import contextlib
from collections import Counter as Tally
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.database import changed, db_now, write
from smsadmin.models import Account, Broadcast, Counter, Message
from smsadmin.reasons import Reason
from smsadmin.states import RANK, SENDS, STEPS, BroadcastState, State, Step, Trigger
from smsadmin.statistics.counters import count
from smsadmin.statistics.listed import NO_LIST
from smsadmin.statistics.pace_marks import BEGIN


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
            Broadcast.trigger == Trigger.AT_ONCE,
            prefixed_text=prefixed_text,
            audience_size=audience_size,
            account_id=account_id,
            form=Broadcast.form + 1,
        )
    )


NOBODY_HAS_CONFIRMED: dict[str, Any] = dict.fromkeys(
    ("confirmed_by", "confirmed_at", "confirmed_recipients", "confirmed_price")
)

SEEN = ("text", "rule", "trigger", "send_at", "not_after", "verified_only", "wrap_clicks", "wrap_login")
"""What a person has read of a draft when he confirms it."""


def unchanged(draft: Broadcast) -> list[ColumnElement[bool]]:
    """Say of a broadcast that it still says what was read."""
    return [getattr(Broadcast, name).is_not_distinct_from(getattr(draft, name)) for name in SEEN]


def hold_unknown_rule(broadcast: Broadcast) -> None:
    """Hold a broadcast whose rule the host does not know any more: it chooses nobody.

    A list that nobody has confirmed yet goes back to its draft.
    """
    if broadcast.state == BroadcastState.PREPARING and broadcast.confirmed_by is None:
        with contextlib.suppress(NotAllowed):
            edit(broadcast.id)
        return
    for step in (Step.HOLD, Step.PAUSE):
        with contextlib.suppress(NotAllowed):
            reason = Reason.RULE_UNKNOWN
            write(partial(take, broadcast_id=broadcast.id, step=step, pause_reason=reason))


def edit(broadcast_id: int) -> None:
    """Throw the formed list away and go back to the draft."""

    # Whatever its state says: a list of which anything was handed over is never thrown away.
    nothing_left = ~exists().where(Message.broadcast_id == broadcast_id, Message.attempt_id.is_not(None))

    def back(session: Session) -> None:
        take(
            session,
            broadcast_id,
            Step.EDIT,
            nothing_left,
            prefixed_text=None,
            verified_done=False,
            after_key=None,
            considered=0,
            next_position=0,
            formed_at=None,
            **NOBODY_HAS_CONFIRMED,
            **NO_LIST,
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
            account_is_connected(),
            still_in_time(),
            Broadcast.send_at.is_(None),
            *seen,
            confirmed_by=by,
            confirmed_at=utc_now(),
            **BEGIN,
        )
    )


def pause(broadcast_id: int, reason: str | None = None) -> None:
    """Claim nothing more of this broadcast until it is resumed."""
    write(lambda session: take(session, broadcast_id, Step.PAUSE, pause_reason=reason))


def hold(broadcast_id: int, reason: str) -> None:
    """Let a scheduled broadcast wait for a person instead of its time; raise `NotAllowed`."""
    scheduled = Broadcast.state == BroadcastState.SCHEDULED
    write(lambda session: take(session, broadcast_id, Step.HOLD, scheduled, pause_reason=reason))


def resume(broadcast_id: int) -> None:
    """Go on with the rest, through the account it was confirmed with: at its time, by its rule, or at once."""

    def go_on(session: Session) -> None:
        broadcast = session.get_one(Broadcast, broadcast_id)
        somebody_confirmed = Broadcast.confirmed_by.is_not(None)
        step = resume_step(session, broadcast)
        take(session, broadcast_id, step, account_is_connected(), somebody_confirmed, **RESUMED)

    write(go_on)


RESUMED: dict[str, Any] = {"pause_reason": None, "refused_in_a_row": 0, **BEGIN}
"""What a paused broadcast forgets when a person lets it go on."""


def resume_step(session: Session, broadcast: Broadcast) -> Step:
    """Return the step by which this paused broadcast goes on: what it waited for before is still to come.

    What is still to come the database's clock says, by which it also begins.
    """
    ahead = session.scalar(select(Broadcast.send_at > db_now()).where(Broadcast.id == broadcast.id))
    if broadcast.send_at is not None and (broadcast.formed_at is None or ahead):
        return Step.RESUME_SCHEDULE
    if broadcast.trigger == Trigger.RULE and broadcast.send_at is None and broadcast.closed_at is None:
        return Step.RESUME_RULE
    return Step.RESUME


def account_is_connected() -> ColumnElement[bool]:
    """Say of a broadcast that the account it was priced for is still there."""
    return exists().where(Account.id == Broadcast.account_id, Account.removed_at.is_(None))


def still_in_time() -> ColumnElement[bool]:
    """Say of a broadcast that its last moment has not passed."""
    return or_(Broadcast.not_after.is_(None), Broadcast.not_after > db_now())


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

    def end(session: Session) -> None:
        take(session, broadcast_id, Step.FINISH, *nothing_open, finished_at=utc_now())
        # It may have waited for a person who let a message wait again, and have looked before that; now it is held.
        if not session.scalar(select(and_(*nothing_open))):
            raise NotAllowed(Step.FINISH)

    try:
        write(end)
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
        .where(Broadcast.state.in_(SENDS), *conditions)
        .values(state=BroadcastState.PAUSED, pause_reason=reason)
    )
