"""Record what the provider answered: the attempt's outcome first, then the messages, in one transaction."""

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, func, select, update
from sqlalchemy.orm import Session

from smsadmin.accounts import in_their_time, stop
from smsadmin.broadcasts.lifecycle import cancel_waiting
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import among, db_now, table, write
from smsadmin.models import Account, Answered, Broadcast
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.apply import apply_receipts_of
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.doubts import asked_first
from smsadmin.sending.moves import MESSAGES, Target, move, raise_to
from smsadmin.sending.refusals import count_refusals
from smsadmin.sending.spending import correct
from smsadmin.sending.submit import NOT_BEGUN
from smsadmin.states import BroadcastState, State
from smsadmin.statistics.counters import Figure, count
from smsadmin.suppression import suppress_numbers
from smsadmin.upsert import insert_or_ignore

Pairs = Sequence[tuple[Claimed, Answer]]

BACK = (Outcome.BATCH_REFUSED, Outcome.ACCOUNT_PROBLEM, Outcome.TRY_LATER)
"""Nothing was taken: the message waits again."""

LOST_IN_A_ROW = 3
"""Claims without any answer that we understand, after which the account rests; the next one goes alone."""

REST_AFTER_LOSSES = timedelta(minutes=1)

ACCOUNTS = table(Account)

OF_ONE = update(ACCOUNTS).where(ACCOUNTS.c.id == bindparam("of_account", type_=Integer))

FOUND = OF_ONE.where(ACCOUNTS.c.lost_in_a_row > 0).values(lost_in_a_row=0)

LOST = OF_ONE.values(lost_in_a_row=func.coalesce(ACCOUNTS.c.lost_in_a_row, 0) + 1)


def record(account_id: int, pairs: Pairs) -> None:
    """Write the outcomes, move the messages, and stop the account where the answers say so."""
    write(lambda session: _record(session, account_id, pairs))


def _record(session: Session, account_id: int, pairs: Pairs) -> None:
    now = utc_now()
    answered = [_answered(message, answer) for message, answer in pairs]
    insert_or_ignore(session, Answered, answered, {"at": now})
    # The broadcast's row comes before its messages, as in every step of its life.
    count_refusals(session, pairs)
    accepted = [message.id for message, answer in pairs if answer.outcome is Outcome.ACCEPTED]
    # The provider has taken them: true whatever became of the claim meanwhile.
    asked_later = db_now(settings().receipts_late_after)
    unknown = any(answer.outcome is Outcome.UNKNOWN for _, answer in pairs)
    doubted = asked_first(session.get_one(Account, account_id).provider) if unknown else None
    tally: Tally[Figure] = Tally()
    taken = Target(State.ACCEPTED)
    raise_to(session, accepted, taken, tally, accepted_at=now, lookup_at=asked_later)
    moved = set(accepted)
    for target, messages in _by_target(pairs).items():
        rejected = target.state is State.REJECTED
        also = {"settled_at": now} if rejected else {"lookup_at": doubted}
        moved |= _mine(session, messages, target, tally, **also)
    _suppress_opted_out(session, account_id, pairs)
    back = [(message, answer) for message, answer in pairs if answer.outcome in BACK]
    if back:
        moved |= _requeue(session, back, tally)
    count(session, tally)
    if back:
        _cancel_of_cancelled(session, back)
    # What has gone its own way meanwhile stays paid for, until it is certain that it was not taken.
    correct(session, [(message, answer) for message, answer in pairs if message.id in moved])
    if resting := [answer for _, answer in pairs if answer.outcome in BACK or answer.retry_after]:
        _stop_account(session, account_id, resting)
    _count_lost(session, account_id, pairs)


def _suppress_opted_out(session: Session, account_id: int, pairs: Pairs) -> None:
    """Keep the numbers whose owners opted out: the next SMS would be refused again."""
    phones = [message.phone for message, answer in pairs if answer.reason is Reason.OPTED_OUT]
    if phones:
        suppress_numbers(session, phones, session.get_one(Account, account_id).provider)


def _answered(message: Claimed, answer: Answer) -> dict[str, object]:
    return {
        "attempt_id": message.attempt_id,
        "outcome": answer.outcome,
        "reason": answer.reason or "",
        "provider_id": answer.provider_id,
        "parts": answer.parts,
        "price": answer.price,
        # SMSC tells amounts without their currency: they are in the account's.
        "currency": answer.currency or (message.currency if answer.price is not None else None),
        "raw": answer.raw,
    }


def _by_target(pairs: Pairs) -> dict[Target, list[Claimed]]:
    """Return where the messages go that were refused for good, or of which nobody knows."""
    targets: dict[Target, list[Claimed]] = {}
    for message, answer in pairs:
        if answer.outcome is Outcome.REJECTED:
            targets.setdefault(Target(State.REJECTED, answer.reason), []).append(message)
        elif answer.outcome is Outcome.UNKNOWN:
            reason = answer.reason or Reason.NO_ANSWER
            targets.setdefault(Target(State.UNKNOWN, reason), []).append(message)
    return targets


def _mine(
    session: Session, messages: Sequence[Claimed], target: Target, tally: Tally[Figure], **values: Any
) -> set[int]:
    """Move messages that are still under way in these very attempts; return which."""
    these = among(MESSAGES.c.attempt_id, [message.attempt_id for message in messages])
    ids = [message.id for message in messages]
    return move(session, ids, State.SENDING, target, these, tally=tally, **values)


def _requeue(session: Session, pairs: Pairs, tally: Tally[Figure]) -> set[int]:
    apply_receipts_of(session, [message.id for message, _ in pairs])
    waits: dict[float, list[Claimed]] = {}
    for message, answer in pairs:
        wait = in_their_time(answer.retry_after) if answer.retry_after else 0.0
        waits.setdefault(wait, []).append(message)
    moved: set[int] = set()
    for wait, messages in waits.items():
        not_before = db_now(wait) if wait else None
        again = {"not_before": not_before, "lease_until": None}
        moved |= _mine(session, messages, Target(State.QUEUED), tally, **again)
    return moved


def _cancel_of_cancelled(session: Session, pairs: Pairs) -> None:
    """Cancel what came back to broadcasts that were cancelled meanwhile."""
    ids = {message.broadcast_id for message, _ in pairs if message.broadcast_id is not None}
    statement = select(Broadcast.id).where(Broadcast.id.in_(ids), Broadcast.state == BroadcastState.CANCELLED)
    for broadcast_id in session.scalars(statement).all():
        cancel_waiting(session, broadcast_id)


def _count_lost(session: Session, account_id: int, pairs: Pairs) -> None:
    """Rest after some claims without any answer: a provider that is down would put every SMS in doubt."""
    mine = {"of_account": account_id}
    # A call that never began tells nothing of the provider.
    begun = [answer for _, answer in pairs if answer != NOT_BEGUN]
    if not begun:
        return
    if any(answer.outcome is not Outcome.UNKNOWN for answer in begun):
        session.execute(FOUND, mine)
        return
    counted = session.scalars(LOST.returning(ACCOUNTS.c.lost_in_a_row), mine).one()
    if counted and counted >= LOST_IN_A_ROW:
        stop(session, account_id, Reason.PROVIDER_UNREACHABLE, REST_AFTER_LOSSES)


def _stop_account(session: Session, account_id: int, answers: Sequence[Answer]) -> None:
    problem = next((a for a in answers if a.outcome is Outcome.ACCOUNT_PROBLEM), None)
    if problem:
        stop(session, account_id, problem.reason or Reason.ACCOUNT_REFUSED, problem.retry_after)
        return
    longest = max(answers, key=lambda answer: answer.retry_after or timedelta(0))
    if longest.retry_after:
        stop(session, account_id, longest.reason or Reason.PROVIDER_BUSY, longest.retry_after)
