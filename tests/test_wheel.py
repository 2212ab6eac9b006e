"""The wheel: what a host installs has the screens, the texts and both migration trees, and nothing else of ours."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("smsadmin", "shortlinks")
TREES = {"migrations/smsadmin": "smsadmin/migrations", "migrations/shortlinks": "shortlinks/migrations"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from this tree, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def in_tree(folder: str, installed: str | None = None) -> set[str]:
    """The files of a folder of the tree, by the names that they have in the wheel."""
    root = ROOT / folder
    files = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {f"{installed or folder}/{path.relative_to(root).as_posix()}" for path in files}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_in_it_whole(names: set[str], package: str) -> None:
    inside = {name for name in names if name.startswith(f"{package}/")}

    assert inside == in_tree(package) | in_tree(f"migrations/{package}", f"{package}/migrations")


@pytest.mark.parametrize(
    "needed",
    [
        "smsadmin/migrations/env.py",
        "smsadmin/migrations/versions/0001_the_main_job.py",
        "shortlinks/migrations/env.py",
        "shortlinks/migrations/versions/0001_blocks_and_clicks.py",
        "smsadmin/standalone/migrations/env.py",
        "smsadmin/admin/templates/smsadmin/broadcast.html",
        "shortlinks/templates/shortlinks/sign_in.html",
        "shortlinks/static/sign_in.js",
        "smsadmin/py.typed",
        "shortlinks/py.typed",
    ],
)
def test_what_a_host_cannot_do_without_is_in_it(names: set[str], needed: str) -> None:
    assert needed in names


def test_nothing_is_in_it_that_would_meet_with_the_hosts_own_files(names: set[str]) -> None:
    top = {name.partition("/")[0] for name in names}

    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)
