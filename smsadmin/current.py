"""What the plugin was wired with in the current app: settings, host, Redis."""

from dataclasses import dataclass

from flask import current_app
from redis import Redis

from smsadmin.host import Host
from smsadmin.settings import Settings

NAME = "smsadmin"
"""Our key in `app.extensions`."""


@dataclass
class Wired:
    """What belongs to one app."""

    settings: Settings
    host: Host
    redis: Redis


def settings() -> Settings:
    """Return the settings of the current app."""
    return _wired().settings


def host() -> Host:
    """Return the host of the current app."""
    return _wired().host


def redis() -> Redis:
    """Return the client of the current app's Redis; it connects on first use."""
    return _wired().redis


def _wired() -> Wired:
    wired: Wired = current_app.extensions[NAME]
    return wired
