"""Blocks: reserved once, resolved exactly, never forged."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shortlinks.blocks import (
    address_chars,
    block_code,
    masked_address,
    reserve,
    resolve,
    revoke,
    short_address,
)
from shortlinks.models import LinkBlock
from shortlinks.shortener import NoLogin
from tests.shortlinks.host import KEY, OTHER_KEY, ShopGate, make_host

URL = "http://localhost/cabinet"


def a_block(
    engine: Engine, *, owner: str = "b1", link_index: int = 0, count: int = 3, login: bool = False
) -> LinkBlock:
    return reserve(engine, url=URL, owner=owner, link_index=link_index, count=count, login=login)


@pytest.mark.parametrize("login", [False, True])
def test_every_code_of_a_block_resolves_to_its_position(app: Flask, engine: Engine, login: bool) -> None:
    a_block(engine, owner="before")
    block = a_block(engine, login=login)
    a_block(engine, owner="after")
    for position in range(3):
        hit = resolve(block_code(block, position))
        assert hit is not None
        assert (hit.block.id, hit.position, hit.number) == (block.id, position, block.first + position)


def test_the_numbers_around_a_block_resolve_to_nothing(app: Flask, engine: Engine) -> None:
    block = a_block(engine)
    codes = app.extensions["shortlinks"].codes
    assert resolve(codes.encode(block.first + 3, login=False, key_id="1")) is None


@pytest.mark.parametrize("position", [-1, 3])
def test_a_position_outside_the_block_has_no_code(app: Flask, engine: Engine, position: int) -> None:
    with pytest.raises(IndexError):
        block_code(a_block(engine), position)


def test_a_resumed_reserve_finds_its_own_block(app: Flask, engine: Engine) -> None:
    first = a_block(engine)
    again = a_block(engine)
    assert again.id == first.id
    assert a_block(engine, link_index=1).first == first.first + 3


def test_plain_and_login_codes_of_a_link_are_two_blocks(app: Flask, engine: Engine) -> None:
    assert a_block(engine).id != a_block(engine, login=True).id


def test_a_session_of_the_host_will_do_as_well(app: Flask, engine: Engine) -> None:
    with Session(engine) as session:
        block = reserve(session, url=URL, owner="b1", link_index=0, count=2, login=False)
    assert resolve(block_code(block, 1)) is not None


def test_a_link_cannot_be_reserved_again_for_another_address(app: Flask, engine: Engine) -> None:
    a_block(engine)
    with pytest.raises(ValueError, match="already reserved"):
        reserve(engine, url="http://localhost/other", owner="b1", link_index=0, count=3, login=False)


def test_reserving_the_same_link_at_once_makes_one_block(app: Flask, engine: Engine) -> None:
    def reserve_one(_: int) -> int:
        with app.app_context():
            return a_block(engine).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(reserve_one, range(12)))) == 1


def test_reserving_many_links_at_once_never_hands_a_number_out_twice(app: Flask, engine: Engine) -> None:
    def reserve_one(index: int) -> range:
        with app.app_context():
            block = a_block(engine, link_index=index, count=7)
        return range(block.first, block.first + 7)

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for run in pool.map(reserve_one, range(12)) for number in run]
    assert len(numbers) == len(set(numbers)) == 84


def test_all_codes_of_a_block_are_equally_long(app: Flask, engine: Engine) -> None:
    a_block(engine, owner="before", count=30)
    block = a_block(engine, count=100)
    lengths = {len(short_address(block, position)) for position in range(100)}
    assert lengths == {address_chars(False, block)}


def test_the_length_of_the_next_blocks_addresses_is_known_before(app: Flask, engine: Engine) -> None:
    expected = address_chars(True, count=500)
    assert len(short_address(a_block(engine, count=500, login=True), 0)) == expected


def test_a_masked_address_shows_no_code(app: Flask) -> None:
    assert masked_address() == "localhost/l/••••"


def test_forged_and_cut_off_codes_resolve_to_nothing(app: Flask, engine: Engine) -> None:
    code = block_code(a_block(engine, login=True), 1)
    wrong_last = code[:-1] + ("a" if code[-1] != "a" else "b")
    tracking = app.extensions["shortlinks"].codes.encode(1, login=False, key_id="1")
    for forged in (wrong_last, code[:-1], code[:-6], code + "a", "", "a", "Привет", tracking):
        assert resolve(forged) is None


def test_a_block_verifies_only_with_the_key_that_signed_it(app: Flask, engine: Engine, spool: Path) -> None:
    old = a_block(engine)
    code = block_code(old, 0)
    rotated = make_host(engine, spool, SHORTLINKS_KEYS=[f"2:{OTHER_KEY}", f"1:{KEY}"])
    with rotated.app_context():
        new = a_block(engine, owner="b2")
        forged = rotated.extensions["shortlinks"].codes.encode(old.first, login=False, key_id="2")
        assert new.key_id == "2"
        assert resolve(code) is not None
        assert resolve(block_code(new, 0)) is not None
        assert resolve(forged) is None


def test_a_retired_key_retires_its_blocks(app: Flask, engine: Engine, spool: Path) -> None:
    code = block_code(a_block(engine), 0)
    retired = make_host(engine, spool, SHORTLINKS_KEYS={"2": OTHER_KEY})
    with retired.app_context():
        assert resolve(code) is None


def test_login_needs_a_gate(app: Flask, engine: Engine, spool: Path) -> None:
    with make_host(engine, spool).app_context(), pytest.raises(NoLogin, match="gate"):
        a_block(engine, login=True)


def test_login_leads_only_to_the_own_site(app: Flask, engine: Engine) -> None:
    with pytest.raises(NoLogin, match="main site"):
        reserve(engine, url="https://evil.example/", owner="b1", link_index=0, count=1, login=True)


def test_only_web_addresses_can_be_reserved(app: Flask, engine: Engine) -> None:
    with pytest.raises(ValueError, match="link"):
        reserve(engine, url="javascript:alert(1)", owner="b1", link_index=0, count=1, login=False)


def test_a_revoked_link_still_resolves(app: Flask, engine: Engine) -> None:
    block = a_block(engine, login=True)
    assert revoke("b1") == 1
    assert revoke("b1") == 0
    assert resolve(block_code(block, 0)) is not None


def test_a_block_opened_by_another_process_is_found(app: Flask, engine: Engine, spool: Path) -> None:
    with make_host(engine, spool, ShopGate()).app_context():
        block = a_block(engine)
    assert resolve(block_code(block, 0)) is not None
