"""Codes: short, of a known length, and worth nothing without the key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlinks.codes import ALPHABET, Codes, UnknownKey, code_chars, first_fitting

CODES = Codes("salt", {"1": b"k" * 32, "2": b"o" * 32})
NUMBERS = st.integers(0, 2**62)


KINDS = st.sampled_from([(False, False), (True, False), (False, True)])
"""Login, and personal: the three kinds of codes."""


def read(code: str, login: bool, personal: bool = False) -> int | None:
    """Return the number that `code` proves with key 1, read as a code of this kind."""
    for reading in CODES.readings(code):
        if (reading.login, reading.personal) == (login, personal) and CODES.verifies(reading, "1"):
            return reading.number
    return None


@given(NUMBERS, KINDS)
def test_a_code_reads_back_as_its_number(number: int, kind: tuple[bool, bool]) -> None:
    login, personal = kind
    assert read(CODES.encode(number, login=login, key_id="1", personal=personal), login, personal) == number


@given(NUMBERS, KINDS)
def test_the_length_of_a_code_is_known_before_it_is_made(number: int, kind: tuple[bool, bool]) -> None:
    login, personal = kind
    code = CODES.encode(number, login=login, key_id="1", personal=personal)
    assert code_chars(number, login, personal) == len(code)


@given(NUMBERS, KINDS, KINDS)
def test_a_code_of_one_kind_is_valid_as_no_other(
    number: int, kind: tuple[bool, bool], other: tuple[bool, bool]
) -> None:
    login, personal = kind
    code = CODES.encode(number, login=login, key_id="1", personal=personal)
    # Two characters of the longer tags agree with a tracking tag once in 3,249.
    if other not in {kind, (False, False)}:
        assert read(code, *other) is None


def test_a_hundred_million_numbers_fit_into_8_and_14_characters() -> None:
    assert code_chars(100_000_000, login=False) == 8
    assert code_chars(100_000_000, login=True) == 14
    assert code_chars(100_000_000, login=False, personal=True) == 14


def test_the_alphabet_has_no_letters_that_look_alike() -> None:
    assert len(set(ALPHABET)) == 57
    assert not set(ALPHABET) & set("0O1lI")


@pytest.mark.parametrize(("login", "personal"), [(True, False), (False, True)])
def test_a_longer_code_cut_to_the_length_of_a_tracking_code_is_not_valid(login: bool, personal: bool) -> None:
    agreeing = [
        CODES.encode(n, login=login, key_id="1", personal=personal).startswith(
            CODES.encode(n, login=False, key_id="1")
        )
        for n in range(1000)
    ]
    # By chance one in 3,249 agrees.
    assert sum(agreeing) < 5


@pytest.mark.parametrize(("login", "personal"), [(True, False), (False, True)])
def test_every_changed_tag_is_refused(login: bool, personal: bool) -> None:
    code = CODES.encode(12345, login=login, key_id="1", personal=personal)
    for index in range(1, 9):
        for letter in ALPHABET:
            forged = code[:-index] + letter + code[len(code) - index + 1 :]
            assert forged == code or read(forged, login, personal) is None


def test_a_tag_of_another_key_does_not_verify() -> None:
    code = CODES.encode(7, login=True, key_id="2")
    assert read(code, login=True) is None
    assert any(CODES.verifies_with_any_key(reading) for reading in CODES.readings(code))


def test_a_key_that_is_gone_neither_signs_nor_verifies() -> None:
    code = CODES.encode(7, login=True, key_id="2")
    rotated = Codes("salt", {"3": b"n" * 32})
    with pytest.raises(UnknownKey, match="no key '2'"):
        rotated.encode(7, login=True, key_id="2")
    assert not any(rotated.verifies(reading, "2") for reading in rotated.readings(code))


@given(st.text(max_size=40))
def test_no_text_at_all_breaks_reading(text: str) -> None:
    assert all(
        not CODES.verifies_with_any_key(reading) or reading.number >= 0 for reading in CODES.readings(text)
    )


@given(st.integers(0, 10**9), st.integers(1, 5_000_000))
def test_a_run_of_numbers_never_crosses_a_length_boundary(start: int, count: int) -> None:
    first = first_fitting(start, count)
    assert first >= start
    assert code_chars(first, False) == code_chars(first + count - 1, False)


@pytest.mark.parametrize(
    ("start", "count", "first"),
    [
        (0, 40, 0),
        (0, 41, 40),
        (39, 1, 39),
        (39, 2, 40),
        (10, 1_000_000, 64_000),
        (2_000_000, 1_000_000, 2_560_000),
    ],
)
def test_a_run_moves_to_the_next_boundary_only_when_it_must(start: int, count: int, first: int) -> None:
    assert first_fitting(start, count) == first
