"""Clicks by link, by hour, by kind of device, and the first one: from a few counters, as the clicks say."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session

from shortlinks import migrate, recount
from shortlinks.blocks import reserve
from shortlinks.bots import DeviceKind
from shortlinks.details import ClickDetails, Clicked, click_details
from shortlinks.flusher import flush_once
from shortlinks.models import ClickCounter, LinkBlock
from shortlinks.recount_buckets import BucketDifference
from tests.shortlinks.clicking import NOON, after, assert_counters_are_right, clicked
from tests.shortlinks.host import CRAWLER, PHONE

IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
LAPTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
HOUR = timedelta(hours=1)


@pytest.fixture
def links(app: Flask, engine: Engine) -> list[LinkBlock]:
    """Three links of one broadcast, of which nobody opens the last one, and one of another."""
    return [
        reserve(engine, url="http://x.ru", owner=owner, link_index=index, count=100, login=False)
        for owner, index in (("b1", 0), ("b1", 1), ("b1", 2), ("b2", 0))
    ]


def some_clicks(app: Flask, links: list[LinkBlock]) -> None:
    clicked(app, links[0], 1, 60, CRAWLER)
    clicked(app, links[0], 2, 7200, PHONE)
    clicked(app, links[0], 2, 750, PHONE)
    clicked(app, links[1], 2, 3700, IPAD)
    clicked(app, links[1], 3, 3599, LAPTOP)
    clicked(app, links[1], 4, 3599, "")
    clicked(app, links[3], 5, 10, PHONE)
    flush_once(app)


EXPECTED = ClickDetails(
    by_link={0: Clicked(2, 1), 1: Clicked(2, 1)},
    by_hour={NOON: Clicked(2, 2), NOON + HOUR: Clicked(1, 0), NOON + 2 * HOUR: Clicked(1, 0)},
    by_device={
        DeviceKind.COMPUTER: Clicked(1, 0),
        DeviceKind.OTHER: Clicked(0, 2),
        DeviceKind.PHONE: Clicked(2, 0),
    }
    | {DeviceKind.TABLET: Clicked(1, 0)},
    first_at=after(750),
)


def test_people_and_others_are_counted_by_link_hour_and_device(
    app: Flask, engine: Engine, links: list[LinkBlock]
) -> None:
    some_clicks(app, links)
    assert click_details("b1") == EXPECTED
    assert click_details("b2").first_at == after(10)
    assert_counters_are_right(engine)


def test_where_nobody_has_clicked_there_is_nothing(app: Flask, links: list[LinkBlock]) -> None:
    assert click_details("b1") == ClickDetails()


def test_an_earlier_click_that_is_stored_later_is_the_first(app: Flask, links: list[LinkBlock]) -> None:
    for seconds in (50, 40, 45):
        clicked(app, links[0], 1, seconds)
        flush_once(app)
    assert click_details("b1").first_at == after(40)


def test_a_thousand_clicks_cost_as_many_rows_as_two(
    app: Flask, engine: Engine, links: list[LinkBlock]
) -> None:
    def rows() -> int | None:
        with Session(engine) as session:
            return session.scalar(select(func.count()).select_from(ClickCounter))

    for number in (2, 1000):
        for position in range(number):
            clicked(app, links[0], position % 100, position)
        flush_once(app)
        assert rows() == 1

    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    click_details("b1")
    assert 0 < len(asked) <= 4
    assert not any("shortlinks_clicks" in statement for statement in asked)


def test_what_differs_is_found_said_and_mended(app: Flask, engine: Engine, links: list[LinkBlock]) -> None:
    some_clicks(app, links)
    noon, people = (ClickCounter.hour == NOON, ClickCounter.person)
    with Session(engine) as session, session.begin():
        session.execute(update(ClickCounter).where(ClickCounter.owner == "b1", noon, ~people).values(count=9))
        wrong = {"first_at": NOON + timedelta(seconds=1)}
        session.execute(update(ClickCounter).where(ClickCounter.owner == "b2", people).values(**wrong))
        session.add(
            ClickCounter(
                owner="b3", link_index=0, hour=NOON, device="phone", person=True, count=2, first_at=NOON
            )
        )
    with Session(engine) as session:
        found = recount.differences(session, 100)
    assert all(isinstance(each, BucketDifference) for each in found)
    assert [str(each) for each in found] == [
        "links of b1, link 0, 2026-11-01 12:00 UTC, other, others: the counter says 9, the rows are 1",
        "links of b1, link 1, 2026-11-01 12:00 UTC, other, others: the counter says 9, the rows are 1",
        "links of b2, link 0, 2026-11-01 12:00 UTC, phone, people: the first click is kept as "
        "2026-11-01 12:00:01+00:00, by the rows it is 2026-11-01 12:00:10+00:00",
        "links of b3, link 0, 2026-11-01 12:00 UTC, phone, people: the counter says 2, the rows are 0",
    ]

    with Session(engine) as session, session.begin():
        assert recount.mend(session, 100) == 4

    assert click_details("b1") == EXPECTED
    assert click_details("b2").first_at == after(10)
    assert click_details("b3") == ClickDetails()
    assert_counters_are_right(engine)


def test_clicks_of_before_are_counted_when_the_tables_come_up(
    app: Flask, engine: Engine, links: list[LinkBlock]
) -> None:
    some_clicks(app, links)

    migrate.downgrade(engine, "0002")
    migrate.upgrade(engine)

    assert click_details("b1") == EXPECTED
    assert_counters_are_right(engine)
    clicked(app, links[0], 7, 1)
    flush_once(app)
    assert click_details("b1").by_device[DeviceKind.PHONE] == Clicked(3, 0)
    assert_counters_are_right(engine)
