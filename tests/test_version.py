"""The version of the plugin: one truth, whether it is installed or runs out of its checkout."""

import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import smsadmin
from smsadmin import version

PROJECT = tomllib.loads(version.PYPROJECT.read_text("utf-8"))["project"]


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as a checkout does into which nothing was installed."""

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(version, "version", missing)


@pytest.mark.usefixtures("not_installed")
def test_a_checkout_reads_it_where_it_is_written() -> None:
    assert smsadmin.__version__ == PROJECT["version"]


@pytest.mark.usefixtures("not_installed")
@pytest.mark.parametrize("text", [None, "[project]\nname = 'shop'\nversion = '9.9'", "no TOML [", ""])
def test_a_copy_within_another_project_does_not_take_its_version(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "PYPROJECT", tmp_path / "pyproject.toml")
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)

    assert smsadmin.__version__ == "unknown"


def test_an_installed_one_says_what_the_distribution_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "version", {"flask-sms-admin": "1.2.3"}.__getitem__)

    assert smsadmin.__version__ == "1.2.3"
