"""The time zones that staff choose from, the shop's own first, and moments shown in another one than the shop's."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import format_datetime, get_timezone_location
from flask_babel import get_locale

from smsadmin.current import settings
from smsadmin.i18n import _
from smsadmin.shown import shown_time

FORMAT = "d MMM y, HH:mm"


def choices(*also: str) -> list[tuple[str, str]]:
    """Return zone and name: the shop's, those of its country, all others; `also` are there whatever they are."""
    shop = settings().timezone
    country = _countries().get(shop)
    names = dict(_names(str(get_locale()))) | {zone: name(zone) for zone in (shop, *also)}
    order = {zone: (zone != shop, _countries().get(zone) != country, said) for zone, said in names.items()}
    return sorted(names.items(), key=lambda choice: order[choice[0]])


def name(zone: str) -> str:
    """Return a zone's country and city; an alias that no country has is its own name."""
    return _name(zone, str(get_locale()))


def city(zone: str) -> str:
    """Return the city that a zone is called by."""
    return _city(zone, str(get_locale()))


def shown_in(moment: datetime, zone: str | None) -> str:
    """Return a moment in a zone, with the shop's own time where its clock shows another one."""
    if not _differs(moment, zone):
        return shown_time(moment)
    there, here = (moment.astimezone(ZoneInfo(name)) for name in (zone or "", settings().timezone))
    pattern = "HH:mm" if there.date() == here.date() else "d MMM, HH:mm"
    said: str = _(
        "%(time)s (%(city)s; by the shop's clock %(shops)s)",
        time=format_datetime(there, FORMAT, locale=get_locale()),
        city=city(zone or ""),
        shops=format_datetime(here, pattern, locale=get_locale()),
    )
    return said


def shown_there(moment: datetime, zone: str | None) -> str:
    """Return a moment in a zone, which is named where it is another one than the shop's."""
    if not _differs(moment, zone):
        return shown_time(moment)
    there = moment.astimezone(ZoneInfo(zone or ""))
    return f"{format_datetime(there, FORMAT, locale=get_locale())} ({city(zone or '')})"


def _differs(moment: datetime, zone: str | None) -> bool:
    """Say whether a clock in the zone shows another time than the shop's."""
    shops = moment.astimezone(ZoneInfo(settings().timezone)).utcoffset()
    return zone is not None and moment.astimezone(ZoneInfo(zone)).utcoffset() != shops


@lru_cache(maxsize=4)
def _names(locale: str) -> tuple[tuple[str, str], ...]:
    aliases = get_global("zone_aliases")
    zones = (zone for zone in available_timezones() if zone in _countries() and zone not in aliases)
    return tuple((zone, _name(zone, locale)) for zone in zones)


def _name(zone: str, locale: str) -> str:
    country = Locale.parse(locale).territories.get(_countries().get(zone, ""))
    return f"{country} ({_city(zone, locale)})" if country and zone != "Etc/UTC" else zone


def _city(zone: str, locale: str) -> str:
    if zone not in _countries():
        return zone
    return get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)


def _countries() -> Mapping[str, str]:
    return get_global("zone_territories")
