"""Apply stored receipts to their messages: in batches, exactly once, ranks only up."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import among, db_now, read, write
from smsadmin.models import Asked, Message, RawReceipt
from smsadmin.providers import provider
from smsadmin.reasons import Reason
from smsadmin.sending.moves import Target, move, raise_to
from smsadmin.states import RANK, State
from smsadmin.suppression import suppress_numbers

BATCH = 500
FINAL = {State.REJECTED, State.UNDELIVERED, State.DELIVERED}
NO_REPORT = Target(State.ACCEPTED, Reason.NO_REPORT)
"""The one receipt that changes nothing but the reason: nobody will tell more than that it was accepted."""


def apply_receipts(limit: int = BATCH) -> int:
    """Apply the oldest stored receipts, one transaction; return how many."""
    # Index ix_sms_raw_receipts_waiting.
    statement = select(RawReceipt).where(RawReceipt.applied_at.is_(None)).order_by(RawReceipt.id).limit(limit)
    waiting = read(lambda session: session.scalars(statement).all())
    if waiting:
        write(lambda session: _apply(session, waiting))
    return len(waiting)


def apply_receipts_of(session: Session, message_ids: Collection[int]) -> None:
    """Apply what has arrived for these messages, before anything is decided about them."""
    statement = select(RawReceipt).where(
        RawReceipt.applied_at.is_(None), among(RawReceipt.message_id, message_ids)
    )
    _apply(session, session.scalars(statement).all())


def _apply(session: Session, receipts: Sequence[RawReceipt]) -> None:
    if not receipts:
        return
    now = utc_now()
    # Begins with its write; a receipt that another transaction is applying is left to it.
    mine = set(
        session.scalars(
            update(RawReceipt)
            .where(among(RawReceipt.id, [r.id for r in receipts]), RawReceipt.applied_at.is_(None))
            .values(applied_at=now)
            .returning(RawReceipt.id),
            execution_options={"synchronize_session": False},
        )
    )
    targets = _targets(session, [receipt for receipt in receipts if receipt.id in mine])
    for target in sorted(targets, key=lambda t: (RANK[t.state], t.reason or "")):
        final: dict[str, Any] = {"settled_at": now} if target.state in FINAL else {}
        # Whatever a receipt says, the provider had taken it.
        taken = func.coalesce(Message.accepted_at, now)
        if target.state is State.ACCEPTED:
            # It may come before our own record, and then nobody else plans to ask for what comes after it.
            asked_later = db_now(settings().receipts_late_after)
            final = {"lookup_at": func.coalesce(Message.lookup_at, asked_later)}
        raise_to(session, targets[target], target, accepted_at=taken, **final)
        if target.reason is Reason.OPTED_OUT:
            _suppress(session, [receipt for receipt in receipts if receipt.message_id in targets[target]])
        if target == NO_REPORT:
            move(session, targets[target], State.ACCEPTED, target, lookup_at=None)


def _suppress(session: Session, receipts: Sequence[RawReceipt]) -> None:
    """Keep the numbers whose owners opted out, as the provider's receipts say."""
    for name in sorted({receipt.provider for receipt in receipts}):
        ids = {receipt.message_id for receipt in receipts if receipt.provider == name}
        suppress_numbers(session, session.scalars(select(Message.phone).where(Message.id.in_(ids))), name)


def _targets(session: Session, receipts: Sequence[RawReceipt]) -> dict[Target, list[int]]:
    """Return what the receipts say, and of which messages."""
    present = _present(session, receipts)
    targets: dict[Target, list[int]] = defaultdict(list)
    for receipt in receipts:
        settled = provider(receipt.provider).settle(receipt.status, receipt.error)
        # That an earlier attempt failed says nothing about the one under way.
        stale = settled.state is State.UNDELIVERED and receipt.reference not in present
        # A status of no table does not say how it ends, but that the provider has it, and bills it.
        target = Target(settled.state, settled.reason) if settled.state else Target(State.ACCEPTED)
        if not stale:
            targets[target].append(receipt.message_id)
    return targets


def _present(session: Session, receipts: Sequence[RawReceipt]) -> set[str]:
    """Return those of the receipts' references that are about the last attempt of their message."""
    statement = (
        select(Asked.reference)
        .join(Message, Message.attempt_id == Asked.attempt_id)
        .where(Message.id == Asked.message_id, among(Asked.reference, {r.reference for r in receipts}))
    )
    return set(session.scalars(statement))
