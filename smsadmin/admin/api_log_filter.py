"""What the filters of the API access log say; whatever nobody can have chosen there counts as not chosen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smsadmin.api_log.calls import OUTCOMES, Filter
from smsadmin.api_log.record import KINDS
from smsadmin.current import settings
from smsadmin.providers import PROVIDERS
from smsadmin.text.phones import to_e164

LONGEST_WORDS = 100
YEARS = range(2000, 2100)
"""A day outside of them is none of the log's, and a zone may not reach it."""

_LIKE_A_PHONE = re.compile(r"[+\d][\d\s().-]+")


@dataclass(frozen=True)
class Asked:
    """The filters as they stand in the form."""

    provider: str
    kind: str
    outcome: str
    words: str
    since: str
    until: str

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Asked":
        """Read the filters out of an address or a form."""
        provider, kind, outcome = (fields.get(name, "") for name in ("provider", "kind", "outcome"))
        return cls(
            provider=provider if provider in PROVIDERS else "",
            kind=kind if kind in KINDS else "",
            outcome=outcome if outcome in OUTCOMES else "",
            # PostgreSQL knows no NUL in a text.
            words=fields.get("words", "").replace("\x00", "").strip()[:LONGEST_WORDS],
            since=_day(fields.get("since", "")),
            until=_day(fields.get("until", "")),
        )

    def filter(self) -> Filter:
        """Return what is wanted, the days in the shop's zone and both included."""
        return Filter(
            provider=self.provider,
            kind=self.kind,
            outcome=self.outcome,
            words=_as_requests_have_it(self.words),
            since=_midnight(self.since),
            until=_midnight(self.until, timedelta(days=1)),
        )

    def fields(self) -> dict[str, str]:
        """Return the filters that are chosen, as an address carries them."""
        return {name: value for name, value in vars(self).items() if value}


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if day.year in YEARS else ""


def _midnight(day: str, later: timedelta = timedelta(0)) -> datetime | None:
    if not day:
        return None
    return datetime.combine(date.fromisoformat(day) + later, time(), ZoneInfo(settings().timezone))


def _as_requests_have_it(words: str) -> str:
    """Return the digits of a phone, before which a request may have a plus; other words as they are."""
    phone = to_e164(words, settings().region) if _LIKE_A_PHONE.fullmatch(words) else None
    return phone.removeprefix("+") if phone else words
