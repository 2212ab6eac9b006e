"""Figures and the lists behind them agree, for several owners at once."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shortlinks.blocks import reserve
from shortlinks.bots import Signal
from shortlinks.flusher import flush_once
from shortlinks.gate import Outcome
from shortlinks.lines import ClickLine, LoginLine
from shortlinks.models import LinkBlock
from shortlinks.report import Figures, clicked_positions, figures, list_clicks, list_logins
from tests.shortlinks.host import CRAWLER, PHONE

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def blocks(app: Flask, engine: Engine) -> list[LinkBlock]:
    """Two links of one broadcast of ten, the second a login one; clicks on both, and on another broadcast's."""
    plain = reserve(engine, url="http://x.ru", owner="b1", link_index=0, count=10, login=False)
    login = reserve(engine, url="http://localhost/c", owner="b1", link_index=1, count=10, login=True)
    other = reserve(engine, url="http://x.ru", owner="b2", link_index=0, count=10, login=False)
    clicks = app.extensions["shortlinks"].clicks
    for number in (plain.first + 3, plain.first + 3, login.first + 3, login.first + 4, other.first + 9):
        clicks.append(ClickLine(number, NOON, Signal.NONE, PHONE, "", ""))
    for number in (plain.first + 5, login.first + 3):
        clicks.append(ClickLine(number, NOON, Signal.NONE, CRAWLER, "", ""))
    clicks.append(LoginLine(login.first + 3, NOON, Outcome.SIGNED_IN, ""))
    clicks.append(LoginLine(login.first + 3, NOON, Outcome.ALREADY, ""))
    clicks.append(LoginLine(login.first + 4, NOON, Outcome.REFUSED, "staff"))
    flush_once(app)
    return [plain, login, other]


@pytest.mark.usefixtures("blocks")
class TestFigures:
    def test_unique_counts_messages_over_all_links_of_the_owner(self) -> None:
        assert figures(["b1"])["b1"] == Figures(clicks=4, unique=2, bot_clicks=2, logins=1, logins_refused=1)

    def test_each_owner_has_his_own_figures(self) -> None:
        counted = figures(["b1", "b2", "nobody"])
        assert counted["b2"] == Figures(clicks=1, unique=1)
        assert counted["nobody"] == Figures()

    def test_the_clicked_positions_are_those_of_unique(self, engine: Engine) -> None:
        with Session(engine) as session:
            assert sorted(session.scalars(clicked_positions("b1"))) == [3, 4]

    def test_each_click_figure_has_its_list(self) -> None:
        assert sorted((row.position, row.link_index) for row in list_clicks("b1", people=True)) == [
            (3, 0),
            (3, 0),
            (3, 1),
            (4, 1),
        ]
        assert sorted(row.position for row in list_clicks("b1", people=False)) == [3, 5]
        assert len(list_clicks("b1")) == 6

    def test_a_list_is_read_page_by_page(self) -> None:
        first = list_clicks("b1", limit=4)
        second = list_clicks("b1", limit=4, before=first[-1].id)
        assert [row.id for row in first + second] == [row.id for row in list_clicks("b1")]

    def test_each_login_figure_has_its_list(self) -> None:
        assert [row.position for row in list_logins("b1", outcome=Outcome.SIGNED_IN)] == [3]
        (refused,) = list_logins("b1", outcome=Outcome.REFUSED)
        assert (refused.position, refused.refusal, refused.at) == (4, "staff", NOON)
        assert len(list_logins("b1")) == 3
        assert list_logins("b1", before=list_logins("b1")[-1].id) == []
