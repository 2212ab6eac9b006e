"""When the support answers: `Mon-Fri 09:00-17:00; Fri 22:00-02:00` read, asked, and put into words; pure functions.

Times are the wall clock of a zone. What a wall clock skips or shows twice when it is changed counts as RFC 5545,
3.3.5 has it: a skipped time by the offset before the change, a doubled one as its first occurrence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, get_day_names, get_timezone_location

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

LOOK_AHEAD = 15
"""Days after which the next opening is found for certain: one week's may fall into the hour that a clock skips."""

FAR = 6
"""Days ahead from which on a weekday alone may be taken for that of this week."""

DAY_END = 24 * 60
"""Midnight as the end of a day, `24:00`, in minutes."""

_DAY = "|".join(DAYS)
_CLOCK = "[0-9]{1,2}:[0-9]{2}"
_TO = r"\s*[-–]\s*"
_SPAN = re.compile(
    rf"(?P<first>{_DAY})(?:{_TO}(?P<last>{_DAY}))?\s+(?P<opens>{_CLOCK}){_TO}(?P<closes>{_CLOCK})",
    re.IGNORECASE,
)


class BadHours(ValueError):
    """The hours cannot be read; the message names the bad part and says how to write it."""


@dataclass(frozen=True)
class Span:
    """The same hours on some days in a row."""

    first: int
    """The first day, Monday is 0; after `last` where the days run over the end of the week."""
    last: int
    opens: int
    """Minutes from midnight, 0 to 1439."""
    closes: int
    """Minutes from midnight, 1 to 1440; not after `opens`: on the next day."""

    def has(self, weekday: int) -> bool:
        """Say whether a day, Monday is 0, is one of them."""
        return (weekday - self.first) % 7 <= (self.last - self.first) % 7


Hours = tuple[Span, ...]


def parse(text: str) -> Hours:
    """Read `Mon-Fri 09:00-17:00; Sat 10:00-14:00`; nothing is no hours; raise `BadHours`."""
    return tuple(_span(part.strip()) for part in text.split(";")) if text.strip() else ()


def _span(part: str) -> Span:
    found = _SPAN.fullmatch(part)
    if not found:
        raise BadHours(f"{part!r} is not days and hours: write it like Mon-Fri 09:00-17:00")
    first = DAYS.index(found["first"].title())
    last = DAYS.index(found["last"].title()) if found["last"] else first
    opens, closes = _minutes(found["opens"], part), _minutes(found["closes"], part)
    if opens == DAY_END or closes == 0:
        raise BadHours(f"{part!r}: a day begins at 00:00 and ends at 24:00")
    if opens == closes:
        raise BadHours(f"{part!r} ends when it begins: for day and night write 00:00-24:00")
    return Span(first, last, opens, closes)


def _minutes(clock: str, part: str) -> int:
    hour, minute = (int(digits) for digits in clock.split(":"))
    if minute > 59 or hour * 60 + minute > DAY_END:
        raise BadHours(f"{part!r}: there is no time {clock}")
    return hour * 60 + minute


def is_open(hours: Hours, zone: ZoneInfo, moment: datetime) -> bool:
    """Say whether an aware `moment` lies within the hours of this zone."""
    near = _moments(hours, zone, moment.astimezone(zone).date(), days=2)
    return any(opens <= moment < closes for opens, closes in near)


def next_opening(hours: Hours, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """Return the first moment after `moment` at which hours begin, in UTC; None where there are no hours."""
    near = _moments(hours, zone, moment.astimezone(zone).date(), days=LOOK_AHEAD)
    return min((opens for opens, _ in near if opens > moment), default=None)


def _moments(hours: Hours, zone: ZoneInfo, day: date, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Name the openings and closings of `days` days, in UTC, from the day before `day` on: it may be under way.

    Hours within the time that a clock skips end before they begin: that day has none.
    """
    for one in (day + timedelta(days=number - 1) for number in range(days)):
        for span in hours:
            if span.has(one.weekday()):
                overnight = DAY_END if span.closes <= span.opens else 0
                opens, closes = _moment(one, span.opens, zone), _moment(one, span.closes + overnight, zone)
                if opens < closes:
                    yield opens, closes


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def never_closed(hours: Hours) -> bool:
    """Say whether one line of the hours is every day from midnight to midnight."""
    whole_day = [span for span in hours if (span.opens, span.closes) == (0, DAY_END)]
    return any(all(span.has(weekday) for weekday in range(7)) for span in whole_day)


def shown_hours(hours: Hours, locale: str) -> str:
    """Return the hours for people, as they were written: `Mon–Fri 9:00–17:00; Sat 10:00–14:00`."""
    names = _day_names(locale)
    return "; ".join(
        f"{names[span.first]}{f'–{names[span.last]}' if span.last != span.first else ''} "
        f"{_clock(span.opens)}–{_clock(span.closes)}"
        for span in hours
    )


def shown_zone(zone: ZoneInfo, moment: datetime, locale: str) -> str:
    """Return the zone for people, with its offset at this moment: `Moscow, UTC+3`."""
    place = _place(zone, locale)
    minutes = int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds()) // 60
    hour, minute = divmod(abs(minutes), 60)
    offset = (
        f"UTC{'−' if minutes < 0 else '+'}{hour}{f':{minute:02}' if minute else ''}" if minutes else "UTC"
    )
    return f"{place}, {offset}" if place else offset


def _place(zone: ZoneInfo, locale: str) -> str:
    """Return the city of a zone, or the zone's own name where none is known; empty for a zone that is an offset."""
    place = get_timezone_location(zone, locale=locale, return_city=True)
    if place.startswith(("GMT", "UTC")):
        # `Etc/GMT+3` is three hours behind: beside its offset the name would say the opposite.
        return ""
    if "/" in place or place == Locale.parse(locale).time_zones["Etc/Unknown"]["city"]:
        return zone.key.rpartition("/")[2].replace("_", " ")
    return place


def shown_opening(opening: datetime, zone: ZoneInfo, locale: str, now: datetime) -> str:
    """Return when it opens within a sentence, in the zone of the hours: `Mon 9:00`; far ahead `Mon, 9 Mar, 9:00`."""
    there = opening.astimezone(zone)
    is_far = (there.date() - now.astimezone(zone).date()).days >= FAR
    day = format_date(there.date(), "EEE, d MMM," if is_far else "EEE", locale)
    return f"{day} {_clock(there.hour * 60 + there.minute)}"


def _day_names(locale: str) -> Sequence[str]:
    names = get_day_names("abbreviated", "stand-alone", locale)
    return [names[number][:1].upper() + names[number][1:] for number in range(7)]


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
