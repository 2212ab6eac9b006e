"""A login code with any character flipped, dropped, added or moved signs nobody in, asked over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shortlinks.blocks import block_code, reserve
from shortlinks.codes import ALPHABET
from shortlinks.flusher import flush_once
from shortlinks.models import LinkBlock, Login
from tests.shortlinks.conftest import a_person
from tests.shortlinks.host import KEY, OTHER_KEY, make_host

TARGET = "http://localhost/cabinet"
DOOR = "/door"
"""Where the host sends strangers who ask for an address that is not ours, as with a slash in the code."""
MANY = 100_000
"""Positions of a block: a forged number should meet an existing one as often as it can."""

# Every character that an address may hold, and all those of codes more often than by chance.
CHARACTERS = st.sampled_from(ALPHABET) | st.characters(exclude_categories=["Cs"])

usual = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def blocks(app: Flask, engine: Engine) -> list[LinkBlock]:
    """Login and tracking blocks side by side; the form's token is not what protects here."""
    app.config["WTF_CSRF_ENABLED"] = False
    return [
        reserve(engine, url=TARGET, owner=owner, link_index=index, count=MANY, login=login)
        for owner in ("b1", "b2")
        for index, login in ((0, True), (1, False), (1, True))
    ]


@pytest.fixture
def login_code(blocks: list[LinkBlock]) -> Callable[[int], str]:
    """Return the code of the n-th of all login positions."""
    logins = [block for block in blocks if block.login]
    return lambda nth: block_code(logins[nth % len(logins)], nth // len(logins) % MANY)


@pytest.fixture
def signs_nobody_in(app: Flask, engine: Engine) -> Callable[[str], None]:
    def check(forged: str) -> None:
        browser = a_person(app)
        for method in ("GET", "HEAD", "POST"):
            answer = browser.open(f"/sms/in/{quote(forged, safe='')}", method=method)
            assert answer.status_code == 404 or answer.location == DOOR, (forged, method)
        location = browser.get(f"/l/{quote(forged, safe='')}").location
        # By luck, once in thousands, it is somebody's tracking code: that leads on and nothing else.
        assert location in (None, DOOR, TARGET), forged
        assert is_a_stranger(browser), forged

    return check


def is_a_stranger(browser: FlaskClient) -> bool:
    with browser.session_transaction() as session:
        return "_user_id" not in session


def logins(app: Flask, engine: Engine) -> int:
    """Return how many posted forms are written down, whatever came of them."""
    flush_once(app)
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Login)) or 0


@contextmanager
def nobody_is_written_down(app: Flask, engine: Engine) -> Iterator[None]:
    yield
    assert logins(app, engine) == 0


def test_the_code_itself_signs_in(
    app: Flask, engine: Engine, client: FlaskClient, login_code: Callable[[int], str]
) -> None:
    assert client.post(f"/sms/in/{login_code(0)}").location == TARGET
    assert not is_a_stranger(client)
    assert logins(app, engine) == 1


def test_no_flipped_character_signs_in(
    app: Flask, engine: Engine, login_code: Callable[[int], str], signs_nobody_in: Callable[[str], None]
) -> None:
    @usual
    @given(st.integers(0), st.integers(0), CHARACTERS)
    def check(nth: int, place: int, character: str) -> None:
        code = login_code(nth)
        place %= len(code)
        if code[place] != character:
            signs_nobody_in(code[:place] + character + code[place + 1 :])

    with nobody_is_written_down(app, engine):
        check()


def test_an_address_with_a_slash_too_many_is_not_mended(
    client: FlaskClient, login_code: Callable[[int], str]
) -> None:
    # Signed in, since this host asks strangers to sign in first.
    client.get("/door/manager")
    code = login_code(0)

    for address in (f"/l//{code}", f"/sms/in//{code}", f"/sms//in/{code}", f"/l/{code}/", f"/sms/in/{code}/"):
        assert client.get(address).status_code == 404, address


def test_no_dropped_character_signs_in(
    app: Flask, engine: Engine, login_code: Callable[[int], str], signs_nobody_in: Callable[[str], None]
) -> None:
    @usual
    @given(st.integers(0), st.integers(0))
    def check(nth: int, place: int) -> None:
        code = login_code(nth)
        place %= len(code)
        signs_nobody_in(code[:place] + code[place + 1 :])

    with nobody_is_written_down(app, engine):
        check()


def test_no_added_character_signs_in(
    app: Flask, engine: Engine, login_code: Callable[[int], str], signs_nobody_in: Callable[[str], None]
) -> None:
    @usual
    @given(st.integers(0), st.integers(0), CHARACTERS)
    def check(nth: int, place: int, character: str) -> None:
        code = login_code(nth)
        place %= len(code) + 1
        signs_nobody_in(code[:place] + character + code[place:])

    with nobody_is_written_down(app, engine):
        check()


def test_no_beginning_and_no_end_of_a_code_signs_in(
    app: Flask, engine: Engine, login_code: Callable[[int], str], signs_nobody_in: Callable[[str], None]
) -> None:
    code = login_code(7)

    with nobody_is_written_down(app, engine):
        for length in range(1, len(code)):
            signs_nobody_in(code[:length])
            signs_nobody_in(code[length:])


def test_the_tag_of_one_code_proves_no_other(
    app: Flask, engine: Engine, login_code: Callable[[int], str], signs_nobody_in: Callable[[str], None]
) -> None:
    @usual
    @given(st.integers(0), st.integers(0))
    def check(nth: int, other: int) -> None:
        ours, theirs = login_code(nth), login_code(other)
        if ours != theirs:
            signs_nobody_in(ours[:-8] + theirs[-8:])

    with nobody_is_written_down(app, engine):
        check()


def test_a_code_of_a_key_that_did_not_sign_the_block_signs_nobody_in(
    app: Flask, engine: Engine, blocks: list[LinkBlock], signs_nobody_in: Callable[[str], None]
) -> None:
    # A shop that has both keys knows the second one too, but this block was signed with the first.
    spool = app.extensions["shortlinks"].settings.spool
    both = make_host(engine, spool, SHORTLINKS_KEYS={"1": KEY, "2": OTHER_KEY})
    codes = both.extensions["shortlinks"].codes

    with nobody_is_written_down(app, engine):
        for position in range(20):
            signs_nobody_in(codes.encode(blocks[0].first + position, login=True, key_id="2"))
