"""From the clock on the wall to UTC: a time that does not exist is refused, one that comes twice is asked about."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class NoSuchTime(ValueError):
    """The clock is put forward over this time, so it never comes on that day."""


class ComesTwice(ValueError):
    """The clock is put back, so this time comes twice; `first` and `second` are the two moments in UTC."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__("the clock is put back on that day, and this time comes twice")
        self.first, self.second = first, second


def to_utc(local: datetime, zone: str, second: bool | None = None) -> datetime:
    """Return the moment (UTC) at which a clock in `zone` shows `local` (naive).

    `second` chooses of a time that comes twice: False the first, True the second, None: raise `ComesTwice`.
    Raise `NoSuchTime` for one that does not exist, `KeyError`, `ValueError` or `OSError` for an unknown zone.
    """
    place = ZoneInfo(zone)
    moments = [local.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)]
    there = [moment for moment in moments if moment.astimezone(place).replace(tzinfo=None, fold=0) == local]
    if not there:
        raise NoSuchTime("the clock is put forward on that day, and this time does not exist")
    if len(set(there)) == 1:
        return there[0]
    if second is None:
        raise ComesTwice(*there)
    return there[int(second)]
