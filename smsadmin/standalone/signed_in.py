"""Who is signed in: customers and staff share one session, told apart by `customer:12` and `staff:3`."""

from flask import session
from flask_login import LoginManager, current_user, login_user, logout_user

from smsadmin.standalone.models import Customer, Staff, db

KEPT = ("lang",)
"""What a new session takes over from the old one."""

User = Customer | Staff
login_manager = LoginManager()


@login_manager.user_loader
def load_user(kept: str) -> User | None:
    """Return whom a session means; None for the blocked and the deleted."""
    kind, _, number = kept.partition(":")
    if not number.isdecimal():
        return None
    user: User | None = None
    if kind == "customer":
        user = db.session.get(Customer, int(number))
    elif kind == "staff":
        user = db.session.get(Staff, int(number))
    return user if user is not None and user.is_active else None


def start_session(user: User, fresh: bool) -> None:
    """Sign this user in with a session that has nothing of the one before but the language."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    login_user(user, fresh=fresh)


def end_session() -> None:
    """Sign out and forget everything but the language."""
    logout_user()
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)


def signed_in_staff() -> Staff | None:
    """Return the member of staff who is signed in."""
    user = current_user._get_current_object() if current_user else None
    return user if isinstance(user, Staff) else None


def signed_in_customer() -> Customer | None:
    """Return the customer who is signed in."""
    user = current_user._get_current_object() if current_user else None
    return user if isinstance(user, Customer) else None
