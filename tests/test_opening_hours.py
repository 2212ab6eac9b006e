"""The hours of the support: read, asked at any moment, and said in both languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsadmin.opening_hours import (
    DAY_END,
    BadHours,
    Hours,
    Span,
    is_open,
    next_opening,
    parse,
    shown_hours,
    shown_opening,
    shown_zone,
)

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
OFFICE = "Mon-Fri 09:00-17:00"
ROUND_THE_CLOCK = "Mon-Sun 00:00-24:00"

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(["Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]).map(
    ZoneInfo
)
steady_zones = st.sampled_from(["Europe/Moscow", "Asia/Kolkata", "UTC"]).map(ZoneInfo)
spans = st.builds(
    Span,
    first=st.integers(0, 6),
    last=st.integers(0, 6),
    opens=st.integers(0, DAY_END - 1),
    closes=st.integers(1, DAY_END),
).filter(lambda span: span.opens != span.closes)
some_hours = st.lists(spans, min_size=1, max_size=3).map(tuple)


def at(clock: str, zone: ZoneInfo = MOSCOW) -> datetime:
    """Return a moment by the wall clock of a zone, e.g. `2026-03-02 09:00`, a Monday."""
    return datetime.fromisoformat(clock).replace(tzinfo=zone)


def test_days_and_hours_are_read() -> None:
    assert parse("Mon-Fri 09:00-17:00; sat 9:30 – 14:00") == (Span(0, 4, 540, 1020), Span(5, 5, 570, 840))


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_said_is_no_hours(text: str) -> None:
    assert parse(text) == ()
    assert not is_open((), MOSCOW, at("2026-03-02 12:00"))
    assert next_opening((), MOSCOW, at("2026-03-02 12:00")) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Mon-Fri 9-17", "'Mon-Fri 9-17' is not days and hours: write it like"),
        ("Mon-Fri 09:00-17:00; Пн 10:00-11:00", "'Пн 10:00-11:00' is not days and hours"),
        ("Mon-Fri 09:00-17:00;", "'' is not days and hours"),
        ("Monday 09:00-17:00", "'Monday 09:00-17:00' is not"),
        ("Mon 09:00-25:00", "there is no time 25:00"),
        ("Mon 09:60-17:00", "there is no time 09:60"),
        ("Mon 24:01-17:00", "there is no time 24:01"),
        ("Mon 24:00-17:00", "begins at 00:00 and ends at 24:00"),
        ("Mon 17:00-00:00", "begins at 00:00 and ends at 24:00"),
        ("Mon 09:00-09:00", "ends when it begins"),
        ("Mon ٠٩:٠٠-١٧:٠٠", "is not days and hours"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, says: str) -> None:
    with pytest.raises(BadHours, match=says):
        parse(text)


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        (OFFICE, "2026-03-02 08:59:59", False),
        (OFFICE, "2026-03-02 09:00", True),
        (OFFICE, "2026-03-06 16:59:59", True),
        (OFFICE, "2026-03-06 17:00", False),
        (OFFICE, "2026-03-07 12:00", False),
        ("Fri 22:00-02:00", "2026-03-06 21:59", False),
        ("Fri 22:00-02:00", "2026-03-07 01:59", True),
        ("Fri 22:00-02:00", "2026-03-07 02:00", False),
        ("Fri 22:00-02:00", "2026-03-06 01:00", False),
        ("Sun 22:00-02:00", "2026-03-02 01:00", True),
        ("Sat-Mon 10:00-11:00", "2026-03-01 10:30", True),
        ("Sat-Mon 10:00-11:00", "2026-03-03 10:30", False),
        (ROUND_THE_CLOCK, "2026-03-04 00:00", True),
        (ROUND_THE_CLOCK, "2026-03-04 23:59:59", True),
    ],
)
def test_the_hours_hold_by_the_clock_of_their_zone(hours: str, moment: str, expected: bool) -> None:
    assert is_open(parse(hours), MOSCOW, at(moment)) is expected


def test_the_moment_may_come_in_any_zone() -> None:
    assert is_open(parse(OFFICE), MOSCOW, datetime(2026, 3, 2, 6, 0, tzinfo=UTC))
    assert not is_open(parse(OFFICE), MOSCOW, datetime(2026, 3, 2, 14, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        (OFFICE, "2026-03-02 08:00", "2026-03-02 09:00"),
        (OFFICE, "2026-03-06 17:00", "2026-03-09 09:00"),
        (OFFICE, "2026-03-02 09:00", "2026-03-03 09:00"),
        ("Mon 09:00-10:00", "2026-03-02 11:00", "2026-03-09 09:00"),
        ("Sun 22:00-02:00", "2026-03-02 03:00", "2026-03-08 22:00"),
        ("Mon 12:00-13:00; Mon 09:00-10:00", "2026-03-01 20:00", "2026-03-02 09:00"),
    ],
)
def test_the_next_opening_is_the_first_to_come(hours: str, moment: str, opens: str) -> None:
    assert next_opening(parse(hours), MOSCOW, at(moment)) == at(opens)


def test_the_opening_follows_the_clock_over_its_change() -> None:
    # In 2026 the clocks of Berlin go forward on 29 March and back on 25 October.
    friday, sunday = at("2026-03-27 18:00", BERLIN), at("2026-10-25 18:00", BERLIN)

    assert next_opening(parse(OFFICE), BERLIN, friday) == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
    assert next_opening(parse(OFFICE), BERLIN, sunday) == datetime(2026, 10, 26, 8, 0, tzinfo=UTC)


def test_a_night_in_which_the_clock_goes_forward_is_an_hour_shorter() -> None:
    night = parse("Sat 22:00-06:00")
    opens = datetime(2026, 3, 28, 21, 0, tzinfo=UTC)

    assert is_open(night, BERLIN, opens)
    assert is_open(night, BERLIN, opens + timedelta(hours=6, minutes=59))
    assert not is_open(night, BERLIN, opens + timedelta(hours=7))


def test_hours_in_the_hour_that_is_skipped_wait_for_the_next_week() -> None:
    skipped = parse("Sun 02:15-03:00")

    assert not is_open(skipped, BERLIN, datetime(2026, 3, 29, 1, 20, tzinfo=UTC))
    assert next_opening(skipped, BERLIN, at("2026-03-28 12:00", BERLIN)) == at("2026-04-05 02:15", BERLIN)


def test_hours_in_the_hour_that_comes_twice_are_its_first() -> None:
    doubled = parse("Sun 02:15-02:45")

    assert is_open(doubled, BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert not is_open(doubled, BERLIN, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


@given(some_hours, steady_zones, moments)
def test_where_no_clock_is_changed_open_is_what_the_wall_clock_says(
    hours: Hours, zone: ZoneInfo, moment: datetime
) -> None:
    wall = moment.astimezone(zone)
    minute, today, yesterday = wall.hour * 60 + wall.minute, wall.weekday(), (wall.weekday() - 1) % 7
    expected = any(
        (span.has(today) and span.opens <= minute and (minute < span.closes or span.closes <= span.opens))
        or (span.closes < span.opens and span.has(yesterday) and minute < span.closes)
        for span in hours
    )

    assert is_open(hours, zone, moment) is expected


@given(some_hours, zones, moments)
def test_from_closed_until_the_next_opening_it_stays_closed(
    hours: Hours, zone: ZoneInfo, moment: datetime
) -> None:
    opening = next_opening(hours, zone, moment)

    assert opening is not None
    assert opening > moment
    assert is_open(hours, zone, opening)
    if not is_open(hours, zone, moment):
        assert not is_open(hours, zone, moment + (opening - moment) / 2)
        assert not is_open(hours, zone, opening - timedelta(microseconds=1))


@given(some_hours)
def test_what_is_shown_in_english_can_be_read_again(hours: Hours) -> None:
    assert parse(shown_hours(hours, "en")) == hours


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("ru", "Пн–Пт 9:00–17:00; Сб 22:00–2:30"), ("en", "Mon–Fri 9:00–17:00; Sat 22:00–2:30")],
)
def test_the_hours_are_said_in_the_readers_language(locale: str, expected: str) -> None:
    assert shown_hours(parse("Mon-Fri 09:00-17:00; Sat 22:00-02:30"), locale) == expected


@pytest.mark.parametrize(
    ("zone", "locale", "expected"),
    [
        ("Europe/Moscow", "ru", "Москва, UTC+3"),
        ("Europe/Moscow", "en", "Moscow, UTC+3"),
        ("America/New_York", "en", "New York, UTC−5"),
        ("Asia/Kathmandu", "en", "Kathmandu, UTC+5:45"),
        ("UTC", "ru", "UTC"),
        ("GMT", "en", "UTC"),
        ("Etc/GMT+3", "ru", "UTC−3"),
        ("Etc/GMT-5", "en", "UTC+5"),
        ("Factory", "ru", "Factory, UTC"),
        ("America/Argentina/ComodRivadavia", "ru", "ComodRivadavia, UTC−3"),
        ("America/Argentina/Buenos_Aires", "en", "Buenos Aires, UTC−3"),
        ("Asia/Calcutta", "en", "Kolkata, UTC+5:30"),
    ],
)
def test_the_zone_is_said_with_its_offset(zone: str, locale: str, expected: str) -> None:
    assert shown_zone(ZoneInfo(zone), at("2026-01-15 12:00"), locale) == expected


def test_the_offset_is_that_of_the_season() -> None:
    assert shown_zone(BERLIN, at("2026-01-15 12:00"), "en") == "Berlin, UTC+1"
    assert shown_zone(BERLIN, at("2026-07-15 12:00"), "en") == "Berlin, UTC+2"


@pytest.mark.parametrize(("locale", "expected"), [("ru", "пн 9:00"), ("en", "Mon 9:00")])
def test_an_opening_is_said_in_the_zone_of_the_hours(locale: str, expected: str) -> None:
    friday = at("2026-02-27 17:00")

    assert shown_opening(datetime(2026, 3, 2, 6, 0, tzinfo=UTC), MOSCOW, locale, friday) == expected


@pytest.mark.parametrize(
    ("now", "locale", "expected"),
    [
        ("2026-03-02 12:00", "ru", "пн, 9 мар., 10:05"),
        ("2026-03-02 12:00", "en", "Mon, 9 Mar, 10:05"),
        ("2026-03-03 00:00", "en", "Mon, 9 Mar, 10:05"),
        ("2026-03-03 23:59", "en", "Mon, 9 Mar, 10:05"),
        ("2026-03-04 00:00", "en", "Mon 10:05"),
        ("2026-03-09 10:00", "en", "Mon 10:05"),
    ],
)
def test_an_opening_next_week_has_its_date(now: str, locale: str, expected: str) -> None:
    opening = next_opening(parse("Mon 10:05-12:00"), MOSCOW, at(now))

    assert opening is not None
    assert shown_opening(opening, MOSCOW, locale, at(now)) == expected
