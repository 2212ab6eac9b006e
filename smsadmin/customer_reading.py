"""From rows of a host's model to `Customer`: a million of them are read for one broadcast.

Making an object of the host's model costs more than all that a broadcast does with it: so columns are read as
columns, and the object is made only where something else is asked for, such as a function of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, null
from sqlalchemy.orm import ColumnProperty, InstrumentedAttribute, Session

from smsadmin.host import Customer


@dataclass(frozen=True)
class InWords:
    """An attribute and how its value is written in a text, e.g. `InWords("balance", lambda rubles: f"{rubles:f}")`.

    `words` is not asked about NULL, which is written as nothing.
    """

    attribute: str
    words: Callable[[Any], str]


Source = str | InWords | Callable[[Any], Any]
"""An attribute's name, an attribute in words, or a function of the host's object, which is slower."""


class CustomerReading:
    """How customers are read out of one model; each argument says where one field of `Customer` comes from."""

    def __init__(  # noqa: PLR0913 - one argument per field
        self,
        model: type[Any],
        *,
        key: str,
        phone: str,
        name: str,
        verified: str,
        phone_e164: str | None,
        locale: str | Callable[[Any], Any] | None,
        since: str | None,
        values: Mapping[str, Source],
    ) -> None:
        self._model = model
        self._sources = (key, phone, name, verified, phone_e164, locale, since, *values.values())
        self._in_words = [(name, _words(source)) for name, source in values.items()]

    def read(self, session: Session, query: Select[Any]) -> list[Customer]:
        """Return the customers of a query that selects objects of the model."""
        return [self._customer(row) for row in self._rows(session, query)]

    def _rows(self, session: Session, query: Select[Any]) -> Iterator[Sequence[Any]]:
        """Return a value for each source."""
        if self._columns is not None:
            return iter(session.execute(query.with_only_columns(*self._columns)))
        gets = [_get(source) for source in self._sources]
        return ([get(found) for get in gets] for found in session.scalars(query))

    @cached_property
    def _columns(self) -> list[Any] | None:
        """Return the columns that are all that the sources need, None where they need the object."""
        columns = [self._column(source) for source in self._sources]
        return None if any(column is None for column in columns) else columns

    def _column(self, source: Source | None) -> Any:
        if source is None:
            return null()
        name = source.attribute if isinstance(source, InWords) else source
        found = getattr(self._model, name, None) if isinstance(name, str) else None
        is_column = isinstance(found, InstrumentedAttribute) and isinstance(found.property, ColumnProperty)
        return found if is_column else None

    def _customer(self, row: Sequence[Any]) -> Customer:
        key, phone, name, verified, e164, locale, since, *values = row
        return Customer(
            str(key),
            e164 or phone,
            name or "",
            bool(verified),
            str(locale) if locale else "ru",
            _utc(since),
            {
                placeholder: words(value) if value is not None else ""
                for (placeholder, words), value in zip(self._in_words, values, strict=True)
            },
        )


def _get(source: Source | None) -> Callable[[Any], Any]:
    if source is None:
        return lambda _: None
    if isinstance(source, InWords):
        return attrgetter(source.attribute)
    return attrgetter(source) if isinstance(source, str) else source


def _words(source: Source) -> Callable[[Any], str]:
    return source.words if isinstance(source, InWords) else str


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
