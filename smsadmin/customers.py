"""The host's customers over any SQLAlchemy model: what most hosts hand to `SmsAdmin(customers=...)`."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, func, or_, select, true
from sqlalchemy.orm import Session

from smsadmin.current import settings
from smsadmin.customer_filters import ModelFilter, conditions
from smsadmin.customer_reading import CustomerReading, InWords, Source
from smsadmin.customer_search import digits_of, name_like, phone_like
from smsadmin.database import among, autocommitting
from smsadmin.host import EVERYONE, Customer, Filter, Page, Rule
from smsadmin.text.phones import search_digits, to_e164

KEYS_PER_QUERY = 1000

BIGGEST_KEY = 2**63

CHOICES = 500
"""The most values that a filter offers."""

LAST_DIGITS = 7
"""The last digits are the same however a number is written; who ends alike is then compared as a whole."""

__all__ = ["InWords", "ModelCustomers"]


class ModelCustomers:
    """Read `host.Customers` out of one model.

    Every argument but `model` and `db` names an attribute of the model; `locale` and each of `values`
    (placeholder → where its text comes from) may also be a function of the host's object. For `values` an
    `InWords` does the same several times faster where one attribute is all that is needed.

    - `verified` is a flag, or a column that is NULL until the customer has shown that the phone is his.
    - `phone_e164` names a column that holds the same phone as E.164 or NULL: with it (and an index on it) a
      customer is found by his phone at once; without it every search reads the whole table, whatever way
      the host writes phones; `region` is the country of numbers without a country code.
    - `since` (naive times are UTC) decides who is the older one where keys are no integers: then an index on
      (`since`, `key`) serves the lists; integer keys are taken as counting up.
    - `url` is a function from the customer's key to the host's own page about him.
    - `filters` (name → `ModelFilter`) are those by which broadcasts may choose; an index on their columns helps.

    Example: `ModelCustomers(User, db=db, phone="mobile", verified="mobile_confirmed_at", name="full_name")`
    """

    def __init__(  # noqa: PLR0913 - one argument per thing that hosts name in their own way
        self,
        model: type[Any],
        *,
        db: Any,
        phone: str = "phone",
        verified: str = "phone_verified",
        name: str = "name",
        key: str = "id",
        phone_e164: str | None = None,
        region: str = "RU",
        locale: str | Callable[[Any], Any] | None = None,
        since: str | None = None,
        values: Mapping[str, Source] | None = None,
        url: Callable[[str], str] | None = None,
        filters: Mapping[str, ModelFilter] | None = None,
    ) -> None:
        self._model = model
        self._db = db
        self._region = region
        self._key = getattr(model, key)
        self._name = getattr(model, name)
        self._phone = getattr(model, phone)
        self._e164 = getattr(model, phone_e164) if phone_e164 else None
        self._since = getattr(model, since) if since else None
        self._is_verified = _is_set(getattr(model, verified))
        self._reading = CustomerReading(
            model,
            key=key,
            phone=phone,
            name=name,
            verified=verified,
            phone_e164=phone_e164,
            locale=locale,
            since=since,
            values=values or {},
        )
        self._url = url
        self._counts_up = self._key.type.python_type is int
        self.placeholders: Sequence[str] = tuple(values or {})
        self._filters = dict(filters or {})
        self.filters: Sequence[Filter] = tuple(one.declared(name) for name, one in self._filters.items())

    def choices(self, name: str) -> Sequence[str]:
        """Return the values that customers have there, in order, the first few hundred."""
        column = getattr(self._model, self._filters[name].attribute)
        with self._session() as session:
            found = session.scalars(select(column).where(column.is_not(None)).distinct().order_by(column))
            return [str(value) for value in found.fetchmany(CHOICES) if str(value)]

    def count(self, rule: Rule = EVERYONE) -> int:
        """Return how many customers are under the rule."""
        with self._session() as session:
            query = select(func.count()).select_from(self._model).where(*self._under(rule))
            return session.scalar(query) or 0

    def batch(
        self, verified: bool, after: str | None, limit: int, rule: Rule = EVERYONE
    ) -> Sequence[Customer]:
        """Return up to `limit` (un)verified customers under the rule, oldest first, that come after the key `after`.

        Where keys are no integers and `after` has been deleted meanwhile, its place is lost and the list
        starts again from its beginning, so that nobody is left out.
        """
        with self._session() as session:
            wanted = self._is_verified if verified else ~self._is_verified
            query = select(self._model).where(wanted, *self._under(rule)).order_by(*self._oldest_first())
            if after is not None:
                query = query.where(self._after(session, after))
            return self._reading.read(session, query.limit(limit))

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Customer]:
        """Return the customers that (still) exist, by key; what cannot be a key is nobody's."""
        wanted = [key for key in map(self._host_key, keys) if key is not None]
        found: dict[str, Customer] = {}
        with self._session() as session:
            for start in range(0, len(wanted), KEYS_PER_QUERY):
                some = wanted[start : start + KEYS_PER_QUERY]
                query = select(self._model).where(self._is_among(some))
                found.update((customer.key, customer) for customer in self._reading.read(session, query))
        return found

    def shared(self, phones: Collection[str]) -> Collection[str]:
        """Return those of these E.164 numbers that more than one customer has verified."""
        if not phones:
            return set()
        with self._session() as session:
            if self._e164 is not None:
                verified = select(self._e164).where(among(self._e164, phones), self._is_verified)
                return set(session.scalars(verified.group_by(self._e164).having(func.count() > 1)))
            digits = digits_of(session, self._phone)
            # From so far on; the whole where there are fewer.
            end = func.substr(digits, func.length(digits) - (LAST_DIGITS - 1), type_=String)
            ends = {phone[-LAST_DIGITS:] for phone in phones}
            written = session.scalars(select(self._phone).where(among(end, ends), self._is_verified)).all()
        holders = Counter(to_e164(phone, self._region) for phone in written)
        return {phone for phone in phones if holders[phone] > 1}

    def search(self, text: str, offset: int, limit: int) -> Page:
        """Find customers by all words in the name, whatever the case, or the phone's digits; newest first."""
        with self._session() as session:
            matches = self._matches(session, text)
            total = session.scalar(select(func.count()).select_from(self._model).where(*matches)) or 0
            newest_first = [column.desc() for column in self._oldest_first()]
            query = select(self._model).where(*matches).order_by(*newest_first)
            return Page(self._reading.read(session, query.offset(offset).limit(limit)), total)

    def url(self, key: str) -> str | None:
        """Return the address of the host's own page about this customer, if it has one."""
        return self._url(key) if self._url else None

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """See uncommitted customers inside the host's transaction; outside leave no transaction open."""
        if self._db.session().in_transaction():
            yield self._db.session()
            return
        with Session(autocommitting(self._db.engine)) as session:
            yield session

    def _host_key(self, key: str) -> Any:
        """Return the key in the host's own type, or None for what cannot be one."""
        try:
            if self._counts_up:
                return int(key) if abs(int(key)) < BIGGEST_KEY else None
            return UUID(key) if self._key.type.python_type is UUID else key
        except ValueError:
            return None

    def _under(self, rule: Rule) -> list[ColumnElement[bool]]:
        return conditions(self._model, self._filters, rule, settings().timezone) if rule else []

    def _is_among(self, keys: list[Any]) -> ColumnElement[bool]:
        if self._key.type.python_type not in (int, str):
            listed: ColumnElement[bool] = self._key.in_(keys)
            return listed
        return among(self._key, keys)

    def _oldest_first(self) -> list[ColumnElement[Any]]:
        if self._counts_up or self._since is None:
            return [self._key]
        return [self._since.is_not(None), self._since, self._key]

    def _after(self, session: Session, after: str) -> ColumnElement[bool]:
        """Say what comes after this key in the order of `_oldest_first`."""
        key = self._host_key(after)
        behind: ColumnElement[bool] = self._key > key
        if self._counts_up or self._since is None:
            return behind
        found = session.execute(select(self._since.is_(None)).where(self._key == key)).one_or_none()
        if found is None:
            return true()
        if found[0]:
            return or_(self._since.is_not(None), behind)
        # The moment never leaves the database: SQLite compares texts, and one that it wrote itself has no
        # microseconds, so that it differs from the same moment sent by us.
        place = select(self._since).where(self._key == key).scalar_subquery()
        return or_(self._since > place, and_(self._since == place, behind))

    def _matches(self, session: Session, text: str) -> list[ColumnElement[bool]]:
        if not text.strip():
            return []
        by_name = name_like(session, self._name, text)
        digits = search_digits(text)
        if not digits:
            return [by_name]
        if self._e164 is not None:
            return [or_(by_name, self._e164.contains(digits, autoescape=True))]
        return [or_(by_name, phone_like(session, self._phone, digits, self._region))]


def _is_set(column: Any) -> ColumnElement[bool]:
    """A flag is set where it is true, any other column (a date, say) where it has a value."""
    flag: ColumnElement[bool] = column.is_(True) if column.type.python_type is bool else column.is_not(None)
    return flag
