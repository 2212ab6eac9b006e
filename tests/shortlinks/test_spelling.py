"""Numbers are spelt exactly as hashids spells them, whatever the salt: codes that were sent must not change."""

import pytest
from hashids import Hashids
from hypothesis import given
from hypothesis import strategies as st

from shortlinks.spelling import ALPHABET, BASE, Spelling

SALTS = ["", "salt", "соль", "a much longer salt than the alphabet has characters, which hashids cuts off"]
NUMBERS = st.one_of(st.integers(0, 2**63 - 1), st.integers(0, BASE**4))


@given(st.sampled_from(SALTS), NUMBERS)
def test_numbers_are_written_as_hashids_writes_them(salt: str, number: int) -> None:
    assert Spelling(salt).write(number) == Hashids(salt=salt, alphabet=ALPHABET).encode(number)


@pytest.mark.parametrize("salt", SALTS)
def test_the_first_numbers_and_all_boundaries_are_written_and_read_alike(salt: str) -> None:
    spelling, hashids = Spelling(salt), Hashids(salt=salt, alphabet=ALPHABET)
    boundaries = [BASE**digits + step for digits in range(1, 12) for step in range(-3, 4)]

    for number in [*range(4000), *boundaries]:
        assert spelling.write(number) == hashids.encode(number)
        assert spelling.read(spelling.write(number)) == number


@given(st.sampled_from(SALTS), st.text(ALPHABET + "0OIl1é", max_size=12))
def test_what_is_no_number_to_hashids_is_none_here(salt: str, text: str) -> None:
    assert Spelling(salt).read(text) == _number(Hashids(salt=salt, alphabet=ALPHABET), text)


@given(st.sampled_from(SALTS), NUMBERS, st.integers(0, 12), st.sampled_from(ALPHABET))
def test_a_changed_character_reads_as_hashids_reads_it(
    salt: str, number: int, place: int, character: str
) -> None:
    text = Spelling(salt).write(number)
    changed = text[:place] + character + text[place + 1 :]

    assert Spelling(salt).read(changed) == _number(Hashids(salt=salt, alphabet=ALPHABET), changed)


def _number(hashids: Hashids, text: str) -> int | None:
    numbers = hashids.decode(text)
    return numbers[0] if len(numbers) == 1 else None
