"""The shop's side of the contract with the plugin: its customers, its staff, how one signs in, its rules."""

from collections.abc import Collection, Iterable

from flask import url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from smsadmin.customer_filters import ModelFilter
from smsadmin.customers import InWords, ModelCustomers
from smsadmin.database import autocommitting
from smsadmin.host import FilterKind, Role, StaffMember
from smsadmin.i18n import lazy
from smsadmin.standalone.models import Customer, LoyaltySettings, Staff, db
from smsadmin.standalone.shop import as_text
from smsadmin.standalone.signed_in import signed_in_customer, signed_in_staff, start_session

customers = ModelCustomers(
    Customer,
    db=db,
    phone_e164="phone_e164",
    locale="locale",
    since="created_at",
    values={"city": "city", "balance": InWords("balance", as_text)},
    url=lambda key: url_for("shop_customers.card", customer_id=int(key)),
    filters={
        "city": ModelFilter("city", lazy("City"), FilterKind.CHOICE),
        "group": ModelFilter("group", lazy("Group"), FilterKind.CHOICE),
        "balance": ModelFilter("balance", lazy("Balance, at least"), FilterKind.AT_LEAST),
        "registered": ModelFilter("created_at", lazy("Registered on this day or later"), FilterKind.SINCE),
    },
)


class ShopStaff:
    """The shop's staff for the plugin."""

    def current(self) -> StaffMember | None:
        """Return who is signed in to the back office in this request."""
        member = signed_in_staff()
        return _member(member) if member else None

    def administrators(self) -> Iterable[StaffMember]:
        """Return the owners and the admins."""
        roles = (Role.OWNER.value, Role.ADMIN.value)
        statement = select(Staff).where(Staff.role.in_(roles)).order_by(Staff.name)
        with Session(db.engine) as session:
            return [_member(member) for member in session.scalars(statement)]

    def staff_among(self, customer_keys: Iterable[str]) -> Collection[str]:
        """Return those of these customers who work here, by their account or by their phone."""
        with Session(autocommitting(db.engine)) as session:
            return _staff_among(session, customer_keys)

    def phones(self) -> Iterable[str]:
        """Return the E.164 numbers of staff: their own and those of their customer accounts."""
        own = select(Staff.phone)
        as_customers = select(Customer.phone_e164).join(Staff, Staff.customer_id == Customer.id)
        with Session(autocommitting(db.engine)) as session:
            return [phone for phone in session.scalars(own.union(as_customers)) if phone]

    def sign_in_url(self) -> str:
        """Return the address of the staff's sign-in page."""
        return url_for("staff.sign_in")


class ShopLogin:
    """How the shop signs a customer in by a link."""

    def sign_in(self, customer_key: str) -> None:
        """Start a new session that is not fresh; raise `LookupError` for the blocked, deleted and staff."""
        customer = _customer(db.session(), customer_key)
        if customer is None or customer.blocked:
            raise LookupError("this customer does not exist or is blocked")
        if _staff_among(db.session(), [customer_key]):
            raise LookupError("this customer works here; staff sign in with their password only")
        start_session(customer, fresh=False)

    def current_customer(self) -> str | None:
        """Return the key of the customer who is signed in, if one is."""
        customer = signed_in_customer()
        return str(customer.id) if customer else None

    def someone_signed_in(self) -> bool:
        """Say whether anybody, customer or staff, is signed in."""
        return bool(current_user.is_authenticated)

    def may_sign_in(self, customer_key: str) -> bool:
        """Say whether this customer exists and is not blocked."""
        with Session(db.engine) as session:
            customer = _customer(session, customer_key)
            return customer is not None and not customer.blocked

    def sign_in_url(self, target: str) -> str:
        """Return the address of the customers' sign-in page that leads on to `target`."""
        return url_for("cabinet.sign_in", next=target)


class ShopLoyalty:
    """The shop's loyalty rule for the plugin."""

    def bonuses_expire_after_days(self) -> int | None:
        """Return after how many days bonuses expire; None: never."""
        with Session(db.engine) as session:
            return LoyaltySettings.read(session).bonuses_expire_after_days


def _member(member: Staff) -> StaffMember:
    return StaffMember(str(member.id), member.name, Role(member.role), member.phone)


def _customer(session: Session, key: str) -> Customer | None:
    return session.get(Customer, int(key)) if key.isdecimal() else None


def _staff_among(session: Session, keys: Iterable[str]) -> set[str]:
    # Few people work here: all of them are looked up sooner than thousands of customers.
    staff = session.execute(select(Staff.customer_id, Staff.phone)).all()
    ids = {customer_id for customer_id, _ in staff}
    if phones := [phone for _, phone in staff if phone]:
        ids |= set(session.scalars(select(Customer.id).where(Customer.phone_e164.in_(phones))))
    return {str(customer_id) for customer_id in ids}.intersection(keys)
