"""What the plugin was wired with in the current app: settings, host, Redis."""

from typing import TYPE_CHECKING

from flask import current_app
from redis import Redis

from smsadmin.host import Host
from smsadmin.settings import Settings

if TYPE_CHECKING:
    from smsadmin.extension import SmsAdmin

NAME = "smsadmin"
"""Our key in `app.extensions`."""


def _plugin() -> "SmsAdmin":
    plugin: SmsAdmin = current_app.extensions[NAME]
    return plugin


def settings() -> Settings:
    """Return the settings of the current app."""
    return _plugin().settings


def host() -> Host:
    """Return the host of the current app."""
    return _plugin().host


def redis() -> Redis:
    """Return the client of the current app's Redis; it connects on first use."""
    return _plugin().redis
