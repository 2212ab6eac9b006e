"""What happens in the shop: bonuses are credited, and the plugin is told within the same transaction."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from smsadmin.events import emit
from smsadmin.standalone.models import BonusEntry, Customer, LoyaltySettings, db, now


def credit_bonuses(customer: Customer, amount: Decimal, note: str = "") -> BonusEntry:
    """Add bonuses to the customer's balance and emit `bonuses_credited`; the caller commits."""
    days = LoyaltySettings.read(db.session()).bonuses_expire_after_days
    moment = now()
    entry = BonusEntry(
        customer_id=customer.id,
        amount=amount,
        at=moment,
        expires_at=moment + timedelta(days=days) if days else None,
        note=note,
    )
    # The database adds up, so that two credits at once both count.
    customer.balance = Customer.balance + amount
    db.session.add(entry)
    db.session.flush()
    emit(
        "bonuses_credited",
        customer_key=str(customer.id),
        fact=str(entry.id),
        values={"amount": as_text(amount), "balance": as_text(customer.balance)},
    )
    return entry


def latest_bonuses(customer_id: int, limit: int = 50) -> Sequence[BonusEntry]:
    """Return the customer's last bonus entries, newest first."""
    entries = select(BonusEntry).where(BonusEntry.customer_id == customer_id)
    return db.session.scalars(entries.order_by(BonusEntry.at.desc(), BonusEntry.id.desc()).limit(limit)).all()


def as_text(bonuses: Decimal) -> str:
    """Write bonuses without needless zeros: `150`, `99.5`."""
    whole = bonuses.to_integral_value()
    return f"{whole:f}" if bonuses == whole else f"{bonuses.normalize():f}"
