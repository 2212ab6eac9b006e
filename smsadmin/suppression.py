"""«Не отправлять SMS»: to a customer, because staff forbid it; to a number, because its owner opted out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import CompoundSelect, bindparam, delete, false, select, true, union_all
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.database import among, read, table, write
from smsadmin.models import SuppressedNumber, Suppression
from smsadmin.reasons import Reason
from smsadmin.upsert import insert_or_ignore

BY_STAFF = "by_staff"


@dataclass(frozen=True)
class Suppressed:
    """Those of some customers and numbers to whom nothing may be sent."""

    keys: Collection[str] = ()
    phones: Collection[str] = ()

    def reason(self, key: str, phone: str) -> Reason | None:
        """Return why this customer gets nothing at this number (E.164), or None."""
        if key in self.keys:
            return Reason.SUPPRESSED
        return Reason.OPTED_OUT if phone in self.phones else None


def suppress(customer_key: str, *, by: str, reason: str = BY_STAFF) -> None:
    """Send this customer nothing any more; what waits for him is cancelled when its turn comes."""
    row = {"customer_key": customer_key, "reason": reason, "created_by": by, "created_at": utc_now()}
    write(lambda session: insert_or_ignore(session, Suppression, [row]))


def suppress_numbers(session: Session, phones: Iterable[str], provider: str) -> None:
    """Send these numbers (E.164) nothing any more, whoever has them: their owners opted out at the provider."""
    now = utc_now()
    rows = [
        {"phone": phone, "reason": Reason.OPTED_OUT.value, "provider": provider, "created_at": now}
        for phone in sorted(set(phones))
    ]
    insert_or_ignore(session, SuppressedNumber, rows)


def allow(customer_key: str, phone: str | None = None) -> None:
    """Send this customer SMS again, also at a number (E.164) that had opted out."""

    def forget(session: Session) -> None:
        session.execute(delete(Suppression).where(Suppression.customer_key == customer_key))
        session.execute(delete(SuppressedNumber).where(SuppressedNumber.phone == phone))

    write(forget)


def suppression(customer_key: str) -> Suppression | None:
    """Return who forbade SMS to this customer and when, or None."""
    return read(lambda session: session.get(Suppression, customer_key))


def opt_out(phone: str | None) -> SuppressedNumber | None:
    """Return when and where the owner of this number (E.164) opted out, or None."""
    return read(lambda session: session.get(SuppressedNumber, phone)) if phone else None


def suppressed_among(keys: Iterable[str], phones: Iterable[str]) -> Suppressed:
    """Return those of the customers and of the numbers (E.164) to whom nothing may be sent."""
    asked = {"keys": list(keys), "phones": list(phones)}
    found = read(lambda session: session.execute(_among(), asked).all())
    return Suppressed(
        {key for by_staff, key in found if by_staff}, {phone for by_staff, phone in found if not by_staff}
    )


@cache
def _among() -> CompoundSelect[bool, str]:
    key, phone = table(Suppression).c.customer_key, table(SuppressedNumber).c.phone
    return union_all(
        select(true(), key).where(among(key, bindparam("keys"))),
        select(false(), phone).where(among(phone, bindparam("phones"))),
    )
