"""What every fault needs to know of the shop that it befalls."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import requests

from faults.cast import Cast
from faults.journal import Journal
from faults.plan import Plan
from faults.settings import OURS_AT_POSTGRESQL
from faults.shop import Shop
from smsadmin.standalone.environment import Place


@dataclass
class World:
    """The shop, its processes, and what has been done to them."""

    plan: Plan
    place: Place
    database: str
    shop: Shop
    cast: Cast
    journal: Journal
    locked: bool = False
    """SQLite's write lock is held by a fault."""
    complaints: Counter[str] = field(default_factory=Counter)
    left_running: list[str] = field(default_factory=list)

    def simulator(self, method: str, path: str, order: Any = None) -> Any:
        """Ask the simulator's judge; None when the simulator is away."""
        with requests.Session() as session:
            session.trust_env = False
            try:
                address = f"{self.place.local_simulator}control/{path}"
                answer = session.request(method, address, json=order, timeout=5)
            except requests.RequestException:
                return None
        answer.raise_for_status()
        return answer.json()

    def servers_answer(self) -> bool:
        """Ask the simulator and the shop for next to nothing; say whether both are there."""
        try:
            requests.get(f"{self.place.local_shop}staff/sign-in", timeout=5).raise_for_status()
        except requests.RequestException:
            return False
        return bool(self.simulator("GET", "health"))

    def hear_complaints(self) -> None:
        """Keep what the simulator complains about: a kill makes it forget."""
        counts = self.simulator("GET", "counts")
        if counts:
            self.complaints.update(counts["complaints"])

    def cut_connections(self) -> int:
        """End every connection to PostgreSQL but our own; return how many."""
        statement = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> %s"
        )
        sockets = self.database.partition("?host=")[2]
        with psycopg.connect(host=sockets, user="postgres", autocommit=True) as connection:
            return len(connection.execute(statement, [OURS_AT_POSTGRESQL]).fetchall())

    def lock(self) -> sqlite3.Connection | None:
        """Take SQLite's write lock; None when nobody lets us have it."""
        connection = sqlite3.connect(
            self.database.removeprefix("sqlite:///"), timeout=3, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            connection.close()
            return None
        self.locked = True
        return connection

    def unlock(self, connection: sqlite3.Connection) -> None:
        """Give the write lock back."""
        connection.rollback()
        connection.close()
        self.locked = False


def until(look: Callable[[], object], seconds: float, pause: float = 0.02) -> bool:
    """Look again and again until it is so; say whether it came to be within `seconds`."""
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
