"""What the plugin was wired with in the current app: settings, host, Redis."""

from dataclasses import dataclass, field
from threading import Event

from flask import Flask, current_app
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
    stopping: Event = field(default_factory=Event)
    """Set when this process was asked to end: work that goes on in turns ends after the turn under way."""


def settings() -> Settings:
    """Return the settings of the current app."""
    return _wired().settings


def host() -> Host:
    """Return the host of the current app."""
    return _wired().host


def redis() -> Redis:
    """Return the client of the current app's Redis; it connects on first use."""
    return _wired().redis


def stopping() -> Event:
    """Return what is set when this process was asked to end."""
    return _wired().stopping


def app() -> Flask:
    """Return the current app itself, for the threads of its own that work for it."""
    current: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return current


def _wired() -> Wired:
    wired: Wired = current_app.extensions[NAME]
    return wired
