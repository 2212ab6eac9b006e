"""Bursts: many recipients' links opened within seconds by one rare agent are a robot's, and people never are."""

from datetime import datetime, timedelta
from random import Random

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from shortlinks import rules
from shortlinks.blocks import reserve
from shortlinks.bots import Kind
from shortlinks.bursts import burst
from shortlinks.flusher import flush_once
from shortlinks.gate import Outcome
from shortlinks.lines import LoginLine
from shortlinks.models import LinkBlock
from shortlinks.report import figures
from tests.shortlinks.clicking import NOON, after, assert_counters_are_right, clicked, kinds
from tests.shortlinks.host import OWN_APP, PHONE

ENOUGH = rules.BURST_RECIPIENTS
EVERYDAY = (
    PHONE,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; arm_64; Android 12; M2101K6G) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.6099.283 YaBrowser/24.1.7.58.00 SA/3 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
)


@pytest.fixture
def block(app: Flask, engine: Engine) -> LinkBlock:
    return reserve(engine, url="http://localhost/c", owner="b1", link_index=0, count=2000, login=False)


def test_many_recipients_within_seconds_by_one_rare_agent_are_a_robots(
    app: Flask, engine: Engine, block: LinkBlock
) -> None:
    for position in range(ENOUGH):
        clicked(app, block, position, position / 10, OWN_APP)
    clicked(app, block, 900, 1, PHONE)
    flush_once(app)

    assert figures(["b1"])["b1"].bot_clicks == ENOUGH
    assert figures(["b1"])["b1"].unique == 1
    assert_counters_are_right(engine)


def test_a_burst_that_is_seen_late_takes_its_earlier_clicks_along(
    app: Flask, engine: Engine, block: LinkBlock
) -> None:
    for position in range(ENOUGH):
        clicked(app, block, position, position / 10, OWN_APP)
        flush_once(app)
        expected = [Kind.PERSON] * (position + 1) if position + 1 < ENOUGH else [Kind.BOT] * ENOUGH
        assert kinds(engine) == expected
    assert figures(["b1"])["b1"].unique == 0
    assert_counters_are_right(engine)


@pytest.mark.parametrize("agents", [1, len(EVERYDAY)])
def test_people_behind_one_address_in_a_very_first_broadcast_are_people(
    app: Flask, engine: Engine, block: LinkBlock, agents: int
) -> None:
    chance = Random(500)
    for position in range(500):
        agent = chance.choice(EVERYDAY[:agents])
        clicked(app, block, position, chance.uniform(0, 10), agent, address="188.170.1.0")
    flush_once(app)

    assert set(kinds(engine)) == {Kind.PERSON}
    assert figures(["b1"])["b1"].unique == 500


def test_a_few_recipients_are_no_burst(app: Flask, engine: Engine, block: LinkBlock) -> None:
    for position in range(ENOUGH - 1):
        clicked(app, block, position, 0, OWN_APP)
    flush_once(app)
    assert set(kinds(engine)) == {Kind.PERSON}


def test_one_recipient_who_opens_his_link_again_and_again_is_no_burst(
    app: Flask, engine: Engine, block: LinkBlock
) -> None:
    for second in range(3 * ENOUGH):
        clicked(app, block, 7, second / 10, OWN_APP)
    flush_once(app)
    assert set(kinds(engine)) == {Kind.PERSON}


def test_recipients_who_come_slowly_are_no_burst(app: Flask, engine: Engine, block: LinkBlock) -> None:
    for position in range(3 * ENOUGH):
        clicked(app, block, position, position, OWN_APP)
    flush_once(app)
    assert set(kinds(engine)) == {Kind.PERSON}


def test_what_people_come_by_at_other_times_is_not_rare(app: Flask, engine: Engine, block: LinkBlock) -> None:
    for position in range(1000):
        clicked(app, block, position, 60 * position, OWN_APP if position % 50 == 0 else PHONE)
    for position in range(1000, 1000 + 2 * ENOUGH):
        clicked(app, block, position, 10**6, OWN_APP)
    flush_once(app)
    assert set(kinds(engine)) == {Kind.PERSON}


def test_a_robot_that_comes_with_every_broadcast_does_not_become_common(app: Flask, engine: Engine) -> None:
    for number in range(5):
        block = reserve(engine, url="http://x.ru", owner=f"b{number}", link_index=0, count=99, login=False)
        for position in range(30):
            clicked(app, block, position, 10_000 * number, OWN_APP)
            clicked(app, block, position + 30, 10_000 * number + 60 * position, PHONE)
        flush_once(app)
    owners = [f"b{number}" for number in range(5)]
    assert {figures(owners)[owner].bot_clicks for owner in owners} == {30}
    assert_counters_are_right(engine)


def test_the_clicks_of_two_broadcasts_are_not_one_burst(app: Flask, engine: Engine) -> None:
    for owner in ("b1", "b2"):
        block = reserve(engine, url="http://x.ru", owner=owner, link_index=0, count=99, login=False)
        for position in range(ENOUGH - 1):
            clicked(app, block, position, 0, OWN_APP)
    flush_once(app)
    assert set(kinds(engine)) == {Kind.PERSON}


@pytest.mark.parametrize("login_first", [True, False])
def test_whoever_posts_the_login_form_stays_a_person_in_any_burst(
    app: Flask, engine: Engine, login_first: bool
) -> None:
    block = reserve(engine, url="http://localhost/c", owner="b1", link_index=0, count=99, login=True)
    login = LoginLine(block.first + 3, after(5), Outcome.SIGNED_IN, "")
    if login_first:
        app.extensions["shortlinks"].clicks.append(login)
        clicked(app, block, 3, 1, OWN_APP)
        flush_once(app)
    for position in range(1 + ENOUGH):
        if not login_first or position != 3:
            clicked(app, block, position, 1, OWN_APP)
    flush_once(app)
    if not login_first:
        app.extensions["shortlinks"].clicks.append(login)
        flush_once(app)

    assert kinds(engine, position=3) == [Kind.PERSON]
    assert figures(["b1"])["b1"].clicks == 1
    assert_counters_are_right(engine)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 40)), max_size=80))
def test_a_click_is_in_a_burst_if_some_window_around_it_has_enough_recipients(
    clicks: list[tuple[int, int]],
) -> None:
    openings = [(NOON + timedelta(seconds=second), ("b1", who)) for second, who in sorted(clicks)]

    def is_in(at: datetime) -> bool:
        ends = [end for end, _ in openings if at <= end <= at + rules.BURST_WITHIN]
        return any(
            len({who for start, who in openings if end - rules.BURST_WITHIN <= start <= end}) >= ENOUGH
            for end in ends
        )

    # Those of the same moment as the last one come along once it is through.
    found = {openings[index][0] for index in burst(openings)}
    assert found == {at for at, _ in openings if is_in(at)}
