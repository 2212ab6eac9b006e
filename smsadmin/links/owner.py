"""The name under which the short links know one formed list of a broadcast."""

import re

from smsadmin.models import Broadcast
from smsadmin.states import Trigger

_OWNER = re.compile(r"broadcast:[0-9]{1,18}:[0-9]{1,9}", re.ASCII)


def owner_of(broadcast: Broadcast) -> str:
    """Return the owner of the broadcast's link blocks; a list that is formed anew has new ones."""
    return f"broadcast:{broadcast.id}:{broadcast.form}"


def broadcast_of(owner: str) -> tuple[int, int]:
    """Return the broadcast's id and the number of its list."""
    _, broadcast_id, form = owner.split(":")
    return int(broadcast_id), int(form)


def is_ours(owner: str) -> bool:
    """Say whether an owner is a broadcast's: the host may have short links of its own."""
    return _OWNER.fullmatch(owner) is not None


def is_endless(broadcast: Broadcast) -> bool:
    """Say whether recipients come one after the other for as long as the broadcast is active."""
    return broadcast.trigger == Trigger.RULE and broadcast.send_at is None
