"""What the second host hands to the plugin."""

from collections.abc import Collection, Iterable
from uuid import UUID

from flask import session, url_for
from flask_login import current_user, login_user
from sqlalchemy import select

from smsadmin.customer_filters import ModelFilter
from smsadmin.customers import ModelCustomers
from smsadmin.host import FilterKind, Role, StaffMember
from smsadmin.text.phones import to_e164
from tests.hostapp.models import Client, Employee, db

ROLES = {"boss": Role.OWNER, "lead": Role.ADMIN, "operator": Role.MANAGER, "guest": Role.VIEWER}

clients = ModelCustomers(
    Client,
    db=db,
    key="uid",
    name="full_name",
    phone="mobile",
    verified="mobile_ok_at",
    since="joined",
    filters={
        "language": ModelFilter("language", "Язык", FilterKind.CHOICE),
        "points": ModelFilter("points", "Баллы, не меньше", FilterKind.AT_LEAST),
        "joined": ModelFilter("joined", "Пришёл не раньше", FilterKind.SINCE),
    },
    locale=lambda client: (client.language or "ru")[:2],
)


class Employees:
    def current(self) -> StaffMember | None:
        user = current_user._get_current_object()
        if not isinstance(user, Employee):
            return None
        return _member(user)

    def administrators(self) -> Iterable[StaffMember]:
        found = db.session.scalars(select(Employee).where(Employee.level.in_(("boss", "lead"))))
        return [_member(employee) for employee in found]

    def staff_among(self, customer_keys: Iterable[str]) -> Collection[str]:
        keys = [UUID(key) for key in customer_keys]
        found = db.session.scalars(select(Client).where(Client.uid.in_(keys)))
        phones = set(self.phones())
        return {str(client.uid) for client in found if to_e164(client.mobile or "") in phones}

    def phones(self) -> Iterable[str]:
        written = db.session.scalars(select(Employee.tel).where(Employee.tel.is_not(None)))
        return [phone for phone in (to_e164(tel or "") for tel in written) if phone]

    def sign_in_url(self) -> str:
        return url_for("door", staff="1")


def _member(employee: Employee) -> StaffMember:
    phone = to_e164(employee.tel) if employee.tel else None
    return StaffMember(str(employee.id), employee.nick, ROLES[employee.level], phone)


class Entrance:
    def sign_in(self, customer_key: str) -> None:
        session.clear()
        login_user(db.session.get(Client, UUID(customer_key)), fresh=False)

    def current_customer(self) -> str | None:
        user = current_user._get_current_object()
        return str(user.uid) if isinstance(user, Client) else None

    def someone_signed_in(self) -> bool:
        return bool(current_user.is_authenticated)

    def may_sign_in(self, customer_key: str) -> bool:
        client = db.session.get(Client, UUID(customer_key))
        return client is not None and not client.barred

    def sign_in_url(self, target: str) -> str:
        return url_for("door", to=target)


class NeverExpires:
    def bonuses_expire_after_days(self) -> int | None:
        return None
