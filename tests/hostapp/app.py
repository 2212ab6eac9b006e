"""The second host's app: everything but its own door is closed to whoever is not signed in."""

import shutil
import tempfile
import weakref
from typing import Any
from uuid import UUID

from flask import Flask, redirect, request, url_for
from flask_admin import Admin
from flask_babel import Babel
from flask_login import LoginManager, current_user, login_user
from flask_wtf import CSRFProtect
from sqlalchemy import select
from werkzeug import Response

from smsadmin import SmsAdmin
from tests.hostapp.contract import Employees, Entrance, NeverExpires, clients
from tests.hostapp.models import Client, Employee, create_tables, db

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def create_host(database_url: str, redis_url: str, **config: Any) -> Flask:
    """Return the host with the plugin in it, on a database to which it adds its own tables."""
    app = Flask(__name__)
    app.config.update(
        TESTING=True,
        SECRET_KEY="only for tests",
        SQLALCHEMY_DATABASE_URI=database_url,
        SMSADMIN_PUBLIC_URL="http://localhost/",
        SMSADMIN_REDIS_URL=redis_url,
        SMSADMIN_KEYS=KEY,
        SHORTLINKS_URL="http://localhost/l/",
        SHORTLINKS_KEYS={"1": KEY},
        SHORTLINKS_SALT="salt",
        SHORTLINKS_SPOOL=config.get("SHORTLINKS_SPOOL") or _spool(app),
        SHORTLINKS_FLUSH_EVERY=0,
    )
    app.config.update(config)
    db.init_app(app)
    with app.app_context():
        create_tables(db.engine)
    CSRFProtect(app)
    Babel(app, locale_selector=lambda: request.accept_languages.best_match(["ru", "en"]))
    login = LoginManager(app)
    login.user_loader(_load)
    app.before_request(_only_signed_in)
    app.add_url_rule("/door", "door", _door, methods=["GET", "POST"])
    app.add_url_rule("/home", "home", lambda: f"home of {current_user.get_id()}")
    SmsAdmin(
        app,
        db=db,
        admin=Admin(app, name="Back office", url="/office"),
        customers=clients,
        staff=Employees(),
        login=Entrance(),
        loyalty=NeverExpires(),
    )
    return app


def _spool(app: Flask) -> str:
    """Return a folder for clicks that goes with the app."""
    folder = tempfile.mkdtemp(prefix="smsadmin-host-")
    weakref.finalize(app, shutil.rmtree, folder, ignore_errors=True)
    return folder


def _load(kept: str) -> Client | Employee | None:
    kind, _, key = kept.partition("/")
    return db.session.get(Client, UUID(key)) if kind == "client" else db.session.get(Employee, int(key))


def _only_signed_in() -> Response | None:
    if current_user.is_authenticated or request.endpoint in ("door", "static", "admin.static"):
        return None
    return redirect(url_for("door", to=request.path))


def _door() -> str | Response:
    """Let an employee in by his nick alone: this host is for tests."""
    if request.method == "GET":
        return "who are you?"
    employee = db.session.scalars(select(Employee).where(Employee.nick == request.form["nick"])).one()
    login_user(employee)
    return redirect(url_for("home"), 303)
