"""Clicks as the tests write them down: by whom, when, on whose link."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shortlinks import recount
from shortlinks.bots import Signal
from shortlinks.lines import ClickLine
from shortlinks.models import Click, LinkBlock
from tests.shortlinks.host import PHONE

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """The moment so many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def clicked(  # noqa: PLR0913 - each is named
    app: Flask,
    block: LinkBlock,
    position: int,
    seconds: float = 0,
    agent: str = PHONE,
    *,
    signal: Signal = Signal.NONE,
    address: str = "10.1.2.0",
) -> None:
    """Write one click into the spool."""
    number = block.first + position - block.first_position
    app.extensions["shortlinks"].clicks.append(
        ClickLine(number, after(seconds), signal, agent, "t.me", address)
    )


def kinds(engine: Engine, **by: Any) -> list[str]:
    """Return the kinds of the stored clicks in the order of their time."""
    with Session(engine) as session:
        return list(session.scalars(select(Click.kind).filter_by(**by).order_by(Click.at, Click.id)))


def assert_counters_are_right(engine: Engine) -> None:
    """Compare every counter with its rows."""
    with Session(engine) as session:
        assert recount.differences(session, 100) == []
