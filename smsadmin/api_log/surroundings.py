"""What the support has to know besides the log: settings, accounts and switches without secrets, and versions."""

import platform
import sys
from collections.abc import Mapping
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from smsadmin import links
from smsadmin.accounts import connected, usual_base_url
from smsadmin.api_log.cutting import four_digits
from smsadmin.api_log.switch import on_until
from smsadmin.current import settings
from smsadmin.database import engine, read
from smsadmin.events.switches import switches
from smsadmin.integration import integration
from smsadmin.models import Account
from smsadmin.settings_reading import PREFIX
from smsadmin.version import DISTRIBUTION, own_version

PACKAGES = (
    "flask",
    "flask-admin",
    "flask-babel",
    "sqlalchemy",
    "rq",
    "redis",
    "requests",
    "psycopg",
)


def settings_shown(whole: bool) -> dict[str, object]:
    """Return settings, accounts and switches; keys, passwords and salt never, phones only if `whole`."""
    url = engine().url
    return {
        "settings": {f"{PREFIX}{name.upper()}": value for name, value in _settings().items()}
        | {name: _site(value) for name, value in links.shown_settings().items()},
        "database": f"{url.drivername}://{url.host or ''}/{url.database or ''}",
        "accounts": [_account(account, whole) for account in connected()],
        "switches": _switches(),
    }


def _settings() -> dict[str, object]:
    """Return our settings but for those that `repr` hides: they are secrets."""
    found = settings()
    return {each.name: _site(getattr(found, each.name)) for each in fields(found) if each.repr}


def _site(value: object) -> object:
    """Return a setting, an address in it without a password, whether before its host or in its query."""
    if isinstance(value, Mapping):
        return {name: _site(each) for name, each in value.items()}
    if not isinstance(value, str) or "://" not in value:
        return value
    parts = urlsplit(value)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _account(account: Account, whole: bool) -> dict[str, object]:
    def shown(text: str) -> str:
        return text if whole or not text.removeprefix("+").isdecimal() else four_digits(text)

    return {
        "id": account.id,
        "provider": account.provider,
        "login": shown(account.login),
        "sender": shown(account.sender),
        "address": _site(account.base_url or usual_base_url(account.provider)),
        "price_of_part": account.price_of_part,
        "currency": account.currency,
        "balance": account.balance,
        "balance_currency": account.balance_currency,
        "balance_at": account.balance_at,
        "stopped_reason": account.stopped_reason,
        "stopped_until": account.stopped_until,
        "last_receipt_at": account.last_receipt_at,
        "connected_at": account.connected_at,
    }


def _switches() -> dict[str, object]:
    found = integration()
    return {
        "sms": found.enabled,
        "text_prefix": found.text_prefix,
        "api_log_until": on_until(),
        "events": {switch.event.kind: switch.on for switch in switches()},
    }


def versions() -> dict[str, object]:
    """Return the versions of Python, of what we stand on, and of the database's server."""
    number = read(lambda session: session.connection().dialect.server_version_info) or ()
    return {
        "python": sys.version.partition(" ")[0],
        "platform": platform.platform(),
        "database": f"{engine().dialect.name} {'.'.join(map(str, number))}",
        DISTRIBUTION: own_version(),
        **{package: _version(package) for package in PACKAGES},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
