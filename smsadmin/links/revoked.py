"""Ends login links for ever: all that a customer has got, or all of a broadcast; they still lead to their pages.

Besides these only a changed phone and a customer who is blocked, deleted or works here end a link (LINKS.md, Login).
"""

from sqlalchemy import update
from sqlalchemy.orm import Session

from shortlinks import blocks, report
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.links.owner import is_endless, owner_of
from smsadmin.links.texts import RUN
from smsadmin.models import Broadcast, CustomerLinks, Message
from smsadmin.upsert import replace


def revoke_links(customer_key: str, *, by: str = "") -> None:
    """End the login links of all SMS to this customer that were made up to now; `by` is who did it, for the screen.

    The host calls this too, within an app context, when a customer's sessions have to end.
    """
    # By the clock that dates the messages.
    row = {"customer_key": customer_key, "links_valid_after": utc_now(), "revoked_by": by[:100]}
    write(lambda session: replace(session, CustomerLinks, row))


def revocation(customer_key: str) -> CustomerLinks | None:
    """Return when the links of a customer were last revoked and by whom, or None."""
    return read(lambda session: session.get(CustomerLinks, customer_key))


def is_revoked(message: Message) -> bool:
    """Say, by a fresh read, whether the links of this message's customer were revoked after it was made."""
    found = revocation(message.customer_key)
    return found is not None and message.created_at <= found.links_valid_after


def revoke_broadcast_links(broadcast: Broadcast) -> None:
    """End the login links of all recipients that a broadcast has so far."""
    # Whoever comes later gets numbers of a block that nobody has revoked.
    before = write(lambda session: _begin_next_run(session, broadcast.id)) if is_endless(broadcast) else None
    blocks.revoke(owner_of(broadcast), before=before)


def login_links(broadcast: Broadcast) -> report.LoginLinks:
    """Return whether links of a broadcast may sign in, and when they were revoked."""
    return report.login_links(owner_of(broadcast))


def _begin_next_run(session: Session, broadcast_id: int) -> int:
    """Let the next recipient begin a new block; return its first position."""
    following = (Broadcast.next_position // RUN + 1) * RUN
    moved = update(Broadcast).where(Broadcast.id == broadcast_id).values(next_position=following)
    return session.scalars(moved.returning(Broadcast.next_position)).one()
