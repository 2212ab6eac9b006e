"""What a person decides about messages in doubt: ask the provider again, send again as if not sent, or leave them.

Sending again is the second of the two ways back from `unknown` (SENDING, States): it may reach the customer twice
and cost twice, so it is done for exactly what the person saw, through the account that had it, and nowhere else.
"""

from collections import Counter as Tally
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Update

from smsadmin.broadcasts.lifecycle import RESUMED, take
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import db_now, write
from smsadmin.host import StaffMember
from smsadmin.models import Broadcast, Decision, Message
from smsadmin.sending import doorbell
from smsadmin.sending.apply import apply_receipts_of
from smsadmin.sending.in_doubt import Choice, InDoubt, Why, locked
from smsadmin.sending.moves import Target, move
from smsadmin.states import BroadcastState, State, Step

Seen = Mapping[int, str]
"""Message → its `InDoubt.mark` when the person saw it."""


@dataclass(frozen=True)
class Decided:
    """For which messages it was done, as they were just before, and why not for how many others."""

    done: Sequence[InDoubt]
    left_out: Tally[Why]


def ask_again(seen: Seen, by: StaffMember) -> Decided:
    """Have the providers asked about these messages as soon as an answer proves something.

    It changes the time of the question and nothing else: a broadcast that is finished stays so.
    """

    def ask(session: Session) -> Decided:
        decided = _parted(session, seen, lambda doubt: doubt.not_asked_because)
        # While its call may still be on its way, "not found" would send it twice.
        fence = settings().lease + settings().call_deadline + settings().doubt_settles_after
        now = [doubt for doubt in decided.done if not doubt.early]
        later = [doubt for doubt in decided.done if doubt.early and doubt.message.lookup_at is None]
        session.execute(_same_attempts(now).values(lookup_at=db_now()))
        session.execute(_same_attempts(later).values(lookup_at=db_now(fence)))
        _note(session, decided.done, Choice.ASK_AGAIN, by)
        return decided

    return write(ask)


def leave(seen: Seen, by: StaffMember) -> Decided:
    """Let these messages stay in doubt: nobody asks about them any more, and their broadcasts need not wait."""

    def stop_asking(session: Session) -> Decided:
        decided = _parted(session, seen, lambda doubt: None)
        session.execute(_same_attempts(decided.done).values(lookup_at=None))
        _note(session, decided.done, Choice.LEAVE, by)
        return decided

    return write(stop_asking)


def send_again(seen: Seen, by: StaffMember) -> Decided:
    """Treat these messages as not sent: they wait again, each at the price that was seen.

    What a receipt, a lookup or another person has settled meanwhile is left out. A broadcast that is finished
    goes on until they have left. What was spent on the attempt before stays spent.
    """
    decided = write(lambda session: _send_again(session, seen, by))
    for account_id in sorted({doubt.account.id for doubt in decided.done}):
        doorbell.ring_send(account_id)
    return decided


def _send_again(session: Session, seen: Seen, by: StaffMember) -> Decided:
    broadcasts = _held_broadcasts(session, seen)
    apply_receipts_of(session, seen)
    decided = _parted(session, seen, lambda doubt: doubt.not_sent_again_because)
    wanted = {doubt.message.broadcast_id for doubt in decided.done}
    for broadcast in broadcasts:
        if broadcast.id in wanted and broadcast.state == BroadcastState.FINISHED:
            take(session, broadcast.id, Step.REOPEN, finished_at=None, **RESUMED)
    _requeue(session, decided.done)
    _note(session, decided.done, Choice.SEND_AGAIN, by)
    return decided


def _held_broadcasts(session: Session, ids: Collection[int]) -> Sequence[Broadcast]:
    """Return the broadcasts of these messages; none is finished, cancelled or paused until the transaction ends."""
    theirs = select(Message.broadcast_id).where(Message.id.in_(ids))
    held = select(Broadcast).where(Broadcast.id.in_(theirs)).order_by(Broadcast.id).with_for_update()
    return session.scalars(held).all()


def _parted(session: Session, seen: Seen, forbids: Callable[[InDoubt], Why | None]) -> Decided:
    """Part the messages into those for which it can be done now and those for which it cannot."""
    done, left_out = [], Tally[Why]()
    for doubt in locked(session, seen):
        why = Why.SETTLED if doubt.message.state != State.UNKNOWN else forbids(doubt)
        if why is None and doubt.mark != seen[doubt.message.id]:
            why = Why.CHANGED
        if why is None:
            done.append(doubt)
        else:
            left_out[why] += 1
    # What has vanished, with a list that was formed anew, is in doubt no more.
    if vanished := len(seen) - len(done) - left_out.total():
        left_out[Why.SETTLED] += vanished
    return Decided(done, left_out)


def _same_attempts(doubts: Sequence[InDoubt]) -> Update:
    """Begin an UPDATE of messages that are still in doubt about these very attempts."""
    return update(Message).where(
        Message.id.in_([doubt.message.id for doubt in doubts]),
        Message.attempt_id.in_([doubt.message.attempt_id for doubt in doubts]),
        Message.state == State.UNKNOWN,
    )


def _requeue(session: Session, doubts: Sequence[InDoubt]) -> None:
    """Let messages wait again, each for its own account: one UPDATE per account and reason."""
    groups: dict[tuple[int, str], list[InDoubt]] = {}
    for doubt in doubts:
        groups.setdefault((doubt.account.id, doubt.message.reason), []).append(doubt)
    for (_, reason), group in sorted(groups.items()):
        account = group[0].account
        part = account.price_of_part
        move(
            session,
            [doubt.message.id for doubt in group],
            State.UNKNOWN,
            Target(State.QUEUED),
            Message.attempt_id.in_([doubt.message.attempt_id for doubt in group]),
            source_reason=reason,
            price=None if part is None else Message.parts * part,
            currency=account.currency,
            not_before=None,
            lease_until=None,
            lookup_at=None,
            not_found_at=None,
        )


def _note(session: Session, doubts: Sequence[InDoubt], choice: Choice, by: StaffMember) -> None:
    """Write down who decided what, and the price that was shown with it."""
    now, priced = utc_now(), choice is Choice.SEND_AGAIN
    rows = [
        {
            "message_id": doubt.message.id,
            "attempt_id": doubt.message.attempt_id,
            "decision": choice.value,
            "by_key": by.key,
            "by_name": by.name[:200],
            "at": now,
            "price": doubt.price if priced else None,
            "currency": doubt.account.currency if priced else None,
        }
        for doubt in doubts
    ]
    if rows:
        session.execute(insert(Decision), rows)
