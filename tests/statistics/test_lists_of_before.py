"""The fifth revision: what a list takes is added up for those that wait for a person, and goes with its columns."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, func, inspect, select, text
from sqlalchemy.orm import Session

from smsadmin.migrate import downgrade, upgrade
from smsadmin.models import Broadcast

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

USUAL = {
    "name": "Акция",
    "text": "Привет",
    "created_by": "Мария",
    "created_at": NOON,
    "audience_size": 0,
    "considered": 0,
    "next_position": 0,
    "form": 1,
    "verified_only": True,
    "verified_done": True,
    "wrap_clicks": True,
    "wrap_login": True,
    "trigger": "at_once",
    "rule": "{}",
    "refused_in_a_row": 0,
    "pace_from_gone": 0,
    "pace_next_gone": 0,
}
"""What a broadcast had in the fourth revision."""

WAITING: list[tuple[str, str | None, list[tuple[int, str | None, str | None]], tuple[Any, ...]]] = [
    ("ready", None, [(2, "6.6667", "RUB"), (1, "3.3333", "RUB")], (3, Decimal(10), "RUB", 2)),
    ("paused", "grew", [(1, "1.5", "USD")], (1, Decimal("1.5"), "USD", 1)),
    ("ready", None, [(1, "1.5", "USD"), (1, None, "USD")], (2, None, "USD", 2)),
    ("ready", None, [(1, "1.5", "USD"), (1, "1.5", "RUB")], (2, None, None, 2)),
    ("ready", None, [], (None, None, None, None)),
    ("finished", None, [(2, "6", "RUB")], (None, None, None, None)),
]
"""State of a broadcast of before, why it is paused, parts, price and currency of its SMS, and what is kept of them."""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def _table(connection: Connection, name: str) -> Table:
    """Return a table as it is in the database now, whatever the models say."""
    return Table(name, MetaData(), autoload_with=connection)


def test_lists_that_wait_for_a_person_are_added_up_by_the_fifth_revision(engine: Engine) -> None:
    upgrade(engine, "0004")
    with engine.begin() as connection:
        broadcasts, messages = _table(connection, "sms_broadcasts"), _table(connection, "sms_messages")
        for number, (state, reason, sms, _) in enumerate(WAITING, 1):
            row = USUAL | {"id": number, "state": state, "pause_reason": reason}
            connection.execute(broadcasts.insert().values(row))
            everybody = [*((False, True, each) for each in sms), (True, False, (0, None, None))]
            for left_out, signs_in, (parts, price, currency) in everybody:
                person = connection.scalar(select(func.count()).select_from(messages)) or 0
                message = {"broadcast_id": number, "customer_key": str(person), "phone": f"+7{person}"}
                message |= {"parts": parts, "currency": currency, "signs_in": signs_in, "left_out": left_out}
                message |= {"price": Decimal(price) if price else None, "created_at": NOON}
                same = {"state": "queued", "rank": 0, "reason": "", "name": "", "text": ""}
                connection.execute(messages.insert().values(message | same))

    upgrade(engine)

    with Session(engine) as session:
        kept = [
            (one.list_parts, one.list_price, one.list_currency, one.list_signing_in)
            for one in session.scalars(select(Broadcast).order_by(Broadcast.id))
        ]
    assert kept == [expected for *_, expected in WAITING]

    downgrade(engine, "0004")

    assert "list_parts" not in {column["name"] for column in inspect(engine).get_columns("sms_broadcasts")}
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sms_broadcasts")) == len(WAITING)
