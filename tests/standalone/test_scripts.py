"""Before there is a `.venv`: a machine without the right Python is told in one sentence what to install."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]

TOO_OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = """#!/bin/sh
case "$2" in
*ensurepip*) exit 1 ;;
*version_info\\[:2\\]*) echo 3.11 ;;
esac
"""


def make_venv(folder: Path, python: str) -> "subprocess.CompletedProcess[str]":
    """Run the script in a clone whose only Python is this one."""
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "venv.sh", folder / "scripts")
    programs = folder / "programs"
    programs.mkdir()
    for name in ("python3", "python3.11", "python"):
        (programs / name).write_text(python)
        (programs / name).chmod(0o755)
    return subprocess.run(
        ["/bin/sh", "scripts/venv.sh"],
        cwd=folder,
        env={**os.environ, "PATH": str(programs), "PYTHON": "python3"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_python_the_sentence_says_how_to_install_one(tmp_path: Path) -> None:
    ended = make_venv(tmp_path, TOO_OLD)

    assert ended.returncode == 1
    assert ended.stderr.startswith("There is no Python 3.11 or newer here. Install it: sudo apt install")


def test_without_venv_the_sentence_says_how_to_install_it(tmp_path: Path) -> None:
    ended = make_venv(tmp_path, WITHOUT_VENV)

    assert ended.returncode == 1
    assert ended.stderr.startswith(
        "Python 3.11 is here, but not its venv module. Install it: sudo apt install"
    )
