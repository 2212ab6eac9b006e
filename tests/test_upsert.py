"""Rows that travel as one list: values arrive as they were, and a conflict leaves what is there."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from smsadmin.database import among, read, write
from smsadmin.models import Message, RawReceipt
from smsadmin.upsert import insert_many, insert_new, insert_rows
from tests.plugin import Shop

WHEN = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
STRANGE = "д'\\\"\n{}%s:x €😀"


def row(key: str, **fields: Any) -> dict[str, Any]:
    usual = {"customer_key": key, "phone": "+79161234567", "text": STRANGE, "price": Decimal("3.1415")}
    return {**usual, "signs_in": True, "position": None, "created_at": WHEN, **fields}


def stored() -> list[Message]:
    return list(read(lambda session: session.scalars(select(Message).order_by(Message.id)).all()))


def insert(*rows: dict[str, Any]) -> None:
    same = {"state": "queued", "rank": 0, "not_after": WHEN}
    write(lambda session: insert_rows(session, Message, rows, same))


def test_every_kind_of_value_arrives_as_it_was(shop: Shop) -> None:
    insert(row("1"), row("2", price=None, position=7, signs_in=False))

    first, second = stored()
    assert (first.text, first.price, first.signs_in, first.position) == (
        STRANGE,
        Decimal("3.1415"),
        True,
        None,
    )
    assert (second.price, second.signs_in, second.position) == (None, False, 7)
    assert first.created_at == first.not_after == WHEN
    # What no row names has its default.
    assert (first.reason, first.left_out, first.parts) == ("", False, 0)


def test_many_rows_arrive_as_a_few_do(shop: Shop) -> None:
    rows = [row(str(n), phone=f"+7916{n:07}", text=f"{STRANGE}\t\r\\N{n}", position=n) for n in range(2000)]
    same = {"state": "queued", "rank": 0, "not_after": WHEN, "not_before": None, "currency": "RUB"}

    write(lambda session: insert_many(session, Message, rows, same))

    found = stored()
    assert [message.text for message in found] == [given["text"] for given in rows]
    assert [message.position for message in found] == list(range(2000))
    one = found[1]
    assert (one.price, one.signs_in, one.currency, one.not_before) == (Decimal("3.1415"), True, "RUB", None)
    assert one.created_at == one.not_after == WHEN
    # What no row names has its default.
    assert (one.reason, one.left_out, one.parts) == ("", False, 0)


def test_of_many_rows_none_arrives_where_one_is_there_already(shop: Shop) -> None:
    event = {"state": "queued", "rank": 0, "event_kind": "bonus"}
    rows = [row(str(n), event_key=f"bonus:{n}") for n in range(3)]
    write(lambda session: insert_many(session, Message, rows[2:], event))

    with pytest.raises(IntegrityError):
        write(lambda session: insert_many(session, Message, rows, event))

    assert [message.event_key for message in stored()] == ["bonus:2"]


def test_a_moment_without_a_zone_is_refused(shop: Shop) -> None:
    rows = [row("1", created_at=WHEN.replace(tzinfo=None))]

    with pytest.raises(ValueError, match="has no zone"):
        write(lambda session: insert_many(session, Message, rows, {"state": "queued", "rank": 0}))


def test_a_moment_is_stored_as_every_other_one_of_its_column(shop: Shop) -> None:
    insert(row("1"))

    assert read(lambda session: session.scalar(select(Message.id).where(Message.created_at == WHEN)))


def test_of_rows_that_are_there_already_only_the_new_ones_are_told(shop: Shop) -> None:
    insert(row("1"))
    [message] = stored()
    receipts = [
        {"provider": "smsc", "reference": name, "status": "1", "message_id": message.id, "received_at": WHEN}
        for name in ("a", "b", "b")
    ]

    def keep(session: Session) -> list[tuple[Any, ...]]:
        return insert_new(session, RawReceipt, receipts, "reference")

    assert sorted(write(keep)) == [("a",), ("b",)]
    assert write(keep) == []


def test_among_finds_numbers_and_texts_and_nothing_in_an_empty_list(shop: Shop) -> None:
    insert(row("1"), row(STRANGE[:20]), row("3"))
    ids = [message.id for message in stored()]

    def found(condition: Any) -> list[int]:
        return list(
            read(lambda session: session.scalars(select(Message.id).where(condition).order_by(Message.id)))
        )

    assert found(among(Message.id, {ids[0], ids[2], 2**40})) == [ids[0], ids[2]]
    assert found(among(Message.customer_key, [STRANGE[:20], "x" * 100])) == [ids[1]]
    assert found(among(Message.id, [])) == []
