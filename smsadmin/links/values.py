"""What the placeholders of a wrapped link stand for: asked by the short links at each click on one."""

import json
from collections.abc import Mapping

from sqlalchemy import select

from smsadmin.database import read
from smsadmin.links.owner import broadcast_of, is_ours
from smsadmin.models import Broadcast, Message


def link_values(owner: str, position: int) -> Mapping[str, str] | None:
    """Return what the message at a position keeps for its links; None where it is gone, or its values are."""
    if not is_ours(owner):
        return None
    broadcast_id, form = broadcast_of(owner)
    # Index uq_sms_messages_position.
    kept = (
        select(Message.link_values)
        .join(Broadcast, Broadcast.id == Message.broadcast_id)
        .where(Message.broadcast_id == broadcast_id, Message.position == position, Broadcast.form == form)
    )
    found = read(lambda session: session.scalars(kept).one_or_none())
    return kept_values(found)


def kept_values(written: str | None) -> Mapping[str, str] | None:
    """Return the values that a message keeps in its column."""
    if not written:
        return None
    values: dict[str, str] = json.loads(written)
    return values
