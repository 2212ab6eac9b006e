"""Broadcasts of a rule: look through the customers for those who have come under it, each gets it once."""

import time
from collections.abc import Sequence
from functools import partial

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from smsadmin.broadcasts.lifecycle import NotAllowed, hold_unknown_rule
from smsadmin.broadcasts.listing import advance, not_listed, write_matching
from smsadmin.broadcasts.rules import rule_of
from smsadmin.current import host, settings, stopping
from smsadmin.database import db_now, read, write
from smsadmin.host import Customer, UnknownFilter
from smsadmin.models import Broadcast
from smsadmin.sending import doorbell
from smsadmin.states import BroadcastState


def match(broadcast_id: int, until: float) -> bool:
    """Look through the customers until the monotonic time `until`; return whether there are more of this round.

    A customer who has a row already, whatever became of it, never gets another one.
    """
    while time.monotonic() < until and not stopping().is_set():
        broadcast = read(partial(_due, broadcast_id=broadcast_id))
        if broadcast is None:
            return False
        try:
            batch = host().customers.batch(
                not broadcast.verified_done, broadcast.after_key, settings().prepare_batch, rule_of(broadcast)
            )
            if batch:
                _write(broadcast, batch)
            else:
                _end_of_pass(broadcast)
        except UnknownFilter:
            hold_unknown_rule(broadcast)
        except NotAllowed:
            # Another worker has written this batch, or it was paused or closed: look again.
            continue
    return True


def _due(session: Session, broadcast_id: int) -> Broadcast | None:
    return session.scalars(select(Broadcast).where(Broadcast.id == broadcast_id, is_due())).one_or_none()


def is_due() -> ColumnElement[bool]:
    """Say of a broadcast that it is time to look who has come under its rule."""
    return (Broadcast.state == BroadcastState.ACTIVE) & or_(
        Broadcast.next_match_at.is_(None), Broadcast.next_match_at <= db_now()
    )


def ring() -> None:
    """Ring for every rule whose round is due."""
    for broadcast_id in read(lambda session: session.scalars(select(Broadcast.id).where(is_due())).all()):
        doorbell.ring_match(broadcast_id)


def _write(broadcast: Broadcast, batch: Sequence[Customer]) -> None:
    write_matching(broadcast, not_listed(broadcast, batch), batch[-1].key)
    doorbell.ring_send(broadcast.account_id or 0)


def _end_of_pass(broadcast: Broadcast) -> None:
    if broadcast.verified_done or broadcast.verified_only:
        later = db_now(settings().rule_every)
        values = {"verified_done": False, "after_key": None, "next_match_at": later}
    else:
        values = {"verified_done": True, "after_key": None}
    write(lambda session: advance(session, broadcast, **values))
