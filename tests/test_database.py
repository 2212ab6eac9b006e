"""Write transactions: what is repeated whole, and that nothing commits before the end, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, literal, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from smsadmin.clock import utc_now
from smsadmin.database import read, write, write_one
from smsadmin.models import DroppedCallback, Integration
from tests.hostapp.models import db
from tests.plugin import Shop


class Refused(Exception):
    """What a driver of PostgreSQL raises: a code, and words in the server's language."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("обнаружена взаимоблокировка")
        self.sqlstate = sqlstate


@pytest.mark.parametrize("way", [write, write_one])
@pytest.mark.parametrize("code", ["40P01", "40001"])
def test_a_deadlock_is_repeated_whatever_language_the_server_speaks(
    shop: Shop, code: str, way: Callable[[Callable[[object], str]], str]
) -> None:
    refusals = [Refused(code), Refused(code)]

    def work(session: object) -> str:
        if refusals:
            raise OperationalError("UPDATE", {}, refusals.pop())
        return "done"

    assert way(work) == "done"


def test_another_error_is_raised_at_once(shop: Shop) -> None:
    calls = []

    def work(session: object) -> None:
        calls.append(1)
        raise OperationalError("UPDATE", {}, Refused("53100"))

    with pytest.raises(OperationalError):
        write(work)
    assert calls == [1]


def test_a_statement_that_begins_with_the_word_with_is_rolled_back_like_any_other(shop: Shop) -> None:
    """pysqlite opens no transaction before it."""
    named = select(literal("Лавка").label("name")).cte("named")
    renamed = update(Integration).values(text_prefix=select(named.c.name).scalar_subquery())

    def work(session: object) -> None:
        session.execute(renamed)  # type: ignore[attr-defined]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(work)
    assert read(lambda session: session.scalar(select(Integration.text_prefix))) == ""


def one(cause: str) -> dict[str, object]:
    return {"provider": "smsc", "cause": cause, "count": 1, "last_at": utc_now()}


def there() -> set[str]:
    """The causes that another connection sees."""
    with db.engine.connect() as connection:
        return set(connection.scalars(select(DroppedCallback.cause)))


def test_one_statement_is_committed_when_it_returns_and_with_all_its_rows(shop: Shop) -> None:
    rows = [one("forged"), one("garbled"), one("unknown")]
    added = insert(DroppedCallback).values(rows).returning(DroppedCallback.cause)

    new = write_one(lambda connection: list(connection.scalars(added)))

    assert set(new) == there() == {"forged", "garbled", "unknown"}


def test_one_statement_that_fails_at_its_last_row_leaves_none(shop: Shop) -> None:
    added = insert(DroppedCallback).values([one("forged"), one("garbled"), one("forged")])

    with pytest.raises(IntegrityError):
        write_one(lambda connection: connection.execute(added))

    assert there() == set()
