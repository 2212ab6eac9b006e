"""Every night one worker compares the counters with the rows, once, whatever the clock does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from smsadmin.alerts.kinds import Kind
from smsadmin.alerts.night import AGAIN_AFTER, check_by_night, next_night
from smsadmin.clock import utc_now
from smsadmin.database import db_now, read, write
from smsadmin.integration import integration
from smsadmin.models import Counter, Integration
from tests.alerts.trouble import kinds, set_settings, well
from tests.plugin import Shop


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "now", "night"),
    [
        ("Europe/Moscow", "03:00", "2026-11-24 20:00", "2026-11-25 00:00"),
        ("Europe/Moscow", "03:00", "2026-11-25 00:00", "2026-11-26 00:00"),
        ("Europe/Moscow", "03:00", "2026-11-24 23:59:59", "2026-11-25 00:00"),
        # Berlin puts its clock forward at 01:00 UTC of 29 March: 02:30 does not exist, half past one is 03:30.
        ("Europe/Berlin", "02:30", "2026-03-28 12:00", "2026-03-29 01:30"),
        ("Europe/Berlin", "02:30", "2026-03-29 01:30", "2026-03-30 00:30"),
        # And back at 01:00 UTC of 25 October: 02:30 comes twice, the first time counts.
        ("Europe/Berlin", "02:30", "2026-10-24 12:00", "2026-10-25 00:30"),
        ("Europe/Berlin", "02:30", "2026-10-25 00:30", "2026-10-26 01:30"),
        ("Pacific/Apia", "00:00", "2026-11-25 11:30", "2026-11-26 11:00"),
    ],
)
def test_the_next_night_follows_the_clock_of_the_shop(
    shop: Shop, zone: str, at: str, now: str, night: str
) -> None:
    set_settings(shop, timezone=zone, nightly_at=at)

    assert next_night(utc(now)) == utc(night)


def due_now(seconds_ago: float = 1) -> None:
    now = update(Integration).values(counters_due_at=db_now(-seconds_ago))
    write(lambda session: session.execute(now))


def miscount() -> None:
    """Let a counter say one too many."""
    statement = update(Counter).values(count=Counter.count + 1)
    write(lambda session: session.execute(statement))


def test_the_first_night_is_planned_and_not_at_once(shop: Shop) -> None:
    assert check_by_night() is False

    planned = integration().counters_due_at
    assert planned is not None
    assert timedelta() < planned - utc_now() <= timedelta(hours=25)
    assert integration().counters_checked_at is None


def test_when_the_night_has_come_the_counters_are_compared_once(shop: Shop) -> None:
    due_now()

    assert [check_by_night(), check_by_night()] == [True, False]
    planned = integration().counters_due_at
    assert planned == next_night(utc_now())
    assert integration().counters_checked_at is not None


def test_of_many_workers_one_compares(shop: Shop) -> None:
    due_now()

    def work(_: int) -> bool:
        with shop.app.app_context():
            return check_by_night()

    with ThreadPoolExecutor(6) as workers:
        assert sorted(workers.map(work, range(6))) == [False] * 5 + [True]


def test_a_night_that_all_workers_slept_through_is_made_up_for(shop: Shop) -> None:
    due_now(seconds_ago=6 * 3600)

    assert check_by_night() is True


def test_a_night_whose_worker_was_killed_is_another_workers_an_hour_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_now()

    def killed() -> list[object]:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("smsadmin.alerts.night.check_counters", killed)
        with pytest.raises(SystemExit):
            check_by_night()
    assert check_by_night() is False

    left = integration().counters_due_at
    assert left is not None
    assert left - utc_now() <= timedelta(seconds=AGAIN_AFTER)


def test_a_difference_of_the_night_is_found_until_it_is_mended(shop: Shop) -> None:
    well(shop)
    shop.customers(2)
    shop.sent()
    miscount()
    assert kinds() == []

    due_now()
    check_by_night()

    assert kinds() == [Kind.COUNTERS_OFF]
    assert read(lambda session: session.scalars(select(Integration.counters_off)).one()) > 0
