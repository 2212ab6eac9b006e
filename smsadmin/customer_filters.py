"""Filters over a host's model: what `ModelCustomers(filters=...)` is told, and the SQL it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

from smsadmin.host import Filter, FilterKind, Rule, UnknownFilter


@dataclass(frozen=True)
class ModelFilter:
    """A filter over one attribute of the host's model, e.g. `ModelFilter("city", "City", FilterKind.CHOICE)`."""

    attribute: str
    label: Any
    kind: FilterKind

    def declared(self, name: str) -> Filter:
        """Return it as the plugin knows it."""
        return Filter(name, self.label, self.kind)


def conditions(
    model: type[Any], filters: Mapping[str, ModelFilter], rule: Rule, zone: str
) -> list[ColumnElement[bool]]:
    """Return what a customer under the rule fulfils; raise `UnknownFilter` for one that the host has
    not, or that cannot compare with the stored value any more.

    A rule with an unknown filter must choose nobody: leaving the filter out would send to everyone.
    """
    found = []
    for name, value in sorted(rule.items()):
        if name not in filters:
            raise UnknownFilter(name)
        column = getattr(model, filters[name].attribute)
        try:
            found.append(_condition(column, filters[name].kind, value, zone))
        except (ValueError, ArithmeticError) as error:
            raise UnknownFilter(name) from error
    return found


def _condition(column: Any, kind: FilterKind, value: str, zone: str) -> ColumnElement[bool]:
    met: ColumnElement[bool]
    if kind is FilterKind.CHOICE:
        met = column == value
    elif kind is FilterKind.AT_LEAST:
        met = column >= Decimal(value)
    else:
        met = column >= _beginning(column, date.fromisoformat(value), zone)
    return met


def _beginning(column: Any, day: date, zone: str) -> date | datetime:
    """Return the first moment of a day of the shop's, in the type of the column: a date, or a time in UTC."""
    # A type of the host's own says what it is by what it is made of.
    kept = getattr(column.type, "impl", column.type)
    if not issubclass(kept.python_type, datetime):
        return day
    moment = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    return moment if getattr(kept, "timezone", False) else moment.replace(tzinfo=None)
