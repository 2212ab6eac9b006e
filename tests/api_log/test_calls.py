"""Looking through the API access log: words in any case and alphabet, nothing too old, in steps that stay short."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from smsadmin.admin.api_log_filter import Asked
from smsadmin.api_log import calls
from smsadmin.api_log.calls import Filter, find, newest, one
from smsadmin.current import settings
from smsadmin.database import db_now, read, write
from smsadmin.models import ApiCall
from tests.plugin import Shop

A_DAY = 86_400.0


def written(*rows: dict[str, Any]) -> list[int]:
    """Write calls of just now, or of so many seconds `ago`, and return their ids."""
    usual = {
        **{"provider": "smsc", "kind": "send", "method": "POST", "status": 200, "milliseconds": 1},
        **{"address": "https://smsc.ru/", "request": "", "reply": "{}", "address_cut": ""},
    }
    for row in rows:
        values = {**usual, "at": db_now(-row.get("ago", 0.0)), **row}
        values.pop("ago", None)
        statement = insert(ApiCall).values(**values)
        write(partial(Session.execute, statement=statement))
    return list(read(lambda session: session.scalars(select(ApiCall.id).order_by(ApiCall.id)).all()))


def found(wanted: Filter) -> list[int]:
    """Return the calls that the list shows in its first step."""
    return [call.id for call in find(wanted, None, 50).calls]


def in_the_zip(wanted: Filter) -> list[int]:
    """Return the calls that the zip holds."""
    return read(lambda session: [call.id for call in newest(session, wanted, whole=False)])


@pytest.mark.parametrize("words", ["Иванов", "иванов", "ИВАНОВ", "привет, и", "МаРиЯ_100%"])
def test_words_are_found_whatever_their_case_in_every_alphabet(shop: Shop, words: str) -> None:
    number, _other = written(
        {"request": "mes: Привет, Иванов!", "reply": '{"to": "Мария_100%"}'}, {"request": "Мария 1000"}
    )

    assert found(Filter(words=words)) == [number]
    assert in_the_zip(Filter(words=words)) == [number]


@pytest.mark.parametrize(
    ("entered", "looked_for"),
    [
        ("0.50", "0.50"),
        ("10.0.0.1", "10.0.0.1"),
        ("185.12.100.200", "185.12.100.200"),
        ("2026-11-25", "2026-11-25"),
        ("25.11.2026", "25.11.2026"),
        ("+7 926", "+7 926"),
        ("8 (926) 123-45-67", "79261234567"),
        ("+7 926 123-45-67", "79261234567"),
        ("9261234567", "79261234567"),
        ("mes 8 926", "mes 8 926"),
    ],
)
def test_only_a_phone_is_looked_for_by_its_digits(shop: Shop, entered: str, looked_for: str) -> None:
    assert Asked.of({"words": entered}).filter().words == looked_for


def test_what_is_too_old_is_not_shown_though_no_worker_deletes_it(shop: Shop) -> None:
    old, young = written({"ago": 7.01 * A_DAY}, {"ago": 6.99 * A_DAY})

    assert found(Filter()) == [young]
    assert in_the_zip(Filter()) == [young]
    assert one(old) is None
    assert one(young) is not None
    assert find(Filter(), None, 50).before is None


def test_an_old_call_among_young_ones_is_not_shown(shop: Shop) -> None:
    # A call is written when it ends: of two at once the one that began earlier may come later.
    first, old, last = written({"ago": 6.98 * A_DAY}, {"ago": 7.01 * A_DAY}, {"ago": 6.99 * A_DAY})

    assert old not in found(Filter())
    assert sorted(found(Filter())) == in_the_zip(Filter())[::-1] == [first, last]


def test_behind_the_last_call_that_is_kept_there_is_nothing_to_look_through(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_old, young = written(*({"ago": 8 * A_DAY} for _ in range(5)), {})
    monkeypatch.setattr(calls, "AT_ONCE", 2)

    step = find(Filter(), None, 50)

    assert ([call.id for call in step.calls], step.before) == ([young], None)


def test_how_old_is_too_old_is_the_setting(shop: Shop) -> None:
    [number] = written({"ago": 7.01 * A_DAY})
    shop.app.extensions["smsadmin"].settings = replace(settings(), api_log_kept=8 * A_DAY)

    assert found(Filter()) == [number]


def test_where_everything_is_too_old_there_is_nothing(shop: Shop) -> None:
    written({"ago": 8 * A_DAY}, {"ago": 9 * A_DAY})

    assert find(Filter(), None, 50) == calls.Found([], None)
    assert in_the_zip(Filter()) == []


def test_the_zip_looks_through_so_many_steps_and_no_further(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = written({"reply": "needle"}, {"reply": "needle"}, *({} for _ in range(10)), {"reply": "needle"})
    monkeypatch.setattr(calls, "AT_ONCE", 4)

    monkeypatch.setattr(calls, "MOST_STEPS", 3)
    assert in_the_zip(Filter(words="needle")) == [ids[12], ids[1]]
    monkeypatch.setattr(calls, "MOST_STEPS", 4)
    assert in_the_zip(Filter(words="needle")) == [ids[12], ids[1], ids[0]]
