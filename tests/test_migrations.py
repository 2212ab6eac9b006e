"""The plugin's two migration trees: up, down with rows in every table, and the same tables as the models."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, func, inspect, select, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

import shortlinks.migrate
import smsadmin.migrate
from shortlinks.models import Base as LinksBase
from smsadmin.database import Base
from smsadmin.models import Account, ApiCall, Broadcast, Counter, Integration, Message
from smsadmin.providers.exchange import Verdict
from smsadmin.reasons import Reason
from smsadmin.standalone.sqlite import prepare
from smsadmin.states import BroadcastState, State
from tests.servers import Servers


class Tree(NamedTuple):
    """One of the two trees and what it makes."""

    prefix: str
    upgrade: Callable[[Engine], None]
    downgrade: Callable[[Engine, str], None]
    metadata: MetaData

    @property
    def version_table(self) -> str:
        return f"{self.prefix}alembic_version"


SMS = Tree("sms_", smsadmin.migrate.upgrade, smsadmin.migrate.downgrade, Base.metadata)
LINKS = Tree("shortlinks_", shortlinks.migrate.upgrade, shortlinks.migrate.downgrade, LinksBase.metadata)
TREES = pytest.mark.parametrize("tree", [SMS, LINKS], ids=["sms", "shortlinks"])

VALUES: dict[type, Any] = {
    bool: True,
    int: 1,
    str: "RUB",
    datetime: datetime(2026, 11, 21, 12, tzinfo=UTC),
    Decimal: Decimal("1.5"),
}
"""What stands in every column of a type, so that every foreign key finds its row."""

INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    # As a shop opens it: with foreign keys kept.
    prepare(engine)
    yield engine
    engine.dispose()


def tables(engine: Engine, prefix: str = "") -> set[str]:
    return {name for name in inspect(engine).get_table_names() if name.startswith(prefix)}


def fill(engine: Engine, metadata: MetaData) -> None:
    """Write a row into every table that has none."""
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if not connection.scalar(select(func.count()).select_from(table)):
                connection.execute(table.insert().values(a_row(table)))


def a_row(table: Table) -> dict[str, Any]:
    def value(kind: TypeEngine[Any]) -> Any:
        return VALUES[(kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type]

    return {column.name: value(column.type) for column in table.columns}


def rows(engine: Engine, metadata: MetaData) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def callback_secret(engine: Engine) -> str:
    with engine.connect() as connection:
        return connection.execute(select(Integration.callback_secret)).scalar_one()


@TREES
def test_the_migrated_tables_are_those_of_the_models(engine: Engine, tree: Tree) -> None:
    tree.upgrade(engine)

    with engine.connect() as connection:
        options = {"version_table": tree.version_table, "compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), tree.metadata) == []
    assert tables(engine) == {*tree.metadata.tables, tree.version_table}


@TREES
def test_the_migrated_indexes_have_the_conditions_of_the_models(
    engine: Engine, tree: Tree, servers: Servers, database_kind: str
) -> None:
    def indexes(of: Engine) -> dict[str, str]:
        with of.connect() as connection:
            found = connection.execute(text(INDEXES[database_kind])).all()
        return {name: " ".join(sql.split()) for name, sql in found if "alembic" not in name}

    tree.upgrade(engine)
    with ExitStack() as stack:
        by_models = create_engine(stack.enter_context(servers.fresh_database(database_kind)))
        stack.callback(by_models.dispose)
        tree.metadata.create_all(by_models)

        assert indexes(engine) == indexes(by_models)


@TREES
def test_full_tables_go_down_and_come_up_again(engine: Engine, tree: Tree) -> None:
    tree.upgrade(engine)
    fill(engine, tree.metadata)
    assert 0 not in rows(engine, tree.metadata).values()

    tree.downgrade(engine, "base")
    assert tables(engine) == {tree.version_table}

    tree.upgrade(engine)
    fill(engine, tree.metadata)
    assert 0 not in rows(engine, tree.metadata).values()


@TREES
def test_an_upgrade_of_what_is_up_to_date_keeps_every_row(engine: Engine, tree: Tree) -> None:
    tree.upgrade(engine)
    fill(engine, tree.metadata)
    before = rows(engine, tree.metadata)

    tree.upgrade(engine)

    assert rows(engine, tree.metadata) == before


@pytest.mark.parametrize(("goes", "stays"), [(SMS, LINKS), (LINKS, SMS)], ids=["sms", "shortlinks"])
def test_a_tree_that_goes_leaves_the_other_and_the_host_alone(
    engine: Engine, goes: Tree, stays: Tree
) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE customers (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('of the host')"))
    goes.upgrade(engine)
    stays.upgrade(engine)
    fill(engine, stays.metadata)
    before = rows(engine, stays.metadata)

    goes.downgrade(engine, "base")

    assert rows(engine, stays.metadata) == before
    assert tables(engine, goes.prefix) == {goes.version_table}
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "of the host"


def test_the_settings_of_all_sms_have_their_row_with_a_secret_of_their_own(engine: Engine) -> None:
    SMS.upgrade(engine)
    first = callback_secret(engine)
    SMS.downgrade(engine, "base")
    SMS.upgrade(engine)

    assert len(first) >= 32
    assert callback_secret(engine) != first
    assert rows(engine, SMS.metadata)["sms_integration"] == 1


@pytest.mark.parametrize(
    ("words", "column"),
    [
        (State, Message.state),
        (State, Counter.state),
        (Reason, Message.reason),
        (Reason, Counter.reason),
        (Reason, Account.stopped_reason),
        (Reason, Broadcast.pause_reason),
        (BroadcastState, Broadcast.state),
        (Verdict, ApiCall.verdict),
    ],
)
def test_every_word_of_a_closed_list_fits_its_column(words: type[StrEnum], column: Any) -> None:
    assert max(len(word) for word in words) <= column.type.length


OLD_MESSAGES = [
    (2, "unknown", "no_answer", 1),
    (4, "accepted", "", 1),
    (4, "accepted", "no_report", 1),
    (6, "delivered", "", 1),
    # SevenTech cannot be asked.
    (2, "unknown", "no_answer", 3),
]
"""Rank, state, reason and account of messages of before."""


def test_what_was_in_doubt_before_the_second_revision_is_asked_about(engine: Engine) -> None:
    smsadmin.migrate.upgrade(engine, "0001")
    with engine.begin() as connection:
        account = {
            "id": 1,
            "provider": "smsc",
            "login": "a",
            "sealed_secret": "x",
            "sender": "",
            "currency": "RUB",
        }
        for number, name in ((1, "smsc"), (2, "smsc"), (3, "seventech")):
            row = account | {"id": number, "provider": name, "connected_at": VALUES[datetime]}
            connection.execute(_old(connection, "sms_accounts").insert().values(row))
        messages = _old(connection, "sms_messages")
        for number, (rank, state, reason, of_account) in enumerate(OLD_MESSAGES):
            row = {column.name: None for column in messages.columns} | {
                "id": number + 1,
                "customer_key": str(number),
                "phone": "+7",
                "name": "",
                "text": "",
                "signs_in": False,
                "parts": 1,
                "state": state,
                "rank": rank,
                "reason": reason,
                "left_out": False,
                "account_id": of_account,
                "attempt_id": f"a{number}",
                "created_at": VALUES[datetime],
            }
            connection.execute(messages.insert().values(row))

    SMS.upgrade(engine)

    with engine.connect() as connection:
        asked = connection.scalars(
            select(Message.id).where(Message.lookup_at.is_not(None)).order_by(Message.id)
        )
        assert list(asked) == [1, 2]
        connected = connection.scalars(select(Account.id).where(Account.removed_at.is_(None)))
        assert set(connected) == {1, 3}


def _old(connection: Connection, name: str) -> Table:
    """Return a table as it is in the database now, whatever the models say."""
    return Table(name, MetaData(), autoload_with=connection)


def test_a_draft_with_a_rule_is_no_draft_to_everybody_in_the_older_version(engine: Engine) -> None:
    SMS.upgrade(engine)
    usual = {"name": "Акция", "text": "Привет", "created_by": "Мария", "created_at": VALUES[datetime]}
    with Session(engine) as session, session.begin():
        session.add(Broadcast(**usual, rule='{"city": "Москва"}'))
        session.add(Broadcast(**usual))
        session.add(Broadcast(**usual, state=BroadcastState.ACTIVE, trigger="rule"))

    SMS.downgrade(engine, "0003")

    with engine.connect() as connection:
        states = connection.execute(text("SELECT state FROM sms_broadcasts ORDER BY id")).scalars().all()
    assert states == ["cancelled", "draft", "paused"]
