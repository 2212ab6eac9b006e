"""«Не отправлять SMS»: forbid and allow SMS to one customer."""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, select

from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.models import Suppression
from smsadmin.upsert import insert_or_ignore

BY_STAFF = "by_staff"


def suppress(customer_key: str, *, by: str, reason: str = BY_STAFF) -> None:
    """Send this customer nothing any more; what waits for him is cancelled when its turn comes."""
    row = {"customer_key": customer_key, "reason": reason, "created_by": by, "created_at": utc_now()}
    write(lambda session: insert_or_ignore(session, Suppression, [row]))


def allow(customer_key: str) -> None:
    """Send this customer SMS again."""
    write(
        lambda session: session.execute(delete(Suppression).where(Suppression.customer_key == customer_key))
    )


def suppression(customer_key: str) -> Suppression | None:
    """Return who forbade SMS to this customer and when, or None."""
    return read(lambda session: session.get(Suppression, customer_key))


def suppressed_among(keys: Iterable[str]) -> Collection[str]:
    """Return those of the keys to whom nothing may be sent."""
    statement = select(Suppression.customer_key).where(Suppression.customer_key.in_(list(keys)))
    return read(lambda session: set(session.scalars(statement)))
