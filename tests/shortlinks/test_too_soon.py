"""Sooner than a person could: a click is a robot's that comes right after its SMS was handed over, and no other."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from shortlinks.blocks import reserve
from shortlinks.bots import Kind
from shortlinks.flusher import flush_once
from shortlinks.gate import Outcome
from shortlinks.lines import LoginLine
from shortlinks.models import LinkBlock
from shortlinks.report import figures
from shortlinks.rules import SOONEST
from tests.shortlinks.clicking import NOON, after, assert_counters_are_right, clicked, kinds
from tests.shortlinks.host import CRAWLER, PHONE, ShopGate, make_host


class Sender:
    """Handed every SMS of one broadcast over at noon, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[set[tuple[str, int]], datetime]] = []

    def __call__(
        self, messages: Collection[tuple[str, int]], since: datetime
    ) -> Mapping[tuple[str, int], datetime]:
        self.asked.append((set(messages), since))
        return {message: NOON for message in messages if message[0] == "b1"}


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture
def host(app: Flask, engine: Engine, tmp_path: Path, sender: Sender) -> Flask:
    return make_host(engine, tmp_path / "other", ShopGate(), handed_over=sender)


@pytest.fixture
def block(app: Flask, engine: Engine) -> LinkBlock:
    return reserve(engine, url="http://localhost/c", owner="b1", link_index=0, count=2000, login=True)


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [
        (0, Kind.BOT),
        (SOONEST.total_seconds() - 0.1, Kind.BOT),
        (SOONEST.total_seconds(), Kind.PERSON),
        (600, Kind.PERSON),
        # Two clocks differ; who clicked, nobody can tell from that.
        (-0.1, Kind.PERSON),
        (-300, Kind.PERSON),
    ],
)
def test_only_a_click_right_after_the_handing_over_is_a_robots(
    host: Flask, engine: Engine, block: LinkBlock, seconds: float, kind: Kind
) -> None:
    clicked(host, block, 3, seconds)
    flush_once(host)
    assert kinds(engine) == [kind]
    assert_counters_are_right(engine)


def test_what_was_not_handed_over_as_far_as_is_known_is_judged_by_the_other_rules(
    host: Flask, engine: Engine
) -> None:
    other = reserve(engine, url="http://x.ru", owner="b2", link_index=0, count=9, login=False)
    clicked(host, other, 3)
    flush_once(host)
    assert kinds(engine) == [Kind.PERSON]


def test_a_host_that_does_not_say_when_it_sent_has_no_such_rule(
    app: Flask, engine: Engine, block: LinkBlock
) -> None:
    clicked(app, block, 3)
    flush_once(app)
    assert kinds(engine) == [Kind.PERSON]


def test_the_host_is_asked_once_for_a_batch_and_only_about_people(
    host: Flask, block: LinkBlock, sender: Sender
) -> None:
    for position in (3, 4, 4):
        clicked(host, block, position, position, PHONE)
    clicked(host, block, 5, 0, CRAWLER)
    flush_once(host)
    assert sender.asked == [({("b1", 3), ("b1", 4)}, after(3) - SOONEST)]


def test_where_only_robots_come_the_host_is_not_asked(host: Flask, block: LinkBlock, sender: Sender) -> None:
    clicked(host, block, 5, 0, CRAWLER)
    flush_once(host)
    assert sender.asked == []


@pytest.mark.parametrize("together", [True, False])
def test_whoever_posts_the_login_form_is_a_person_however_soon(
    host: Flask, engine: Engine, block: LinkBlock, together: bool
) -> None:
    clicked(host, block, 3, 0.5)
    if not together:
        flush_once(host)
    login = LoginLine(block.first + 3, NOON + timedelta(seconds=1), Outcome.SIGNED_IN, "")
    host.extensions["shortlinks"].clicks.append(login)
    flush_once(host)
    assert kinds(engine) == [Kind.PERSON]
    assert figures(["b1"])["b1"].unique == 1
    assert_counters_are_right(engine)
