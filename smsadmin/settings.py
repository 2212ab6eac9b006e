"""The settings `SMSADMIN_*` of the host's config, read once, checked, and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet

PREFIX = "SMSADMIN_"


class BadSetting(ValueError):
    """A setting is missing or wrong; the message says which, and what to do."""


@dataclass(frozen=True)
class Settings:
    """What the host may set; each field is `SMSADMIN_<NAME>`. Times are seconds unless a name says otherwise."""

    public_url: str
    """The address of the main site as providers and customers reach it, e.g. `https://shop.example/`."""
    redis_url: str = "redis://127.0.0.1:6379/0"
    """Redis: doorbells and rate tokens; nothing is lost when it is erased."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """Fernet keys that seal providers' passwords, newest first; without one sending is off."""
    base_urls: Mapping[str, str] = field(default_factory=dict)
    """Provider → base URL, for mirrors, white labels and the simulator."""
    region: str = "RU"
    """The country whose national numbers (`8 926 …`) need no prefix."""
    timezone: str = "Europe/Moscow"
    """The shop's zone, in which the screens show times."""
    queue: str = "sms"
    """The RQ queue."""
    rate: float = 30.0
    """Messages a second of one provider account."""
    batch_size: int = 100
    """The most messages of one request, where a provider takes several."""
    threads: int = 8
    """Calls under way at once, where a request carries one message."""
    call_deadline: float = 30.0
    """The most that one call to a provider may take in all."""
    lease: float = 120.0
    """How long a claimed message belongs to its worker; longer than `call_deadline`."""
    job_length: float = 30.0
    """After this long a job enqueues its successor and ends."""
    sweep_every: float = 30.0
    """How often the sweeper rings for what waits and ends leases."""
    receipts_every: float = 1.0
    """How often stored receipts are applied."""
    prepare_batch: int = 1000
    """Recipients written per transaction while a list is formed."""

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Settings":
        """Read the settings out of a Flask config; raise `BadSetting`."""
        known = {f.name for f in fields(cls)}
        given = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in config.items()
            if name.startswith(PREFIX)
        }
        unknown = sorted(set(given) - known)
        if unknown:
            raise BadSetting(
                f"{PREFIX}{unknown[0].upper()} is not a setting; see docs/settings.md for the list."
            )
        if not given.get("public_url"):
            raise BadSetting(
                f"{PREFIX}PUBLIC_URL is missing: set it to the address of your site, e.g. https://shop.example/"
            )
        settings = cls(**{name: _converted(name, value) for name, value in given.items()})
        settings._check()
        return settings

    def _check(self) -> None:
        if urlsplit(self.public_url).scheme not in ("http", "https"):
            raise BadSetting(
                f"{PREFIX}PUBLIC_URL is {self.public_url!r}: it must start with http:// or https://"
            )
        if self.lease <= self.call_deadline:
            raise BadSetting(
                f"{PREFIX}LEASE is {self.lease}: it must be longer than {PREFIX}CALL_DEADLINE ({self.call_deadline})."
            )
        for name in NUMBERS:
            if getattr(self, name) <= 0:
                raise BadSetting(f"{PREFIX}{name.upper()} is {getattr(self, name)}: it must be above 0.")
        for number, key in enumerate(self.keys, 1):
            try:
                Fernet(key)
            except ValueError as error:
                raise BadSetting(
                    f"{PREFIX}KEYS: key number {number} is none: make one with Fernet.generate_key()."
                ) from error
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError) as error:
            raise BadSetting(
                f"{PREFIX}TIMEZONE is {self.timezone!r}: no such zone, use e.g. Europe/Moscow"
            ) from error


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
}


def _converted(name: str, value: Any) -> Any:
    """Settings often come from the environment as text; turn them into their type."""
    if name == "public_url":
        return str(value).rstrip("/") + "/"
    if name == "keys":
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(key.strip() for key in parts if key.strip())
    if name in NUMBERS:
        try:
            return NUMBERS[name](value)
        except (TypeError, ValueError) as error:
            raise BadSetting(f"{PREFIX}{name.upper()} is {value!r}: it must be a number.") from error
    return value
