"""Tells the short links when an SMS left, so that a click sooner than a person could is nobody's."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from smsadmin.database import among, read
from smsadmin.links.owner import broadcast_of, is_ours, owner_of
from smsadmin.models import Asked, Broadcast, Message

LOOKED_AT = 100
"""So many of a broadcast's first recipients tell when it began to leave: they are the first to go."""


def handed_over(messages: Collection[tuple[str, int]], since: datetime) -> Mapping[tuple[str, int], datetime]:
    """Return when each of these messages was first claimed, before the provider was called.

    By the database's clock, and the earliest time of several attempts: nobody knows which of them arrived. Broadcasts
    that were over before `since` cost one read.
    """
    positions: dict[str, list[int]] = {}
    for owner, position in messages:
        if is_ours(owner):
            positions.setdefault(owner, []).append(position)
    return read(lambda session: _handed_over(session, positions, since)) if positions else {}


def began(broadcast: Broadcast) -> datetime | None:
    """Return when the first SMS of a broadcast was claimed; None: none of its first recipients has got one."""
    # Index uq_sms_messages_position, then ix_sms_asked_message_id.
    first = (
        select(Message.id)
        .where(Message.broadcast_id == broadcast.id, Message.position.is_not(None))
        .order_by(Message.position)
        .limit(LOOKED_AT)
        .subquery()
    )
    statement = select(func.min(Asked.at)).join(first, first.c.id == Asked.message_id)
    return read(lambda session: session.scalar(statement))


def _handed_over(
    session: Session, positions: Mapping[str, Collection[int]], since: datetime
) -> dict[tuple[str, int], datetime]:
    ids = {broadcast_of(owner)[0] for owner in positions}
    still = or_(Broadcast.finished_at.is_(None), Broadcast.finished_at >= since)
    broadcasts = session.scalars(select(Broadcast).where(Broadcast.id.in_(ids), still)).all()
    owners = {broadcast.id: owner_of(broadcast) for broadcast in broadcasts}
    wanted = [
        and_(Message.broadcast_id == broadcast_id, among(Message.position, positions[owner]))
        for broadcast_id, owner in owners.items()
        if owner in positions
    ]
    if not wanted:
        return {}
    # Index uq_sms_messages_position, then ix_sms_asked_message_id.
    first = (
        select(Message.broadcast_id, Message.position, func.min(Asked.at))
        .join(Asked, Asked.message_id == Message.id)
        .where(or_(*wanted))
        .group_by(Message.broadcast_id, Message.position)
    )
    return {
        (owners[broadcast_id], position): at
        for broadcast_id, position, at in session.execute(first)
        if broadcast_id is not None and position is not None
    }
