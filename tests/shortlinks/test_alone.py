"""`shortlinks` in an app without SMS: the README's own example, where `smsadmin` cannot be imported."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

WITHOUT_SMSADMIN = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("smsadmin", "flask_admin", "rq", "redis", "phonenumbers", "requests"):
            raise ModuleNotFoundError(f"{name} is not here")

sys.meta_path.insert(0, Refuse())
"""


def example() -> str:
    """Return the code of the section about short links alone."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Short links alone")[2]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


def run(code: str, directory: Path) -> "subprocess.CompletedProcess[str]":
    (directory / "instance").mkdir()
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=directory,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_the_readmes_example_counts_a_click_without_smsadmin(tmp_path: Path) -> None:
    ended = run(WITHOUT_SMSADMIN + example(), tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert "Figures(clicks=1, unique=1, bot_clicks=0" in ended.stdout


def test_smsadmin_really_cannot_be_imported_there(tmp_path: Path) -> None:
    ended = run(WITHOUT_SMSADMIN + "import smsadmin", tmp_path)

    assert "smsadmin is not here" in ended.stderr
