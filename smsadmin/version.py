"""Which version of the plugin runs: `pyproject.toml` says it, read through the distribution where one is installed."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DISTRIBUTION = "flask-sms-admin"

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
"""There in a checkout that runs as it is."""


def own_version() -> str:
    """Return the version; "unknown" where the package was copied without either."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return _in_checkout()


def _in_checkout() -> str:
    try:
        project = tomllib.loads(PYPROJECT.read_text("utf-8")).get("project", {})
    except (OSError, ValueError):
        return "unknown"
    # The package may stand copied inside another project.
    return str(project.get("version", "unknown")) if project.get("name") == DISTRIBUTION else "unknown"
