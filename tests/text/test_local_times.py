"""Times on the wall: each is one moment, no moment, or two."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smsadmin.text.local_times import ComesTwice, NoSuchTime, to_utc

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_usual_time_is_one_moment() -> None:
    assert to_utc(at("2026-12-01 10:00"), "Europe/Moscow") == at("2026-12-01 07:00+00:00")


def test_a_time_that_the_clock_jumps_over_does_not_exist() -> None:
    with pytest.raises(NoSuchTime):
        to_utc(at("2027-03-28 02:30"), BERLIN)


def test_a_time_that_comes_twice_asks_which() -> None:
    with pytest.raises(ComesTwice) as asked:
        to_utc(at("2027-10-31 02:30"), BERLIN)

    assert asked.value.first == at("2027-10-31 00:30+00:00")
    assert asked.value.second == at("2027-10-31 01:30+00:00")
    assert to_utc(at("2027-10-31 02:30"), BERLIN, second=False) == asked.value.first
    assert to_utc(at("2027-10-31 02:30"), BERLIN, second=True) == asked.value.second


def test_an_unknown_zone_is_said() -> None:
    with pytest.raises((KeyError, ValueError, OSError)):
        to_utc(at("2026-12-01 10:00"), "Europe/Nowhere")


@given(
    some.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - local times have no zone
    some.sampled_from(["Europe/Berlin", "Europe/Moscow", "America/New_York", "Australia/Lord_Howe"]),
    some.booleans(),
)
def test_the_moment_shows_the_very_time_on_a_clock_there(local: datetime, zone: str, second: bool) -> None:
    try:
        moment = to_utc(local, zone, second)
    except NoSuchTime:
        return

    assert moment.tzinfo is UTC
    assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == local.replace(fold=0)
