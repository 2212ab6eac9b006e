"""The rule of a broadcast: which of the host's filters a customer has to pass, kept as JSON; pure but for the host."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from smsadmin.current import host
from smsadmin.host import Filter, FilterKind, Rule
from smsadmin.models import Broadcast

MAGNITUDES = range(-9, 16)
"""The powers of ten of what a customer has: beyond them a number of ten characters fills megabytes when written out."""

YEARS = range(1900, 2200)
"""A day outside of them is no customer's, and a zone may not reach it."""


class BadValue(ValueError):
    """A filter was given something that it cannot compare; `name` is the filter's."""

    def __init__(self, name: str, value: str, kind: FilterKind) -> None:
        super().__init__(f"{value!r} is nothing for the filter {name!r} ({kind.value})")
        self.name, self.value, self.kind = name, value, kind


def rule_of(broadcast: Broadcast) -> Rule:
    """Return the rule of a broadcast; an empty one is everyone."""
    found: dict[str, str] = json.loads(broadcast.rule)
    return found


def as_json(rule: Rule) -> str:
    """Return a rule as it is stored, the same text for the same rule."""
    return json.dumps(dict(sorted(rule.items())), ensure_ascii=False)


def checked(values: Mapping[str, str]) -> Rule:
    """Return the rule that these entries make, without the empty ones; raise `BadValue`.

    Numbers may have a comma, and blanks between thousands, as people write them.
    """
    filters = {one.name: one for one in host().customers.filters}
    return {name: _checked(filters[name], value.strip()) for name, value in values.items() if value.strip()}


def _checked(one: Filter, value: str) -> str:
    try:
        if one.kind is FilterKind.AT_LEAST:
            number = Decimal("".join(value.split()).replace(",", "."))
            if not number.is_finite() or number.adjusted() not in MAGNITUDES:
                raise BadValue(one.name, value, one.kind)
            return f"{number:f}"
        if one.kind is FilterKind.SINCE:
            day = date.fromisoformat(value)
            if day.year not in YEARS:
                raise BadValue(one.name, value, one.kind)
            return day.isoformat()
    except (InvalidOperation, ValueError) as error:
        raise BadValue(one.name, value, one.kind) from error
    return value
