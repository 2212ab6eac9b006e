"""The papers say what the code does: every setting, command and target, and none that does not exist."""

import ast
import base64
import re
import secrets
from collections.abc import Iterator
from contextvars import Context
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask

import shortlinks.cli
import smsadmin.cli
from smsadmin.events.catalogue import CATALOGUE
from smsadmin.host import Role
from smsadmin.integration import set_responsible
from smsadmin.settings import Settings
from smsadmin.settings_reading import PREFIX
from smsadmin.simulator.__main__ import main as simulator

ROOT = Path(__file__).parents[1]
DOCS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
README = ROOT / "README.md"
PAPERS = DOCS | ({README.name: README.read_text(encoding="utf-8")} if README.exists() else {})
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

NAME = re.compile(r"[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*")
SETTING = re.compile(r"\b(?:SMSADMIN|SHORTLINKS)_[A-Z_]*[A-Z]\b")
OF_OTHERS = {
    "PYTHONUNBUFFERED",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_SECURE",
    "SQLALCHEMY_ENGINE_OPTIONS",
    "WTF_CSRF_TIME_LIMIT",
}
"""What the box sets for Python, Flask and its extensions; nobody sets it from outside."""
LONGEST_FILE = 300


def words_in(file: str, pattern: re.Pattern[str] = NAME) -> set[str]:
    """The texts in a Python file that are names of settings and nothing else."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and pattern.fullmatch(text)}


def settings_of_the_code() -> set[str]:
    ours = {f"{PREFIX}{each.name.upper()}" for each in fields(Settings)}
    return ours | words_in("shortlinks/settings.py", SETTING)


def variables_of_the_code() -> set[str]:
    """What `make run`, `make demo` and `make test` read from the environment."""
    files = ("environment", "app", "demo")
    read = set().union(*(words_in(f"smsadmin/standalone/{file}.py") for file in files))
    of_make = set(re.findall(r"^([A-Z]+) \?=", MAKEFILE, re.MULTILINE))
    # An account of the simulated Twilio looks like a name too.
    return {
        name for name in read | of_make if not SETTING.fullmatch(name) and not name.startswith("AC0")
    } - OF_OTHERS


def targets() -> set[str]:
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony
    return set(phony[1].split())


def described(paper: str, pattern: str) -> set[str]:
    """What the rows of a paper's tables begin with, as far as it looks like this."""
    rows = re.findall(r"^\| (`.+?`) \|", DOCS[paper], re.MULTILINE)
    return {found for row in rows for found in re.findall(f"`({pattern})`", row)}


def test_every_setting_and_variable_has_its_row_and_no_row_is_about_another() -> None:
    assert described("settings.md", NAME.pattern) == settings_of_the_code() | variables_of_the_code()


def test_the_default_of_every_setting_is_the_one_in_its_row() -> None:
    for each in fields(Settings):
        if isinstance(each.default, str | int | float) and each.default != "":
            [row] = re.findall(
                rf"^\| `{PREFIX}{each.name.upper()}` \| (.+?) \|", DOCS["settings.md"], re.MULTILINE
            )
            shown = f"{each.default:g}" if isinstance(each.default, float) else str(each.default)
            assert f"`{shown}`" in row, each.name


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_no_paper_names_a_setting_that_does_not_exist(paper: str) -> None:
    assert set(SETTING.findall(PAPERS[paper])) <= settings_of_the_code()


def test_every_target_of_make_is_described_and_no_other() -> None:
    assert described("commands.md", "make [a-z-]+") == {f"make {target}" for target in targets()}


def test_every_command_of_flask_is_described_and_no_other() -> None:
    groups = (smsadmin.cli.commands, shortlinks.cli.commands)
    existing = {f"flask {group.name} {name}" for group in groups for name in group.commands}

    assert described("commands.md", "flask [a-z-]+ [a-z-]+") == existing


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_no_paper_names_a_command_that_does_not_exist(paper: str) -> None:
    text = PAPERS[paper]
    assert set(re.findall(r"`make ([a-z-]+)`", text)) <= targets()
    for group, name in re.findall(r"\bflask (sms|shortlinks) ([a-z-]+)", text):
        assert name in {"sms": smsadmin.cli, "shortlinks": shortlinks.cli}[group].commands.commands
    for module in re.findall(r"\bpython -m ([a-z_.]+[a-z_])", text):
        assert find_spec(module), module
    for script in re.findall(r"\bpython ([a-z_]+\.py)", text):
        assert (ROOT / script).exists(), script


def test_every_option_of_the_simulator_is_described_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        simulator(["--help"])
    existing = set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, re.MULTILINE))

    assert described("commands.md", "--[a-z-]+") == existing


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_links_between_papers_lead_somewhere(paper: str) -> None:
    folder = ROOT if paper == README.name else ROOT / "docs"
    for target in re.findall(r"\]\(([^)#]+)\)", PAPERS[paper]):
        assert "://" in target or (folder / target).exists(), target


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_files_that_papers_name_exist(paper: str) -> None:
    for named in re.findall(r"`((?:smsadmin|shortlinks|migrations|tests|scripts)/[\w./-]*)`", PAPERS[paper]):
        assert (ROOT / named).exists(), named


def test_every_kind_of_event_is_named_where_a_developer_emits_it() -> None:
    said = DOCS["wiring.md"].partition("The kinds are")[2].partition(".")[0]

    assert re.findall(r"`(\w+)`", said) == list(CATALOGUE)


def test_every_role_is_described() -> None:
    assert set(re.findall(r"Role\.([A-Z]+)", DOCS["wiring.md"])) == {role.name for role in Role}


@pytest.fixture
def example(migrated_url: str, redis_url: str, tmp_path: Path) -> Iterator[tuple[Flask, Any]]:
    """The app of the first block in wiring.md, on a database with all tables, and the module it stands in."""
    [code, *_] = re.findall(r"```python\n(.+?)```", DOCS["wiring.md"], re.DOTALL)
    module: Any = ModuleType("example")
    exec(compile(code, "docs/wiring.md", "exec"), module.__dict__)
    app = module.create_app(
        {
            "SECRET_KEY": secrets.token_hex(),
            "SQLALCHEMY_DATABASE_URI": migrated_url,
            "SMSADMIN_REDIS_URL": redis_url,
            "SMSADMIN_PUBLIC_URL": "https://shop.example/",
            "SMSADMIN_KEYS": Fernet.generate_key().decode(),
            "SHORTLINKS_URL": "https://s.example/",
            "SHORTLINKS_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
            "SHORTLINKS_SALT": "salt",
            "SHORTLINKS_SPOOL": str(tmp_path / "clicks"),
            "SHORTLINKS_FLUSH_EVERY": 0,
        }
    )
    with app.app_context():
        module.db.create_all()
        yield app, module
        module.db.session.remove()
        module.db.engine.dispose()


def test_the_example_of_the_wiring_is_an_app_that_runs(example: tuple[Flask, Any]) -> None:
    app, _ = example

    assert "up to date" in app.test_cli_runner().invoke(args=["sms", "upgrade"]).output
    answer = app.test_client().get("/admin/sms/broadcasts/")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/admin/sms/broadcasts/")
    assert app.test_client().get("/abc", base_url="https://s.example").status_code == 404
    assert app.test_client().post("/sms/receipts/smsc/guessed").status_code == 403


@pytest.mark.parametrize(
    ("works_as", "named", "status"),
    [
        ("chief", False, 200),
        ("it", True, 200),
        ("it", False, 403),
        ("marketing", True, 403),
        ("till", False, 403),
    ],
)
def test_the_staff_of_the_example_see_what_the_papers_say(
    example: tuple[Flask, Any], works_as: str, named: bool, status: int
) -> None:
    app, module = example
    user = module.User(id=1, name="Анна", mobile="8 926 123-45-67", works_as=works_as)
    module.db.session.add(user)
    module.db.session.commit()
    if named:
        set_responsible(module.ShopStaff().member(user))
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = "1"

    seen = [
        Context().run(browser.get, f"/admin/sms/{page}/").status_code for page in ("customers", "integration")
    ]
    assert seen == [200, status]


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_every_block_of_python_can_be_read(paper: str) -> None:
    for code in re.findall(r"```python\n(.+?)```", PAPERS[paper], re.DOTALL):
        ast.parse(code)


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_every_file_says_in_its_first_line_why_it_exists() -> None:
    files = [
        *python_files("smsadmin", "shortlinks", "migrations", "tests"),
        ROOT / "wsgi.py",
        ROOT / "worker.py",
    ]
    silent = [
        str(path)
        for path in files
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_no_file_is_longer_than_an_idea() -> None:
    files = python_files("smsadmin", "shortlinks")
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}
