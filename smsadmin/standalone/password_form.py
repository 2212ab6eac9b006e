"""The form by which a customer gets a new password: he has to know the old one, however he came in."""

from flask_wtf import FlaskForm
from werkzeug.security import generate_password_hash
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from smsadmin.i18n import lazy
from smsadmin.standalone.models import Customer, db
from smsadmin.standalone.sign_in_forms import MOST, is_right


class NewPassword(FlaskForm):
    """The old password and the new one."""

    password = PasswordField(
        lazy("Password"), [InputRequired(), MOST], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        lazy("New password, at least 8 characters"),
        [InputRequired(), MOST, Length(min=8)],
        render_kw={"autocomplete": "new-password"},
    )

    def change(self, customer: Customer) -> bool:
        """Give the customer his new password, if the old one is right; say whether it was."""
        if not is_right(customer.password_hash, self.password.data or ""):
            return False
        customer.password_hash = generate_password_hash(self.new.data or "")
        db.session.commit()
        return True
