"""Write transactions: what is repeated whole, and that nothing commits before the end, on both databases."""

import pytest
from sqlalchemy import literal, select, update
from sqlalchemy.exc import OperationalError

from smsadmin.database import read, write
from smsadmin.models import Integration
from tests.plugin import Shop


class Refused(Exception):
    """What a driver of PostgreSQL raises: a code, and words in the server's language."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("обнаружена взаимоблокировка")
        self.sqlstate = sqlstate


@pytest.mark.parametrize("code", ["40P01", "40001"])
def test_a_deadlock_is_repeated_whatever_language_the_server_speaks(shop: Shop, code: str) -> None:
    refusals = [Refused(code), Refused(code)]

    def work(session: object) -> str:
        if refusals:
            raise OperationalError("UPDATE", {}, refusals.pop())
        return "done"

    assert write(work) == "done"


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
