"""Positions of messages that come one by one: each is given once, and names its message for ever."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from shortlinks.blocks import Link, block_code, is_revoked, resolve, revoke, take_position
from shortlinks.models import OpenRun
from shortlinks.positions import RUN
from tests.shortlinks.host import KEY, OTHER_KEY, ShopGate, make_host

SALE = Link("http://localhost/sale", login=False)
CABINET = Link("http://localhost/cabinet", login=True)


def all_but_used_up(engine: Engine, left: int) -> None:
    with Session(engine) as session, session.begin():
        session.execute(update(OpenRun).values(taken=RUN - left))


def test_positions_follow_each_other(app: Flask) -> None:
    assert [take_position("event", [SALE])[1] for _ in range(3)] == [0, 1, 2]


def test_one_position_serves_all_links_of_a_message(app: Flask) -> None:
    take_position("event", [SALE, CABINET])
    blocks, position = take_position("event", [SALE, CABINET])
    assert [Link(block.url, block.login) for block in blocks] == [SALE, CABINET]
    for block in blocks:
        hit = resolve(block_code(block, position))
        assert hit is not None
        assert hit.position == position == 1


def test_a_used_up_run_is_followed_by_the_next(app: Flask, engine: Engine) -> None:
    take_position("event", [SALE])
    all_but_used_up(engine, left=1)
    (last,), last_position = take_position("event", [SALE])
    (first,), first_position = take_position("event", [SALE])
    assert (last_position, first_position) == (RUN - 1, RUN)
    assert last.id != first.id
    hit = resolve(block_code(first, first_position))
    assert hit is not None
    assert hit.position == RUN


def test_positions_taken_at_once_are_all_different(app: Flask, engine: Engine) -> None:
    take_position("event", [SALE])
    all_but_used_up(engine, left=5)

    def take(_: int) -> int:
        with app.app_context():
            return take_position("event", [SALE])[1]

    with ThreadPoolExecutor(4) as pool:
        positions = sorted(pool.map(take, range(20)))
    assert positions == list(range(RUN - 5, RUN + 15))


def test_a_changed_text_takes_its_own_run(app: Flask) -> None:
    (old,), first = take_position("event", [SALE])
    (new,), second = take_position("event", [CABINET])
    (back,), third = take_position("event", [SALE])
    assert (first, second, third) == (0, RUN, 1)
    assert back.id == old.id != new.id


def test_after_a_revocation_new_messages_sign_in_again(app: Flask) -> None:
    (old,), _ = take_position("event", [CABINET])
    revoke("event")
    (new,), position = take_position("event", [CABINET])
    assert is_revoked(old)
    assert not is_revoked(new)
    assert position == RUN


def test_a_new_key_signs_the_messages_that_come_after_it(app: Flask, engine: Engine, spool: Path) -> None:
    take_position("event", [SALE])
    with make_host(engine, spool, ShopGate(), SHORTLINKS_KEYS=[f"2:{OTHER_KEY}", f"1:{KEY}"]).app_context():
        (block,), _ = take_position("event", [SALE])
    assert block.key_id == "2"


def test_a_message_without_links_takes_no_position(app: Flask) -> None:
    with pytest.raises(ValueError, match="without links"):
        take_position("event", [])
