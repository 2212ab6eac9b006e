"""Makes up the sample customers: pure, the same for the same seed, with the troubles of real lists."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

NAMES: dict[str, list[str]] = json.loads(Path(__file__).with_name("sample_names.json").read_text("utf-8"))
MOBILE_CODES = ("903", "905", "911", "912", "916", "921", "926", "962", "977", "999")
BAD_NUMBERS = ("12345", "8 926 12", "нет телефона", "+7 926 123-45-67-89", "000")
OPENED = datetime(2024, 1, 9, 7, tzinfo=UTC)

GROUPS = ("Новые", "Постоянные", "VIP", "Постоянные", "Новые", "Новые", "Оптовые")
"""How often a group stands here is how often customers have it."""

FATEFUL_ENDINGS = ("9901", "9902", "9903", "9904", "9905", "9906", "9907", "9908", "9909")
"""Endings of a number to which the simulator always does the same, e.g. refuses it: a customer for each."""

FIRST_CUSTOMER = "+79261234567"
"""The phone of the customer whose sign-in is printed; nobody else has it."""

ALSO_STAFF = ("+79160001001", "+79160001002", "+79160001003")
"""Phones of the customers who work here as well."""


@dataclass(frozen=True)
class Person:
    """One sample customer; `e164` is None where nothing can be sent to what he wrote."""

    name: str
    phone: str | None
    e164: str | None
    verified: bool
    locale: str
    city: str
    group: str
    birthday: date | None
    created_at: datetime
    welcome: Decimal
    suppressed: bool
    blocked: bool


def people(count: int, seed: int) -> Iterator[Person]:
    """Make up `count` customers, oldest first.

    Of every hundred one has a bad number, one none, one shares the phone of the customer before him (both
    have verified it, or only the first, by turns), one gets no SMS, and ten have not verified their phone.
    """
    random = Random(seed)  # noqa: S311 - sample data, not secrets
    numbers = _numbers(random, count)
    previous = FIRST_CUSTOMER
    for index in range(count):
        number = previous if _shares(index) else next(numbers)
        previous = number
        locale = "en" if index % 8 == 3 else "ru"
        phone, e164 = _written(random, index, number)
        yield Person(
            name=_name(random, index, locale),
            phone=phone,
            e164=e164,
            verified=e164 is not None and _verifies(index),
            locale=locale,
            city=_one(random, "cities"),
            group=GROUPS[index % len(GROUPS)],
            birthday=date(1950, 1, 1) + timedelta(days=random.randrange(20_000)) if index % 5 else None,
            created_at=OPENED + timedelta(hours=3 * index, minutes=random.randrange(180)),
            welcome=Decimal(random.randrange(1, 31) * 50),
            suppressed=index % 100 == 70,
            blocked=index % 1000 == 88,
        )


def _verifies(index: int) -> bool:
    """Say who verified his phone; the first ones all did: they are there to be looked at."""
    return index < 20 or (index % 10 != 4 and index % 200 != 61)


def _shares(index: int) -> bool:
    return index % 100 == 61


def _numbers(random: Random, count: int) -> Iterator[str]:
    """Offer different numbers: first those that mean something, then random ones that mean nothing."""
    special = [FIRST_CUSTOMER, *ALSO_STAFF]
    special += [f"+7926555{ending}" for ending in FATEFUL_ENDINGS]
    yield from special
    taken = set(special)
    while True:
        number = f"+7{random.choice(MOBILE_CODES)}{random.randrange(10**7):07}"
        if number not in taken and not number[-4:].startswith("99"):
            taken.add(number)
            yield number


def _written(random: Random, index: int, e164: str) -> tuple[str | None, str | None]:
    """Return what this customer wrote, in one of the ways in which people write, and what can be sent to."""
    if index % 100 == 37:
        return BAD_NUMBERS[index // 100 % len(BAD_NUMBERS)], None
    if index % 100 == 43:
        return None, None
    code, a, b, c = e164[2:5], e164[5:8], e164[8:10], e164[10:12]
    spaced, plain = f"{a}-{b}-{c}", f"{a}{b}{c}"
    ways = (e164, f"8 {code} {spaced}", f"+7 ({code}) {spaced}", f"8{code}{plain}", f"7 {code} {plain}")
    return random.choice(ways), e164


def _name(random: Random, index: int, locale: str) -> str:
    if index == 0:
        return "Иванов Иван"
    if locale == "en":
        return f"{_one(random, 'english_names')} {_one(random, 'english_surnames')}"
    if index % 2:
        return f"{_one(random, 'surnames')} {_one(random, 'men')}"
    return f"{_one(random, 'surnames')}а {_one(random, 'women')}"


def _one(random: Random, kind: str) -> str:
    return random.choice(NAMES[kind])
