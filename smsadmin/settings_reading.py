"""How the settings are read: from text into their types, with an error that says which one is wrong, and what to do."""

import math
import re
from collections.abc import Callable
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

PREFIX = "SMSADMIN_"


class BadSetting(ValueError):
    """A setting is missing or wrong; the message says which, and what to do."""


NUMBERS: dict[str, type[int] | type[float]] = {
    "rate": float,
    "batch_size": int,
    "threads": int,
    "call_deadline": float,
    "lease": float,
    "job_length": float,
    "sweep_every": float,
    "receipts_every": float,
    "prepare_batch": int,
    "form_ahead": float,
    "rule_every": float,
    "refusals_to_pause": int,
    "worker_missing_after": float,
    "receipts_late_after": float,
    "doubt_settles_after": float,
    "provider_minute": float,
    "lookup_for": float,
    "balance_every": float,
    "api_log_for": float,
    "api_log_kept": float,
    "api_log_calls": int,
}

EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

LANGUAGES = ("ru", "en")
"""The languages of what people read."""

SUPPORT = {
    "support_email": (
        EMAIL,
        "write an e-mail address, e.g. support@shop.example",
    ),
    "support_phone": (
        re.compile(r"\+[1-9][0-9]{6,14}"),
        "write + and the digits with the country code, e.g. +74951234567",
    ),
    "support_telegram": (
        re.compile(r"[A-Za-z0-9_]{5,32}"),
        "write the name without @: 5 to 32 Latin letters, digits and _",
    ),
}
"""What a way to the support looks like, and what to do where it does not."""

LIMITS = ("balance_limits", "broadcast_limits", "day_limits")
"""Settings that are amounts of money by currency."""

SWITCHED = ("private_addresses", "password_ends_links")
"""Settings that are yes or no."""

SWITCHES = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def is_http(url: object) -> bool:
    """Say whether this is an address of http or https with a host."""
    try:
        parts = urlsplit(str(url))
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def clock_time(name: str, value: str) -> time:
    """Read `HH:MM`; raise `BadSetting`."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise BadSetting(f"{PREFIX}{name.upper()} is {value!r}: write it like 03:00.")
    return time.fromisoformat(value)


def converted(name: str, value: Any) -> Any:
    """Settings often come from the environment as text; turn them into their type; raise `BadSetting`."""
    if name in NUMBERS:
        try:
            return NUMBERS[name](value)
        except (TypeError, ValueError) as error:
            raise BadSetting(f"{PREFIX}{name.upper()} is {value!r}: it must be a number.") from error
    if name in LIMITS:
        return _limits(name, value)
    if name in SWITCHED:
        return _switch(name, value)
    if name.startswith(("support_", "alert_", "nightly_")):
        return str("" if value is None else value).strip()
    return READERS[name](value) if name in READERS else value


def _public_url(value: Any) -> str:
    return str(value).rstrip("/") + "/"


def _keys(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(key.strip() for key in parts if key.strip())


def _switch(name: str, value: Any) -> bool:
    """Read yes or no; raise `BadSetting`."""
    try:
        return SWITCHES[str(value).lower()]
    except KeyError as error:
        raise BadSetting(f"{PREFIX}{name.upper()} is {value!r}: it must be true or false.") from error


def _limits(name: str, value: Any) -> dict[str, Decimal]:
    """Read currency → amount; raise `BadSetting`."""
    setting = f"{PREFIX}{name.upper()}"
    try:
        limits = {str(currency): Decimal(str(amount)) for currency, amount in dict(value).items()}
    except (TypeError, ValueError, InvalidOperation) as error:
        raise BadSetting(f'{setting} is {value!r}: write it like {{"RUB": 500}}.') from error
    for currency, amount in limits.items():
        if not amount.is_finite() or amount < 0:
            raise BadSetting(f"{setting}: {amount} {currency} is no amount of 0 or more.")
    return limits


def _rates(value: Any) -> dict[str, float]:
    """Read provider → messages a second; raise `BadSetting`."""
    setting = f"{PREFIX}RATES"
    try:
        rates = {str(name): float(rate) for name, rate in dict(value).items()}
    except (TypeError, ValueError) as error:
        raise BadSetting(f'{setting} is {value!r}: write it like {{"smsc": 50}}.') from error
    for name, rate in rates.items():
        if not 0 < rate < math.inf:
            raise BadSetting(f"{setting}: {name} has {rate} messages a second: it must be above 0.")
    return rates


READERS: dict[str, Callable[[Any], Any]] = {
    "public_url": _public_url,
    "keys": _keys,
    "rates": _rates,
}
"""How the settings are read that are neither numbers nor amounts."""
