"""The settings `SMSADMIN_*` of the host's config, read once, checked, and frozen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet

from smsadmin.mail_server import BadMailServer, mail_server
from smsadmin.opening_hours import BadHours, parse
from smsadmin.settings_reading import (
    EMAIL,
    LANGUAGES,
    NUMBERS,
    PREFIX,
    SUPPORT,
    BadSetting,
    clock_time,
    converted,
    is_http,
)

BALANCE_LIMITS = {"RUB": Decimal(500), "USD": Decimal(10), "EUR": Decimal(10)}
"""About a hundred SMS, in the currencies in which the providers bill."""


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
    rates: Mapping[str, float] = field(default_factory=dict)
    """Provider → messages a second of its account, where it differs from `rate`."""
    batch_size: int = 500
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
    prepare_batch: int = 4000
    """Recipients written per transaction while a list is formed."""
    form_ahead: float = 3 * 3600.0
    """How long before its time the list of a scheduled broadcast is formed."""
    rule_every: float = 60.0
    """How often the customers are looked through for those who came under the rule of a broadcast."""
    refusals_to_pause: int = 50
    """So many refusals in a row pause a broadcast."""
    broadcast_limits: Mapping[str, Decimal] = field(default_factory=dict)
    """Currency → the most that one broadcast may cost by the estimate; at that it is paused."""
    day_limits: Mapping[str, Decimal] = field(default_factory=dict)
    """Currency → the most that all SMS of one day (in the shop's zone) may cost by the estimate."""
    receipts_late_after: float = 3600.0
    """After this long without a receipt the integration page warns, and a provider that can be asked is asked."""
    doubt_settles_after: float = 120.0
    """So long after the longest end of a call without an answer the provider is first asked about it, and so long
    after "not found" once more: until then the message may still be on its way there."""
    provider_minute: float = 60.0
    """How long the minute lasts in which the providers count: shorter only at the simulator, to save time."""
    lookup_for: float = 3 * 86_400.0
    """For how long a provider is asked what became of a message; after that nobody will tell any more."""
    balance_every: float = 900.0
    """How often a worker asks for the balance of the account that sends."""
    balance_limits: Mapping[str, Decimal] = field(default_factory=lambda: dict(BALANCE_LIMITS))
    """Currency → the balance below which the screens warn."""
    private_addresses: bool = False
    """A base URL that is entered on the screen may lead into the private network."""
    password_ends_links: bool = False
    """A customer's new password, of which the host tells, ends the login links that he has got."""
    worker_missing_after: float = 120.0
    """After this long without a sign of life of any worker whoever is on call is told."""
    alert_email: str = ""
    """Where alerts are sent to; several with commas; empty: no e-mail."""
    alert_smtp: str = field(default="", repr=False)
    """The mail server: `smtp://login:password@mail.shop.example:587`, or `smtps://…` for port 465."""
    alert_from: str = ""
    """The sender of the e-mails; empty: the first of `alert_email`."""
    alert_webhook: str = field(default="", repr=False)
    """The address to which alerts are posted as JSON; empty: none."""
    alert_language: str = "ru"
    """The language of the alerts, `ru` or `en`."""
    nightly_at: str = "03:00"
    """When counters are compared with rows every night, in the shop's zone."""
    api_log_for: float = 86_400.0
    """How long the API access log stays on once it is switched on."""
    api_log_kept: float = 7 * 86_400.0
    """How long a call stays in the API access log."""
    api_log_calls: int = 200_000
    """The most calls that the API access log keeps."""
    support_email: str = ""
    """Where staff write to for help."""
    support_phone: str = ""
    """Where staff call for help, E.164."""
    support_telegram: str = ""
    """The Telegram name of the support, without @."""
    support_hours: str = ""
    """When the support answers: `Mon-Fri 09:00-17:00`, several with `;`; empty: not said."""
    support_timezone: str = "Europe/Moscow"
    """The zone of `support_hours`."""

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
        settings = cls(**{name: converted(name, value) for name, value in given.items()})
        settings._check()
        return settings

    def _check(self) -> None:
        self._check_addresses()
        if self.lease <= self.call_deadline:
            raise BadSetting(
                f"{PREFIX}LEASE is {self.lease}: it must be longer than {PREFIX}CALL_DEADLINE ({self.call_deadline})."
            )
        asked_twice = self.lease + self.call_deadline + 2 * self.doubt_settles_after
        if self.lookup_for <= asked_twice:
            raise BadSetting(
                f"{PREFIX}LOOKUP_FOR is {self.lookup_for}: it must be longer than {asked_twice}, so long it takes "
                "to ask twice about a message in doubt."
            )
        for name in NUMBERS:
            if not 0 < getattr(self, name) < math.inf:
                raise BadSetting(f"{PREFIX}{name.upper()} is {getattr(self, name)}: it must be above 0.")
        self._check_keys()
        self._check_zones()
        self._check_support()
        self._check_alerts()

    def _check_addresses(self) -> None:
        if not is_http(self.public_url):
            raise BadSetting(
                f"{PREFIX}PUBLIC_URL is {self.public_url!r}: it must start with http:// or https://"
            )
        for name, url in self.base_urls.items():
            if not is_http(url):
                raise BadSetting(
                    f"{PREFIX}BASE_URLS: {name} is {url!r}: it must start with http:// or https://"
                )

    def _check_keys(self) -> None:
        for number, key in enumerate(self.keys, 1):
            try:
                Fernet(key)
            except ValueError as error:
                raise BadSetting(
                    f"{PREFIX}KEYS: key number {number} is none: make one with Fernet.generate_key()."
                ) from error

    def _check_zones(self) -> None:
        for zone in ("timezone", "support_timezone"):
            try:
                ZoneInfo(getattr(self, zone))
            except (KeyError, ValueError, OSError) as error:
                raise BadSetting(
                    f"{PREFIX}{zone.upper()} is {getattr(self, zone)!r}: no such zone, use e.g. Europe/Moscow"
                ) from error

    def _check_support(self) -> None:
        for name, (pattern, advice) in SUPPORT.items():
            if getattr(self, name) and not pattern.fullmatch(getattr(self, name)):
                raise BadSetting(f"{PREFIX}{name.upper()} is {getattr(self, name)!r}: {advice}")
        try:
            parse(self.support_hours)
        except BadHours as error:
            raise BadSetting(f"{PREFIX}SUPPORT_HOURS: {error}") from error

    def _check_alerts(self) -> None:
        """Check how whoever is on call is told; addresses that may hold a secret stay unsaid."""
        for name in filter(None, (*self.alerted, self.alert_from)):
            if not EMAIL.fullmatch(name):
                raise BadSetting(
                    f"{PREFIX}ALERT_EMAIL or {PREFIX}ALERT_FROM has {name!r}: write e-mail addresses, "
                    "several with commas."
                )
        if self.alert_email and not self.alert_smtp:
            raise BadSetting(
                f"{PREFIX}ALERT_SMTP is missing: {PREFIX}ALERT_EMAIL needs a mail server, e.g. "
                "smtp://login:password@mail.shop.example:587"
            )
        try:
            mail_server(self.alert_smtp or "smtp://localhost")
        except BadMailServer as error:
            raise BadSetting(f"{PREFIX}ALERT_SMTP: {error}") from error
        if self.alert_webhook and not is_http(self.alert_webhook):
            raise BadSetting(f"{PREFIX}ALERT_WEBHOOK is no address: it must start with http:// or https://")
        if self.alert_language not in LANGUAGES:
            raise BadSetting(
                f"{PREFIX}ALERT_LANGUAGE is {self.alert_language!r}: there are {' and '.join(LANGUAGES)}."
            )
        clock_time("nightly_at", self.nightly_at)

    @property
    def alerted(self) -> list[str]:
        """The addresses of `alert_email`."""
        return [name.strip() for name in self.alert_email.split(",") if name.strip()]
