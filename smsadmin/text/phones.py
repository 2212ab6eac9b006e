"""Phone numbers: into E.164 for the tables, into digits for a search, into the form that people read.

Whether a number *can* be a mobile phone is decided by its length alone, as phonenumbers knows it for the
country. The finer patterns of assigned ranges are left out on purpose: they age, and a new range that we
would refuse is a customer who never gets his SMS, while a number that does not exist costs one refusal by the
provider.
"""

import re
import unicodedata
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType, ValidationResult

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SEARCHABLE = re.compile(r"[\d\s+().\-\u2010-\u2015]+")
_TRUNK_EIGHT = re.compile(r"8(?=[^0-9]|9|[0-9]{10}$)")
"""An 8 that stands for +7: set apart, before a mobile code (9…), or the first of eleven digits."""


def to_e164(raw: str, region: str = "RU") -> str | None:
    """Return `raw` as E.164, or None when it cannot be a mobile number.

    A number without "+" is read as one of `region` (ISO 3166), where `8 926…` and `7926…` are both +7926…; it
    is never tried as a foreign one, since a mistyped number would become a stranger's. What is E.164 with a
    known length already is returned as it is, without the 15–80 µs that parsing costs. Letters behind the
    first digit are refused: phonenumbers reads them as the keys of a telephone. Digits of other scripts are too:
    SQL that looks for a number's digits does not see them, so two who share a phone would go unnoticed.
    """
    return raw if _is_settled(raw) else _parsed(raw, region)


def search_digits(text: str) -> str | None:
    """Return the digits that a search for a phone means, a beginning or a fragment of E.164 digits.

    `8 926 12` and `+7 (926) 12` are both `792612`; a text that is no phone (a name) gives None.
    """
    text = text.strip()
    if not _SEARCHABLE.fullmatch(text):
        return None
    latin = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    return re.sub(r"[^0-9]", "", _TRUNK_EIGHT.sub("7", latin, count=1) if latin[0] == "8" else latin) or None


def shown(e164: str) -> str:
    """Return a number as people write it internationally, `+7 926 123-45-67`; one we cannot read as it is."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _is_settled(raw: str) -> bool:
    """Tell whether parsing would leave `raw` as it is: a mobile's length, no national prefix inside."""
    if not _E164.fullmatch(raw):
        return False
    for digits in (1, 2, 3):
        code = int(raw[1 : 1 + digits])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            lengths, prefix = _country(code)
            national = raw[1 + digits :]
            return len(national) in lengths and not (prefix and prefix.match(national))
    return False


@cache
def _country(code: int) -> tuple[frozenset[int], re.Pattern[str] | None]:
    """Return the lengths of a mobile number behind a country code, and what the national prefix looks like.

    Several countries behind one code (+7, +1) share the main country's numbers, as in phonenumbers itself.
    """
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code][0]
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    lengths = frozenset(
        length
        for length in range(4, 15)
        if phonenumbers.is_possible_number_for_type_with_reason(
            phonenumbers.PhoneNumber(country_code=code, national_number=10 ** (length - 1)),
            PhoneNumberType.MOBILE,
        )
        == ValidationResult.IS_POSSIBLE
    )
    prefix = metadata.national_prefix_for_parsing if metadata else None
    return lengths, re.compile(prefix) if prefix else None


def _parsed(raw: str, region: str) -> str | None:
    """Do what `to_e164` promises the slow way, for numbers as people write them."""
    behind_first_digit = re.sub(r"^\D*", "", raw)
    if any(char.isalpha() or (char.isdigit() and not char.isascii()) for char in behind_first_digit):
        return None
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
    if number.extension or possible != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
