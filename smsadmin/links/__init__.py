"""The one door from SMS to the short links: nothing else of smsadmin imports `shortlinks`."""

from flask import Flask

from shortlinks import ShortLinks
from shortlinks.migrate import downgrade, is_current, upgrade
from smsadmin.host import Host
from smsadmin.links.clicks import CLICK_LISTS, ClickFigures, click_figures, click_list
from smsadmin.links.configuration import shown_settings
from smsadmin.links.gate import CustomerGate
from smsadmin.links.owner import is_endless
from smsadmin.links.texts import (
    addresses,
    bare_addresses,
    can_sign_in,
    example,
    is_address,
    room_for,
    short_base,
    shown,
    template,
    texts,
)

__all__ = [
    "CLICK_LISTS",
    "ClickFigures",
    "addresses",
    "bare_addresses",
    "can_sign_in",
    "click_figures",
    "click_list",
    "downgrade",
    "example",
    "init_app",
    "is_address",
    "is_current",
    "is_endless",
    "room_for",
    "short_base",
    "shown",
    "shown_settings",
    "template",
    "texts",
    "upgrade",
]


def init_app(app: Flask, host: Host) -> None:
    """Add the short links to the host, with our gate before every login."""
    app.config.setdefault("SHORTLINKS_MAIN_URL", app.config["SMSADMIN_PUBLIC_URL"])
    ShortLinks(app, db=host.db, gate=CustomerGate())
