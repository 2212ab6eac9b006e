"""Phone numbers: what people write, what they search for, and that the quick way changes nothing."""

import re

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from smsadmin.text.phones import search_digits, shown, to_e164


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("+79261234567", "+79261234567"),
        ("8 926 123-45-67", "+79261234567"),
        ("8(926)1234567", "+79261234567"),
        ("79261234567", "+79261234567"),
        ("9261234567", "+79261234567"),
        ("тел. 8 926 123 45 67", "+79261234567"),
        ("+375 29 123-45-67", "+375291234567"),
        ("8 10 375 29 123-45-67", "+375291234567"),
        ("+39 333 123 4567", "+393331234567"),
        ("+49 (0) 171 2345678", "+491712345678"),
        ("+4901712345678", "+491712345678"),
    ],
)
def test_a_number_as_people_write_it_becomes_e164(raw: str, e164: str) -> None:
    assert to_e164(raw) == e164


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "+",
        "нет",
        "12345",
        "+7926123456",
        "+792612345678",
        "89261234567 доб. 5",
        "+7 926 123-45-67 ext. 5",
        "8 926 123 45 ABC",
        "８９２６１２３４５６７",
        "+7926123456７",
        "٨9261234567",
        "375291234567",
        "8 926 123-45-67, 8 495 111-22-33",
        "+80012345678",
        "+99912345678",
        "1" * 300,
    ],
)
def test_what_cannot_be_a_mobile_number_is_none(raw: str) -> None:
    assert to_e164(raw) is None


def test_a_number_without_plus_belongs_to_the_given_region() -> None:
    assert to_e164("(415) 555-2671", region="US") == "+14155552671"


def _by_the_library(raw: str) -> str | None:
    try:
        number = phonenumbers.parse(raw, "RU")
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
    if possible != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@given(
    st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    st.text(st.sampled_from("0123456789"), min_size=4, max_size=13),
)
@example(49, "01712345678")
@example(7, "8005553535")
@example(54, "91123456789")
@example(52, "15512345678")
def test_the_quick_way_answers_as_the_library_does(code: int, national: str) -> None:
    raw = f"+{code}{national}"

    assert to_e164(raw) == _by_the_library(raw)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_none(raw: str) -> None:
    e164 = to_e164(raw)

    assert e164 is None or to_e164(e164) == e164


@given(st.text(st.sampled_from("0123456789７١² +-()./#"), max_size=20))
@example("８９２６１２３４５６７")
@example("+7926123456７")
@example("²9261234567")
def test_what_is_a_number_ends_on_the_digits_by_which_sql_finds_it(raw: str) -> None:
    e164 = to_e164(raw)

    assert e164 is None or re.sub("[^0-9]", "", raw).endswith(e164[-7:])


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("8 926 12", "792612"),
        ("8926", "7926"),
        ("8(495) 1", "74951"),
        ("8-9", "79"),
        ("89261234567", "79261234567"),
        ("88005553535", "78005553535"),
        ("+7 (926) 12", "792612"),
        ("+375 29", "37529"),
        ("9261234567", "9261234567"),
        ("45-67", "4567"),
        ("8123", "8123"),
        ("  8 926  ", "7926"),
    ],
)
def test_a_search_for_a_phone_becomes_digits(typed: str, digits: str) -> None:
    assert search_digits(typed) == digits


@pytest.mark.parametrize("typed", ["", " ", "+", "()", "Иванов", "Иванов 8926", "a@example.com"])
def test_a_search_for_something_else_is_no_phone(typed: str) -> None:
    assert search_digits(typed) is None


@given(st.text(st.sampled_from("0123456789 +-()"), max_size=20))
def test_a_search_holds_digits_only(typed: str) -> None:
    digits = search_digits(typed)

    assert digits is None or digits.isdecimal()


def test_a_number_is_shown_in_groups() -> None:
    assert shown("+79261234567") == "+7 926 123-45-67"


def test_what_is_no_number_is_shown_as_it_is() -> None:
    assert shown("нет") == "нет"
