"""`SmsAdmin`: wires the plugin into a host app, nothing else.

SmsAdmin(app, db=db, admin=admin, customers=…, staff=…, login=…, loyalty=…)
"""

from typing import Any

from flask import Flask
from flask_admin import Admin
from redis import Redis

from smsadmin.admin import init_app as add_screens
from smsadmin.alerts.watch import init_app as add_watch
from smsadmin.cli import init_app as add_commands
from smsadmin.current import NAME, Wired
from smsadmin.host import Customers, Host, Login, Loyalty, Staff
from smsadmin.links import init_app as add_short_links
from smsadmin.providers import PROVIDERS
from smsadmin.settings import Settings
from smsadmin.settings_reading import BadSetting
from smsadmin.web import init_app as add_callbacks


class SmsAdmin:
    """The plugin on one host.

    `db` is the host's Flask-SQLAlchemy object, `admin` its Flask-Admin; the other four are the contract in
    `smsadmin.host`. Settings are read from `app.config` (`SMSADMIN_*`, `SHORTLINKS_*`); a wrong one raises
    `BadSetting`.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        db: Any,
        admin: Admin,
        customers: Customers,
        staff: Staff,
        login: Login,
        loyalty: Loyalty,
    ) -> None:
        self.host = Host(db, customers, staff, login, loyalty)
        self.admin = admin
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Read the settings and add screens, callbacks, short links and commands to `app`."""
        settings = Settings.from_config(app.config)
        for setting, names in (("BASE_URLS", settings.base_urls), ("RATES", settings.rates)):
            for name in names:
                if name not in PROVIDERS:
                    raise BadSetting(
                        f"SMSADMIN_{setting}: there is no provider {name!r}, only {', '.join(PROVIDERS)}."
                    )
        redis = Redis.from_url(settings.redis_url, socket_timeout=10, socket_connect_timeout=2)
        app.extensions[NAME] = Wired(settings, self.host, redis)
        # Around the callbacks stands the short domain, where there are none.
        add_callbacks(app)
        add_short_links(app, self.host)
        add_screens(app, self.admin)
        add_commands(app)
        add_watch(app)
