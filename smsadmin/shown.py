"""Times and money as the shop reads them: in its zone, in the reader's language."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency
from flask_babel import get_locale

from smsadmin.current import settings

FORMATS = {"ru": "d MMM y, HH:mm", "en": "d MMM y, HH:mm"}


def shown_time(moment: datetime | None) -> str:
    """Return a moment in the shop's zone, in the reader's language; a dash for none."""
    if moment is None:
        return "—"
    return _shown(moment, FORMATS.get(str(get_locale()), FORMATS["en"]))


def shown_second(moment: datetime) -> str:
    """Return a moment to the second in the shop's zone, in the reader's language."""
    return _shown(moment, f"{FORMATS.get(str(get_locale()), FORMATS['en'])}:ss")


def _shown(moment: datetime, pattern: str) -> str:
    return format_datetime(moment, pattern, tzinfo=ZoneInfo(settings().timezone), locale=get_locale())


def shown_money(amount: Decimal | None, currency: str | None) -> str:
    """Return an amount in its currency; a dash where it is unknown."""
    if amount is None or not currency:
        return "—"
    return format_currency(amount, currency, locale=get_locale())
