"""To whom a broadcast goes: the host's filters as fields of the form, and a stored rule in words."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from babel.dates import format_date
from babel.numbers import get_decimal_symbol
from flask_babel import get_locale
from wtforms import Field, StringField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import DateInput, TextInput

from smsadmin.admin.choice_fields import ChoiceField
from smsadmin.admin.forms import SafeForm
from smsadmin.broadcasts.rules import BadValue, as_json, checked, rule_of
from smsadmin.current import host
from smsadmin.host import EVERYONE, Filter, FilterKind, Rule, UnknownFilter
from smsadmin.i18n import _, lazy
from smsadmin.models import Broadcast

PREFIX = "rule_"
LONGEST_VALUE = 30
"""Of a number or a date, in characters."""

SAYS = {
    FilterKind.AT_LEAST: lazy(
        "This is no number that can be compared: write it like 1500 or 99.50, with at most 16 digits before the point."
    ),
    FilterKind.SINCE: lazy("This is no date: write it like 2026-12-31."),
}


class Condition(NamedTuple):
    """One line of a rule in words."""

    label: Any
    value: str


class RecipientsFields(SafeForm):
    """A field for each filter of the host's; made by `fields`, since hosts differ."""

    def filters(self) -> list[Field]:
        """Return the fields in the host's order."""
        return [self[PREFIX + one.name] for one in host().customers.filters]

    def rule(self) -> str:
        """Return the rule as it is stored; of a form that is right."""
        entries = {one.name: self[PREFIX + one.name].data or "" for one in host().customers.filters}
        return as_json(checked(entries))


def fields(stored: Rule = EVERYONE) -> dict[str, Any]:
    """Return the fields of the host's filters by name; a stored choice is offered even where nobody has it now."""
    return {PREFIX + one.name: _field(one, stored.get(one.name, "")) for one in host().customers.filters}


def entered(rule: Rule) -> dict[str, str]:
    """Return a stored rule as what was entered, numbers as the reader writes them."""
    known = {one.name: one for one in host().customers.filters}
    return {PREFIX + name: _as_written(known.get(name), value) for name, value in rule.items()}


def _as_written(one: Filter | None, value: str) -> str:
    """Return a stored number with the reader's own sign before its fraction, else what is stored."""
    if one is None or one.kind is not FilterKind.AT_LEAST:
        return value
    return value.replace(".", get_decimal_symbol(get_locale()))


def _field(one: Filter, stored: str) -> Any:
    if one.kind is FilterKind.CHOICE:
        offered = sorted({*host().customers.choices(one.name), *([stored] if stored else [])})
        choices = [("", lazy("any")), *((value, value) for value in offered)]
        return ChoiceField(one.label, choices=choices)
    right = [Length(max=LONGEST_VALUE, message=lazy("At most %(max)d characters.")), _check(one)]
    if one.kind is FilterKind.SINCE:
        return StringField(one.label, right, widget=DateInput())
    # A number field takes no comma in an English browser.
    return StringField(one.label, right, widget=TextInput(), render_kw={"inputmode": "decimal"})


def _check(one: Filter) -> Any:
    def check(_form: Any, field: Any) -> None:
        try:
            checked({one.name: field.data or ""})
        except BadValue as error:
            raise ValidationError(SAYS[one.kind]) from error

    return check


def in_words(broadcast: Broadcast) -> list[Condition]:
    """Return what a customer has to fulfil; nothing: everyone gets it."""
    known = {one.name: one for one in host().customers.filters}
    rule = rule_of(broadcast)
    ordered = [name for name in known if name in rule] + unknown_filters(broadcast)
    return [_condition(name, known.get(name), rule[name]) for name in ordered]


def _condition(name: str, one: Filter | None, value: str) -> Condition:
    if one is not None and one.kind is FilterKind.SINCE:
        value = format_date(date.fromisoformat(value), "d MMM y", locale=get_locale())
    return Condition(one.label if one else name, _as_written(one, value))


def unknown_filters(broadcast: Broadcast) -> list[str]:
    """Return the names in a broadcast's rule that are no filters of the host's now."""
    known = {one.name for one in host().customers.filters}
    return sorted(set(rule_of(broadcast)) - known)


def refuse_unknown(broadcast: Broadcast) -> None:
    """Raise `UnknownFilter` where nobody can tell to whom a broadcast goes."""
    if names := unknown_filters(broadcast):
        raise UnknownFilter(names[0])


def unknown_sentence(names: Sequence[str]) -> str:
    """Say which filters are gone."""
    said: str = _(
        "The shop does not offer this choice of customers any more: %(names)s. Nothing can be sent by it.",
        names=", ".join(names),
    )
    return said
