"""The two sign-in forms; a wrong login and a wrong password get the same answer in the same time."""

from functools import cache

from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.security import check_password_hash, generate_password_hash
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from smsadmin.current import settings
from smsadmin.i18n import lazy
from smsadmin.standalone.models import Customer, Staff, db
from smsadmin.text.phones import to_e164

MOST = Length(max=200)


class StaffSignIn(FlaskForm):
    """Login and password of a member of staff."""

    login = StringField(lazy("Login"), [InputRequired(), MOST], render_kw={"autocomplete": "username"})
    password = PasswordField(
        lazy("Password"), [InputRequired(), MOST], render_kw={"autocomplete": "current-password"}
    )

    def user(self) -> Staff | None:
        """Return who this is, if the password is his."""
        member = db.session.scalar(select(Staff).where(Staff.login == self.login.data))
        right = is_right(member.password_hash if member else None, self.password.data or "")
        return member if right else None


class CustomerSignIn(FlaskForm):
    """Phone and password of a customer."""

    phone = StringField(
        lazy("Phone"), [InputRequired(), MOST], render_kw={"autocomplete": "tel", "inputmode": "tel"}
    )
    password = PasswordField(
        lazy("Password"), [InputRequired(), MOST], render_kw={"autocomplete": "current-password"}
    )

    def user(self) -> Customer | None:
        """Return who this is by phone and password: several customers may have one phone."""
        phone = to_e164(self.phone.data or "", settings().region)
        statement = select(Customer).where(Customer.phone_e164 == phone, ~Customer.blocked)
        found = db.session.scalars(statement.order_by(Customer.id)).all() if phone else []
        password = self.password.data or ""
        if not found:
            is_right(None, password)
        return next((customer for customer in found if is_right(customer.password_hash, password)), None)


def is_right(password_hash: str | None, password: str) -> bool:
    """Say whether this is the password, in the same time where there is none."""
    return check_password_hash(password_hash or _nobodys(), password) and password_hash is not None


@cache
def _nobodys() -> str:
    """Return a hash to check where there is none: an unknown login then takes as long as a known one."""
    return generate_password_hash("")
