"""Parts of an SMS: a table of the boundaries, and a plain reference that packs character by character."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smsadmin.text.parts import BASIC, EXTENDED, Frame, count_parts


@pytest.mark.parametrize(
    ("text", "count", "encoding", "units"),
    [
        ("", 0, "gsm7", 0),
        ("a", 1, "gsm7", 1),
        ("a" * 160, 1, "gsm7", 160),
        ("a" * 161, 2, "gsm7", 161),
        ("a" * 306, 2, "gsm7", 306),
        ("a" * 307, 3, "gsm7", 307),
        ("€" * 80, 1, "gsm7", 160),
        ("€" * 81, 2, "gsm7", 162),
        ("a" * 152 + "€" + "a" * 8, 2, "gsm7", 162),
        ("я" * 70, 1, "ucs2", 70),
        ("я" * 71, 2, "ucs2", 71),
        ("я" * 134, 2, "ucs2", 134),
        ("я" * 135, 3, "ucs2", 135),
        ("😀" * 35, 1, "ucs2", 70),
        ("😀" * 36, 2, "ucs2", 72),
        ("ё", 1, "ucs2", 1),
        ("`", 1, "ucs2", 1),
        ("Grüße, señor Ω", 1, "gsm7", 14),
    ],
)
def test_a_text_takes_the_parts_that_are_billed(text: str, count: int, encoding: str, units: int) -> None:
    parts = count_parts(text)

    assert (parts.count, parts.encoding, parts.units) == (count, encoding, units)


def test_an_extension_character_never_straddles_two_parts() -> None:
    fits_without_the_rule = "a" * 152 + "€" + "a" * 152

    assert count_parts(fits_without_the_rule).units == 306
    assert count_parts(fits_without_the_rule).count == 3


def test_a_surrogate_pair_never_straddles_two_parts() -> None:
    fits_without_the_rule = "я" * 66 + "😀" + "я" * 66

    assert count_parts(fits_without_the_rule).units == 134
    assert count_parts(fits_without_the_rule).count == 3


def _packed(text: str) -> tuple[int, str]:
    """Pack a text into parts one character after another, as the standard tells it."""
    gsm7 = all(char in BASIC or char in EXTENDED for char in text)
    widths = [
        (2 if char in EXTENDED else 1) if gsm7 else len(char.encode("utf-16-le", "surrogatepass")) // 2
        for char in text
    ]
    alone, each = (160, 153) if gsm7 else (70, 67)
    if sum(widths) <= alone:
        return (1 if text else 0), "gsm7" if gsm7 else "ucs2"
    parts = [0]
    for width in widths:
        if parts[-1] + width > each:
            parts.append(0)
        parts[-1] += width
    return len(parts), "gsm7" if gsm7 else "ucs2"


texts = st.one_of(
    st.text(st.sampled_from("ab€{"), max_size=400),
    st.text(st.sampled_from("яж😀"), max_size=300),
    st.text(st.characters(), max_size=200),
)


@given(texts)
@example("a" * 152 + "€" + "a" * 152)
def test_the_quick_count_agrees_with_packing_one_by_one(text: str) -> None:
    parts = count_parts(text)

    assert (parts.count, parts.encoding) == _packed(text)


@given(shared=texts, rest=texts)
@example(shared="я" * 66, rest="😀" + "я" * 66)
@example(shared="a" * 152, rest="€" + "a" * 152)
@example(shared="", rest="")
def test_a_frame_counts_what_the_whole_text_takes_or_leaves_it_to_be_counted(shared: str, rest: str) -> None:
    parts = Frame(shared).parts_with(rest)

    assert parts in {None, count_parts(shared + rest).count}
    assert parts in {None, count_parts(rest + shared).count}
    if not any(char in EXTENDED or char > "\uffff" for char in shared + rest):
        assert parts is not None
