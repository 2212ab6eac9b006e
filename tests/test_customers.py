"""`ModelCustomers` over two hosts that keep their customers differently, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, null, text
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from smsadmin.customers import InWords, ModelCustomers
from smsadmin.host import Customers
from smsadmin.standalone import models as box
from smsadmin.standalone.adapters import customers as box_customers
from tests.hostapp import models as second
from tests.hostapp.contract import clients

FIRST_DAY = datetime(2025, 3, 1, 12, tzinfo=UTC)


@dataclass
class Host:
    """A host's customers and how a test adds one; returns the key."""

    kind: str
    db: Any
    customers: Customers

    def new(self, name: str, phone: str | None = None, verified: bool = True, day: int = 0) -> Any:
        since = FIRST_DAY + timedelta(days=day)
        if self.kind == "box":
            return box.Customer(name=name, phone=phone, phone_verified=verified, created_at=since)
        naive = since.replace(tzinfo=None)
        return second.Client(
            full_name=name, mobile=phone, mobile_ok_at=naive if verified else None, joined=naive
        )

    def add(self, name: str, phone: str | None = None, verified: bool = True, day: int = 0) -> str:
        customer = self.new(name, phone, verified, day)
        self.db.session.add(customer)
        self.db.session.commit()
        key = str(customer.id if self.kind == "box" else customer.uid)
        self.db.session.remove()
        return key

    def remove(self, key: str) -> None:
        model = box.Customer if self.kind == "box" else second.Client
        self.db.session.delete(next(c for c in self.db.session.query(model) if key in c.get_id()))
        self.db.session.commit()
        self.db.session.remove()

    def found(self, text: str) -> list[str]:
        return [customer.name for customer in self.customers.search(text, 0, 100).customers]


@pytest.fixture(params=["box", "second"])
def host(request: pytest.FixtureRequest, database_url: str) -> Iterator[Host]:
    kind = request.param
    tables, customers = (box, box_customers) if kind == "box" else (second, clients)
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    tables.db.init_app(app)
    with app.app_context():
        tables.Base.metadata.create_all(tables.db.engine)
        yield Host(kind, tables.db, customers)
        tables.db.session.remove()
        tables.db.engine.dispose()


def test_a_name_is_found_whatever_the_case_of_its_letters(host: Host) -> None:
    host.add("Иванов Пётр")
    host.add("Петрова Анна")
    host.add("John O'Brien")
    assert host.found("иванов") == ["Иванов Пётр"]
    assert host.found("ПЕТРОВА") == ["Петрова Анна"]
    assert host.found("o'brien") == ["John O'Brien"]


def test_the_words_of_a_name_are_found_in_any_order(host: Host) -> None:
    host.add("Иванов Пётр")
    host.add("Иванов Сергей")
    assert host.found("пётр иванов") == ["Иванов Пётр"]


def test_percent_and_underscore_mean_themselves(host: Host) -> None:
    host.add("100% Анна")
    host.add("Анна_Мария")
    host.add("Борис")
    assert host.found("%") == ["100% Анна"]
    assert host.found("_") == ["Анна_Мария"]
    assert host.found("\\") == []


@pytest.mark.parametrize("stored", ["8 926 123-45-67", "+7 (926) 123-45-67", "+79261234567", "9261234567"])
def test_a_phone_is_found_however_it_is_written(host: Host, stored: str) -> None:
    host.add("Анна", stored)
    host.add("Борис", "8 903 111-22-33")
    for asked in ("8 926 123", "+7 (926) 12", "89261234567", "9261234", "4567"):
        assert host.found(asked) == ["Анна"]


def test_a_country_code_in_the_middle_of_a_number_is_no_match(host: Host) -> None:
    host.add("Анна", "8 499 926-12-34")
    assert host.found("8 926 12") == []


def test_a_search_says_how_many_there_are_and_gives_a_page(host: Host) -> None:
    for day in range(5):
        host.add(f"Анна {day}", day=day)
    page = host.customers.search("анна", offset=1, limit=2)
    assert page.total == 5
    assert [customer.name for customer in page.customers] == ["Анна 3", "Анна 2"]


def test_an_empty_search_finds_everybody(host: Host) -> None:
    host.add("Анна")
    host.add("Борис")
    assert host.customers.search("  ", 0, 10).total == host.customers.count() == 2


def test_a_phone_is_shared_that_two_have_verified_in_whatever_way_they_write_it(host: Host) -> None:
    host.add("Анна", "8 (926) 123-45-67")
    host.add("Борис", "+79261234567")
    host.add("Вера", "8 916 123-45-67")
    host.add("Глеб", "1234567")
    host.add("Дарья", None)
    host.add("Егор", "8 903 111-22-33")
    host.add("Жанна", "8 903 111-22-33", verified=False)
    asked = ["+79261234567", "+79161234567", "+79031112233", "+79999999999"]
    assert set(host.customers.shared(asked)) == {"+79261234567"}
    assert not host.customers.shared(asked[1:])
    assert not host.customers.shared([])


def test_batches_go_from_the_oldest_on_and_leave_nobody_out(host: Host) -> None:
    # Two at a time, and some joined in the same moment.
    keys = [host.add(f"Анна {n}", verified=n != 3, day=n // 3) for n in range(8)]
    seen: list[str] = []
    while batch := host.customers.batch(True, seen[-1] if seen else None, 2):
        seen += [customer.key for customer in batch]
    assert sorted(seen) == sorted(keys[:3] + keys[4:])
    assert len(seen) == 7
    days = [customer.since for key in seen if (customer := host.customers.get_many([key])[key]).since]
    assert days == sorted(days)
    assert [customer.key for customer in host.customers.batch(False, None, 10)] == [keys[3]]


def test_a_deleted_last_customer_makes_nobody_fall_out_of_the_batches(host: Host) -> None:
    keys = [host.add(f"Анна {n}", day=n) for n in range(4)]
    host.remove(keys[1])
    later = [customer.key for customer in host.customers.batch(True, keys[1], 10)]
    assert set(keys[2:]) <= set(later)


def test_only_those_who_still_exist_are_got_by_key(host: Host) -> None:
    key = host.add("Анна")
    gone = host.add("Борис")
    host.remove(gone)
    nonsense = ["no key", "", "1" * 40, str(uuid4()), "²"]
    found = host.customers.get_many([key, gone, *nonsense])
    assert list(found) == [key]
    assert found[key].name == "Анна"


def test_a_customer_is_told_with_locale_and_the_moment_in_utc(host: Host) -> None:
    key = host.add("Анна", "+79261234567")
    customer = host.customers.get_many([key])[key]
    assert (customer.phone, customer.verified, customer.locale) == ("+79261234567", True, "ru")
    assert customer.since == FIRST_DAY


def test_a_customer_of_an_uncommitted_transaction_counts_inside_it(host: Host) -> None:
    host.db.session.add(host.new("Анна"))
    host.db.session.flush()
    assert host.found("анна") == ["Анна"]


@pytest.mark.parametrize("host", ["box"], indirect=True)
def test_customers_are_read_also_while_the_host_writes_its_own(host: Host) -> None:
    """As a host's listener does that calls `emit()`."""
    met: list[str] = []

    def read(_session: Session, _context: object) -> None:
        met.extend(customer.name for customer in host.customers.get_many([key]).values())

    key = host.add("Анна")
    event.listen(host.db.session, "after_flush", read)
    try:
        host.add("Борис")
    finally:
        event.remove(host.db.session, "after_flush", read)

    assert met == ["Анна"]


@pytest.mark.parametrize("within", [True, False])
def test_whom_the_host_hides_from_its_sessions_is_no_customer(host: Host, within: bool) -> None:
    """As a host does that deletes customers by a mark."""
    model = box.Customer if host.kind == "box" else second.Client
    name = model.name if host.kind == "box" else model.full_name

    def hide(state: ORMExecuteState) -> None:
        if state.is_select:
            shown = with_loader_criteria(model, name != "Борис", include_aliases=True)
            state.statement = state.statement.options(shown)

    host.add("Анна")
    gone = host.add("Борис")
    if within:
        host.db.session.execute(text("SELECT 1"))
    event.listen(Session, "do_orm_execute", hide)
    try:
        assert host.customers.get_many([gone]) == {}
        assert [customer.name for customer in host.customers.batch(True, None, 10)] == ["Анна"]
        assert host.customers.count() == 1
    finally:
        event.remove(Session, "do_orm_execute", hide)
        host.db.session.rollback()


def test_reading_leaves_no_transaction_open(host: Host) -> None:
    key = host.add("Анна")
    host.customers.search("анна", 0, 10)
    host.customers.get_many([key])
    assert not host.db.session().in_transaction()


@pytest.mark.parametrize("host", ["second"], indirect=True)
def test_moments_that_the_database_wrote_itself_leave_nobody_out(host: Host) -> None:
    clients = [second.Client(full_name="Анна", mobile_ok_at=datetime(2025, 1, 1)) for _ in range(3)]
    host.db.session.add_all(clients)
    host.db.session.commit()
    assert len(one_by_one(host)) == 3


@pytest.mark.parametrize("host", ["second"], indirect=True)
def test_those_without_a_date_come_first_and_all_come(host: Host) -> None:
    dated = host.add("Анна")
    for _ in range(2):
        client = host.new("Борис")
        client.joined = null()
        host.db.session.add(client)
    host.db.session.commit()
    keys = one_by_one(host)
    assert len(keys) == 3
    assert keys[2] == dated


def one_by_one(host: Host) -> list[str]:
    """Return the keys of all batches of one, each key once."""
    host.db.session.remove()
    keys: list[str] = []
    while batch := host.customers.batch(True, keys[-1] if keys else None, 1):
        keys.append(batch[0].key)
        assert len(set(keys)) == len(keys)
    return keys


def test_placeholders_say_what_the_host_gives() -> None:
    customers = ModelCustomers(
        box.Customer, db=box.db, values={"city": "city", "shout": lambda c: c.name.upper()}
    )
    assert customers.placeholders == ("city", "shout")


@pytest.mark.parametrize("host", ["box"], indirect=True)
@pytest.mark.parametrize("needs_the_object", [False, True])
def test_values_are_the_same_read_as_columns_or_from_the_object(host: Host, needs_the_object: bool) -> None:
    host.db.session.add(host.new("Анна", "8 926 123-45-67"))
    host.db.session.commit()
    host.db.session.remove()
    values: dict[str, Any] = {
        "city": "city",
        "balance": InWords("balance", lambda found: f"{found:.0f} ₽"),
        "birthday": InWords("birthday", lambda found: f"{found:%d.%m}"),
    }
    shout = {"shout": lambda customer: customer.name.upper()} if needs_the_object else {}
    customers = ModelCustomers(
        box.Customer, db=box.db, phone_e164="phone_e164", since="created_at", values=values | shout
    )

    [customer] = customers.batch(True, None, 10)

    assert (customer.name, customer.phone, customer.locale) == ("Анна", "+79261234567", "ru")
    assert customer.since == FIRST_DAY
    said = {"city": "", "balance": "0 ₽", "birthday": ""}
    assert customer.values == said | ({"shout": "АННА"} if needs_the_object else {})


def test_the_host_says_where_its_own_page_is() -> None:
    assert ModelCustomers(box.Customer, db=box.db).url("5") is None
    assert ModelCustomers(box.Customer, db=box.db, url=lambda key: f"/c/{key}").url("5") == "/c/5"
