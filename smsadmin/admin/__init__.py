"""The screens in the back office: one file per screen, templates and static files beside them."""

from flask import Blueprint, Flask
from flask_admin import Admin

from smsadmin.admin.api_log import ApiLogScreen
from smsadmin.admin.broadcasts import BroadcastsScreen
from smsadmin.admin.customers import CustomersScreen
from smsadmin.admin.events import EventsScreen
from smsadmin.admin.figures import FiguresScreen
from smsadmin.admin.integration.screen import IntegrationScreen
from smsadmin.admin.state import StateScreen
from smsadmin.admin.support import SupportScreen
from smsadmin.admin.unknown import UnknownScreen
from smsadmin.i18n import lazy

CATEGORY = "SMS"


def init_app(app: Flask, admin: Admin) -> None:
    """Add the screens to the host's Flask-Admin."""
    app.register_blueprint(
        Blueprint(
            "smsadmin",
            __name__,
            template_folder="templates",
            static_folder="static",
            static_url_path="/sms/static",
        )
    )
    for screen, name, path in (
        (FiguresScreen, lazy("Broadcasts"), "figures"),
        (ApiLogScreen, lazy("API access log"), "api_log"),
        (BroadcastsScreen, lazy("Broadcasts"), "broadcasts"),
        (EventsScreen, lazy("Events"), "events"),
        (UnknownScreen, lazy("Outcome unknown"), "unknown"),
        (CustomersScreen, lazy("Customers"), "customers"),
        (StateScreen, lazy("State of sending"), "state"),
        (IntegrationScreen, lazy("Integration"), "integration"),
        (SupportScreen, lazy("Support"), "support"),
    ):
        admin.add_view(screen(name=name, category=CATEGORY, endpoint=f"sms_{path}", url=f"sms/{path}"))
