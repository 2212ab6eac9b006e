"""The shop's app factory: settings from the environment, the extensions of a usual host, and the plugin."""

import json
import os
from collections.abc import Mapping
from typing import Any

from flask import Flask, has_request_context, request, session
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from smsadmin import SmsAdmin
from smsadmin.i18n import _, lazy
from smsadmin.settings_reading import BadSetting
from smsadmin.standalone import adapters, asked, cabinet, sqlite, staff, views
from smsadmin.standalone.models import db
from smsadmin.standalone.shop import as_text
from smsadmin.standalone.signed_in import login_manager, signed_in_customer
from smsadmin.standalone.staff_admin import CustomersView, HomeView, LoyaltyView

LANGUAGES = ("ru", "en")
PLUGIN_TABLES = ("sms_", "shortlinks_")
SIMULATOR = ("SIMULATOR_LOGIN", "SIMULATOR_PASSWORD")
FROM_ENVIRONMENT = ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "TRUSTED_PROXIES", *SIMULATOR)
PREFIXES = ("SMSADMIN_", "SHORTLINKS_")


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the shop with the plugin in it; `config` goes before the environment."""
    app = Flask(__name__)
    app.config.update(_defaults(), **_environment(os.environ), **(config or {}))
    for name in ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY"):
        if not app.config.get(name):
            raise RuntimeError(f"{name} is not set: use `make run`, or set it in the environment.")
    _add_extensions(app)
    for pages in (views.pages, cabinet.pages, staff.pages):
        app.register_blueprint(pages)
    SmsAdmin(
        app,
        db=db,
        admin=_back_office(app),
        customers=adapters.customers,
        staff=adapters.ShopStaff(),
        login=adapters.ShopLogin(),
        loyalty=adapters.ShopLoyalty(),
    )
    if proxies := int(app.config["TRUSTED_PROXIES"]):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app


def _add_extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        sqlite.prepare(db.engine)
    Migrate(app, db, directory="smsadmin.standalone:migrations", include_name=is_own_table)
    login_manager.init_app(app)
    asked.init_app(app)
    CSRFProtect(app)
    zone = app.config.get("SMSADMIN_TIMEZONE", "Europe/Moscow")
    Babel(app, locale_selector=language, default_timezone=zone)
    app.before_request(keep_language)
    # One catalogue for the plugin and the box: the shop's texts are in the plugin's domain too.
    app.jinja_env.globals.update(_=_, language=language)
    app.jinja_env.filters["bonuses"] = as_text


def _back_office(app: Flask) -> Admin:
    app.register_error_handler(HTTPException, views.sorry)

    theme = Bootstrap4Theme(fluid=True, base_template="shop/admin_base.html")
    admin = Admin(app, name=lazy("Corner shop"), theme=theme, index_view=HomeView(name=lazy("Home")))
    shop = lazy("Shop")
    admin.add_view(
        CustomersView(name=lazy("Customers of the shop"), category=shop, endpoint="shop_customers")
    )
    admin.add_view(LoyaltyView(name=lazy("Loyalty rules"), category=shop, endpoint="shop_loyalty"))
    return admin


def is_own_table(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """Keep the plugin's tables out of what `flask db migrate` compares: it would propose to drop them."""
    return not (kind == "table" and name is not None and name.startswith(PLUGIN_TABLES))


def language() -> str:
    """Return the visitor's language: chosen by `?lang=`, else a customer's own, else Russian."""
    if not has_request_context():
        return LANGUAGES[0]
    customer = signed_in_customer()
    wanted = session.get("lang") or (customer.locale if customer else None)
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def keep_language() -> None:
    """Remember the language that a link with `?lang=` chose."""
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        session["lang"] = chosen


def _defaults() -> dict[str, Any]:
    return {
        "TRUSTED_PROXIES": 0,
        # An error's message in a log must not carry a customer's phone.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": os.environ.get("SMSADMIN_PUBLIC_URL", "").startswith("https://"),
        # As long as the session: whoever left a form open over lunch still sends it.
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _environment(variables: Mapping[str, str]) -> dict[str, Any]:
    """Take what is ours; raise `BadSetting`."""
    return {
        name: _read(name, value)
        for name, value in variables.items()
        if name in FROM_ENVIRONMENT or name.startswith(PREFIXES)
    }


def _read(name: str, value: str) -> Any:
    """Return a variable's value; what begins as a JSON list or object is one (`SMSADMIN_BASE_URLS`)."""
    if not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        # Its value stays unsaid: it may be a key.
        raise BadSetting(
            f"{name} begins with {value[0]} but is not JSON: write names and texts in double quotes, "
            'e.g. {"RUB": 500}.'
        ) from error
