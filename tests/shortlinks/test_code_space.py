"""All codes together: none repeats, and none stands for a number of another's block."""

from bisect import bisect_right
from collections.abc import Iterable
from random import Random

import pytest
from flask import Flask
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from shortlinks.blocks import Hit, reserve, resolve
from shortlinks.cache import BlockCache
from shortlinks.codes import Codes, code_chars, first_fitting
from shortlinks.models import Counter, LinkBlock

BOUNDARIES = [40**digits for digits in range(1, 12)]
"""From each of these numbers on, codes are one character longer; the last that a column of 63 bits holds."""

STORED_BOUNDARIES = BOUNDARIES[:6]
"""Up to four thousand million."""

MANY = 100_000


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("login", [False, True])
def test_codes_grow_at_each_boundary_by_one_character_and_read_back(boundary: int, login: bool) -> None:
    codes = Codes("salt", {"1": b"k" * 32})
    around = range(boundary - 3, boundary + 3)

    written = [codes.encode(number, login=login, key_id="1") for number in around]

    assert [len(code) for code in written] == [code_chars(number, login) for number in around]
    assert code_chars(boundary, login) == code_chars(boundary - 1, login) + 1
    assert len(set(written)) == len(around)
    assert [_proven(codes, code, login) for code in written] == list(around)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_block_fills_up_to_a_boundary_and_else_begins_there(boundary: int) -> None:
    assert first_fitting(boundary - 3, 3) == boundary - 3
    assert first_fitting(boundary - 3, 4) == boundary
    assert first_fitting(boundary, 4) == boundary


def test_around_every_block_each_code_is_its_own_blocks_or_nobodys(app: Flask, engine: Engine) -> None:
    blocks = []
    for boundary in STORED_BOUNDARIES:
        counter_stands_at(engine, boundary - 6)
        # One leaves a hole of two before the boundary, the next begins there, the last follows at once.
        counts = [(4, False), (5, True), (1, False), (2, True)]
        blocks += [a_block(engine, f"{boundary}:{n}", *each) for n, each in enumerate(counts)]
    assert [block.first for block in blocks[:2]] == [34, 40]
    keeps_what_it_knows(app, engine)

    edges = {edge for block in blocks for edge in range(block.first - 2, block.first + block.count + 2)}
    for number in edges:
        for login in (False, True):
            assert answer(app, number, login) == place(blocks, number, login), (number, login)


def test_of_a_hundred_thousand_random_numbers_no_code_repeats_or_is_anothers(
    app: Flask, engine: Engine
) -> None:
    # Half of them on each database.
    random = Random(engine.dialect.name)
    blocks = [a_block(engine, f"b{n}", random.randint(1, 300_000), bool(n % 2)) for n in range(60)]
    keeps_what_it_knows(app, engine)
    numbers = random.sample(range(blocks[-1].first + blocks[-1].count), MANY // 2)

    codes = {}
    for number in numbers:
        block = last_begun(blocks, number)
        own = app.extensions["shortlinks"].codes.encode(number, login=block.login, key_id="1")
        codes[own] = place([block], number, block.login)

    assert len(codes) == MANY // 2
    assert {code: found(resolve(code)) for code in codes} == codes


def test_the_numbers_of_no_block_and_codes_of_the_other_kind_lead_nowhere(app: Flask, engine: Engine) -> None:
    random = Random(6)
    blocks = [a_block(engine, f"b{n}", random.randint(1, 30_000), bool(n % 2)) for n in range(60)]
    keeps_what_it_knows(app, engine)
    end = blocks[-1].first + blocks[-1].count

    for number in random.sample(range(end + end // 10), 5000):
        for login in (False, True):
            assert answer(app, number, login) == place(blocks, number, login)


def a_block(engine: Engine, owner: str, count: int, login: bool) -> LinkBlock:
    return reserve(
        engine, url="http://localhost/cabinet", owner=owner, link_index=0, count=count, login=login
    )


def counter_stands_at(engine: Engine, number: int) -> None:
    with Session(engine) as session, session.begin():
        session.execute(update(Counter).values(next=number))


def keeps_what_it_knows(app: Flask, engine: Engine) -> None:
    """Have the blocks read once, so that a lucky guess neither reads nor waits."""
    app.extensions["shortlinks"].known_blocks = BlockCache(lambda: engine, clock=lambda: 0.0)
    app.extensions["shortlinks"].known_blocks.find_all([0, 2**62])


def answer(app: Flask, number: int, login: bool) -> tuple[int, int] | None:
    """Return what the code of a number stands for: the block's id and the position."""
    return found(resolve(app.extensions["shortlinks"].codes.encode(number, login=login, key_id="1")))


def found(hit: Hit | None) -> tuple[int, int] | None:
    return None if hit is None else (hit.block.id, hit.position)


def place(blocks: Iterable[LinkBlock], number: int, login: bool) -> tuple[int, int] | None:
    """Return the same by plain arithmetic."""
    for block in blocks:
        if block.login == login and block.first <= number < block.first + block.count:
            return block.id, number - block.first
    return None


def last_begun(blocks: list[LinkBlock], number: int) -> LinkBlock:
    """Return the last block that begins at or before a number; it may end before it."""
    return blocks[bisect_right(blocks, number, key=lambda block: block.first) - 1]


def _proven(codes: Codes, code: str, login: bool) -> int | None:
    for reading in codes.readings(code):
        if reading.login == login and codes.verifies(reading, "1"):
            return reading.number
    return None
