"""The one door from SMS to the short links: nothing else of smsadmin imports `shortlinks`."""

from flask import Flask

from shortlinks import ShortLinks
from shortlinks.addresses import bare_addresses, is_alone_at_an_edge, names_a_user, spoilt_addresses
from shortlinks.migrate import downgrade, is_current, upgrade
from smsadmin.host import Host
from smsadmin.links.clicks import (
    CLICK_LISTS,
    ClickFigures,
    UseDifference,
    click_figures,
    click_list,
    counted_clicks,
    mend_uses,
    use_differences,
)
from smsadmin.links.configuration import shown_settings
from smsadmin.links.details import ClickedLink, ClickPicture, click_picture
from smsadmin.links.gate import CustomerGate
from smsadmin.links.handed_over import handed_over
from smsadmin.links.logins import CustomerLogin, customer_logins, has_login_links
from smsadmin.links.owner import is_endless
from smsadmin.links.revoked import (
    login_links,
    password_changed,
    revocation,
    revoke_broadcast_links,
    revoke_links,
)
from smsadmin.links.sent_to import phone_hasher
from smsadmin.links.texts import (
    addresses,
    can_sign_in,
    example,
    is_address,
    overlong,
    room_for,
    short_base,
    shown,
    template,
    texts,
    without_values,
)
from smsadmin.links.values import link_values

__all__ = [
    "CLICK_LISTS",
    "ClickFigures",
    "ClickPicture",
    "ClickedLink",
    "CustomerLogin",
    "UseDifference",
    "addresses",
    "bare_addresses",
    "can_sign_in",
    "click_figures",
    "click_list",
    "click_picture",
    "counted_clicks",
    "customer_logins",
    "downgrade",
    "example",
    "has_login_links",
    "init_app",
    "is_address",
    "is_alone_at_an_edge",
    "is_current",
    "is_endless",
    "login_links",
    "mend_uses",
    "names_a_user",
    "overlong",
    "password_changed",
    "phone_hasher",
    "revocation",
    "revoke_broadcast_links",
    "revoke_links",
    "room_for",
    "short_base",
    "shown",
    "shown_settings",
    "spoilt_addresses",
    "template",
    "texts",
    "upgrade",
    "use_differences",
    "without_values",
]


def init_app(app: Flask, host: Host) -> None:
    """Add the short links to the host, with our gate before every login, and what we know of each SMS."""
    app.config.setdefault("SHORTLINKS_MAIN_URL", app.config["SMSADMIN_PUBLIC_URL"])
    ShortLinks(app, db=host.db, gate=CustomerGate(), values=link_values, handed_over=handed_over)
