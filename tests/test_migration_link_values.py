"""The column of values for wrapped links comes and goes with rows in the table, and nothing is sent without it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, MetaData, Table, text
from sqlalchemy.orm import Session

import smsadmin.migrate
from smsadmin.models import Broadcast
from tests.test_migrations import SMS, a_row, engine

__all__ = ["engine"]


@pytest.mark.parametrize(
    ("state", "text_of_it", "wrapped", "becomes", "why"),
    [
        ("draft", "Вам https://shop.ru/{name}", True, "cancelled", None),
        ("ready", "Вам https://shop.ru/{name}", True, "cancelled", None),
        ("scheduled", "Вам https://shop.ru/{name}", True, "paused", "texts_not_made"),
        ("sending", "Вам https://shop.ru/?n={name}", True, "paused", "texts_not_made"),
        ("finished", "Вам https://shop.ru/{name}", True, "finished", None),
        ("sending", "Вам https://shop.ru/{name}", False, "sending", None),
        ("sending", "{name}, вам https://shop.ru/", True, "sending", None),
    ],
)
def test_a_wrapped_link_with_a_placeholder_is_not_sent_by_the_older_version(
    engine: Engine, state: str, text_of_it: str, wrapped: bool, becomes: str, why: str | None
) -> None:
    SMS.upgrade(engine)
    with Session(engine) as session, session.begin():
        session.add(
            Broadcast(
                name="Акция",
                text=text_of_it,
                wrap_clicks=wrapped,
                state=state,
                created_by="Мария",
                created_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
            )
        )

    SMS.downgrade(engine, "0006")

    with engine.connect() as connection:
        found = connection.execute(text("SELECT state, pause_reason FROM sms_broadcasts")).one()
    assert tuple(found) == (becomes, why)


def test_messages_of_before_keep_no_values_and_stay_when_the_column_goes(engine: Engine) -> None:
    smsadmin.migrate.upgrade(engine, "0006")
    with engine.begin() as connection:
        messages = Table("sms_messages", MetaData(), autoload_with=connection)
        row = a_row(messages) | dict.fromkeys(("broadcast_id", "account_id", "event_key", "position"))
        connection.execute(messages.insert().values(row))

    SMS.upgrade(engine)
    with engine.begin() as connection:
        kept = connection.scalars(text("SELECT link_values FROM sms_messages")).all()
        connection.execute(text("UPDATE sms_messages SET link_values = '{}'"))
    SMS.downgrade(engine, "0006")

    assert kept == [None]
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sms_messages")) == 1
