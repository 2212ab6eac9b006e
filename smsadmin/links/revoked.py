"""Ends login links for ever: all that a customer has got, or all of a broadcast; they still lead to their pages.

Besides these only a changed phone and a customer who is blocked, deleted or works here end a link (LINKS.md, Login).
"""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from shortlinks import blocks, report
from smsadmin.clock import utc_now
from smsadmin.current import settings
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


def password_changed(customer_key: str) -> None:
    """End a customer's login links where `SMSADMIN_PASSWORD_ENDS_LINKS` says so.

    The host calls this, within an app context, whenever a customer has got a new password.
    """
    if settings().password_ends_links:
        revoke_links(customer_key)


def revocation(customer_key: str) -> CustomerLinks | None:
    """Return when the links of a customer were last revoked and by whom, or None."""
    return read(lambda session: session.get(CustomerLinks, customer_key))


def is_revoked(message: Message) -> bool:
    """Say, by a fresh read, whether the links of this message's customer were revoked after it was made."""
    found = revocation(message.customer_key)
    return found is not None and message.created_at <= found.links_valid_after


def revoke_broadcast_links(broadcast: Broadcast, *, by: str) -> None:
    """End the login links of all recipients that a broadcast has so far; `by` is who did it, for the screen."""
    endless = is_endless(broadcast)
    position = write(lambda session: _note_revoked(session, broadcast.id, by[:100], endless))
    blocks.revoke(owner_of(broadcast), before=position if endless else None)


def login_links(broadcast: Broadcast) -> report.LoginLinks:
    """Return whether links of a broadcast may sign in, and when they were revoked."""
    return report.login_links(owner_of(broadcast))


def _note_revoked(session: Session, broadcast_id: int, by: str, endless: bool) -> int:
    """Note who ends the links; return the position of the next recipient.

    Where they come for ever he begins a new block, which nobody has revoked.
    """
    values: dict[str, Any] = {"links_revoked_by": by}
    if endless:
        values["next_position"] = (Broadcast.next_position // RUN + 1) * RUN
    noted = update(Broadcast).where(Broadcast.id == broadcast_id).values(**values)
    return session.scalars(noted.returning(Broadcast.next_position)).one()
