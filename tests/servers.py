"""The real servers and the fresh databases that the tests run on."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from psycopg import sql
from sqlalchemy import create_engine

from smsadmin.standalone import postgres_box, redis_box

KINDS = ("sqlite", "postgresql")


class Servers:
    """The servers of one test run; each starts when the first test asks for it, and lives in `home`."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self.home = home
        self.stack = stack
        self.numbers = count(1)
        self.redis: redis_box.RedisBox | None = None
        self.postgres: postgres_box.PostgresBox | None = None
        self.templates: dict[str, str] = {}

    def redis_url(self) -> str:
        """Return the URL of the Redis server."""
        if self.redis is None:
            self.redis = self.stack.enter_context(redis_box.running(self.home / "redis", durable=False))
        return self.redis.url

    def postgresql(self) -> postgres_box.PostgresBox:
        """Return the PostgreSQL server."""
        if self.postgres is None:
            self.postgres = self.stack.enter_context(
                postgres_box.running(self.home / "postgresql", durable=False)
            )
        return self.postgres

    @contextmanager
    def fresh_database(self, kind: str, template: str | None = None) -> Iterator[str]:
        """Offer the URL of an empty database, or of a copy of `template`, for as long as the block lasts."""
        name = f"test_{next(self.numbers)}"
        if kind == "sqlite":
            with self._fresh_file(name, template) as url:
                yield url
        else:
            with self._fresh_on_postgres(name, template) as url:
                yield url

    def migrated_template(self, kind: str) -> str:
        """Return the name of a database with all tables, migrated once per run."""
        if kind not in self.templates:
            database = self.fresh_database(kind)
            url = self.stack.enter_context(database)
            _migrate(url)
            self.templates[kind] = url.partition("?")[0].rpartition("/")[2]
        return self.templates[kind]

    @contextmanager
    def _fresh_file(self, name: str, template: str | None) -> Iterator[str]:
        path = self.home / f"{name}.sqlite"
        if template:
            shutil.copyfile(self.home / template, path)
        yield f"sqlite:///{path}"
        for left in self.home.glob(f"{name}.sqlite*"):
            left.unlink()

    @contextmanager
    def _fresh_on_postgres(self, name: str, template: str | None) -> Iterator[str]:
        server = self.postgresql()
        source = sql.Identifier(template or "template0")
        # Copying files needs a checkpoint first, which is dear right after the template was written.
        way = sql.SQL("wal_log" if template else "file_copy")
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}")
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        with server.connect() as connection:
            connection.execute(create.format(sql.Identifier(name), source, way))
            yield server.url(name)
            connection.execute(drop.format(sql.Identifier(name)))


def _migrate(url: str) -> None:
    """Bring a database to the newest revision of both trees, and add the second host's tables."""
    import shortlinks.migrate
    import smsadmin.migrate
    from tests.hostapp import create_tables

    engine = create_engine(url)
    try:
        smsadmin.migrate.upgrade(engine)
        shortlinks.migrate.upgrade(engine)
        create_tables(engine)
        if engine.dialect.name == "sqlite":  # so that a copy of the one file is the whole database
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        engine.dispose()
