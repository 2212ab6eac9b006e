"""The SHORTLINKS_* settings, read once into a frozen dataclass; whatever is wrong is said in one sentence."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

INTERNAL_PREFIX = "/l"
"""Where the redirects live inside the app when the short links have a domain of their own."""

_KEY_BYTES = range(32, 65)


class BadSetting(ValueError):
    """A setting is missing or cannot be read; the text is meant for whoever installs the host."""


@dataclass(frozen=True)
class Settings:
    """What the host's configuration says about its short links."""

    url: str
    """The public base of short addresses, with a slash at its end."""
    keys: Mapping[str, bytes] = field(repr=False)
    """Key id → secret; the first signs new blocks."""
    salt: str
    spool: Path
    """The directory of the click spool, on a local disk."""
    login_path: str
    main_url: str
    """The public base of the main site, without a slash at its end; empty when no login is offered."""
    flush_every: float
    """Seconds between two flushes of the serving process; 0 leaves flushing to the command line."""
    misses: int
    """How many wrong codes of one address a serving process answers in a minute; 0 means all."""

    @property
    def own_domain(self) -> str | None:
        """The host name (with its port, if any) that belongs to short links alone, else None."""
        return host_of(self.url) if urlsplit(self.url).path == "/" else None

    @property
    def prefix(self) -> str:
        """Where the app answers short links."""
        return INTERNAL_PREFIX if self.own_domain else urlsplit(self.url).path.rstrip("/")


def read_settings(config: Mapping[str, Any], *, with_login: bool) -> Settings:
    """Read the settings; raise `BadSetting`. A host whose links sign people in must name its main site."""
    url = _address(config, "SHORTLINKS_URL")
    main_url = _address(config, "SHORTLINKS_MAIN_URL") if with_login else ""
    settings = Settings(
        url=url.rstrip("/") + "/",
        keys=_keys(config),
        salt=_text(config, "SHORTLINKS_SALT"),
        spool=Path(_text(config, "SHORTLINKS_SPOOL")),
        login_path=_path(config, "SHORTLINKS_LOGIN_PATH", "/sms/in"),
        main_url=main_url.rstrip("/"),
        flush_every=_seconds(config, "SHORTLINKS_FLUSH_EVERY", 0.5),
        misses=_count(config, "SHORTLINKS_MISSES", 60),
    )
    if settings.own_domain and settings.own_domain == host_of(settings.main_url):
        raise BadSetting(
            "SHORTLINKS_URL needs a domain of its own or a path such as /l/: "
            f"'{url}' would take the main site's pages away."
        )
    return settings


def host_of(url: str) -> str | None:
    """Return an address's host as a Host header spells it: lower case, IDNA, no standard port.

    Raise ValueError for what can be no host, such as a label of more than 63 characters.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        return None
    is_ipv6 = ":" in parts.hostname
    host = f"[{parts.hostname}]" if is_ipv6 else parts.hostname.encode("idna").decode()
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, standard) else f"{host}:{parts.port}"


def _text(config: Mapping[str, Any], name: str) -> str:
    value = str(config.get(name) or "").strip()
    if not value:
        raise BadSetting(f"{name} is missing.")
    return value


def _address(config: Mapping[str, Any], name: str) -> str:
    value = _text(config, name)
    try:
        good = urlsplit(value).scheme in ("http", "https") and host_of(value) is not None
    except ValueError:
        good = False
    if not good or any(mark in value for mark in "?#@ \\"):
        raise BadSetting(f"{name} must be an address like 'https://s.example/', not '{value}'.")
    return value


def _path(config: Mapping[str, Any], name: str, default: str) -> str:
    value = "/" + str(config.get(name) or default).strip("/")
    if value == "/" or any(mark in value for mark in "<>?# "):
        raise BadSetting(f"{name} must be a path like '{default}', not '{value}'.")
    return value


def _seconds(config: Mapping[str, Any], name: str, default: float) -> float:
    value = config.get(name, default)
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1
    if not 0 <= seconds <= 3600:
        raise BadSetting(f"{name} must be a number of seconds from 0 to 3600, not '{value}'.")
    return seconds


def _count(config: Mapping[str, Any], name: str, default: int) -> int:
    value = config.get(name, default)
    try:
        count = int(value)
    except (TypeError, ValueError):
        count = -1
    if count < 0:
        raise BadSetting(f"{name} must be a whole number from 0 on, not '{value}'.")
    return count


def _keys(config: Mapping[str, Any]) -> dict[str, bytes]:
    value = config.get("SHORTLINKS_KEYS")
    if not value:
        raise BadSetting(
            "SHORTLINKS_KEYS is missing: give at least one key as 'id:base64 of 32 random bytes'."
        )
    if isinstance(value, Mapping):
        return {str(key_id): _key(str(key_id), secret) for key_id, secret in value.items()}
    entries: Iterable[str] = value.split(",") if isinstance(value, str) else value
    keys = {}
    for entry in entries:
        key_id, _, secret = str(entry).strip().partition(":")
        keys[key_id] = _key(key_id, secret)
    return keys


def _key(key_id: str, secret: str | bytes) -> bytes:
    # The secret itself never stands in the sentence.
    if not key_id or len(key_id) > 32:
        raise BadSetting("Every key in SHORTLINKS_KEYS needs an id of 1 to 32 characters before its colon.")
    try:
        key = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in _KEY_BYTES:
        raise BadSetting(f"Key '{key_id}' in SHORTLINKS_KEYS must be base64 of 32 to 64 random bytes.")
    return key
