"""`.ci/run` sees to Chromium: there already, installed, or one sentence that says why not."""

import shutil
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "chromium.sh"
TOOLS = ("mktemp", "rm", "tail", "touch", "chmod", "dirname")

INSTALLS = """#!/bin/sh
echo "apt-get is talkative"
[ "$2" = update ] || { touch "$(dirname "$0")/chromium"; chmod +x "$(dirname "$0")/chromium"; }
"""
FAILS = "#!/bin/sh\necho 'E: nothing is reachable' >&2\nexit 100\n"


def see_to_chromium(
    folder: Path, programs: dict[str, str], user: int = 0
) -> "subprocess.CompletedProcess[str]":
    """Run the script as this user, on a machine that has these programs."""
    for name, text in {"id": f"#!/bin/sh\necho {user}\n", **programs}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which(name) or name)
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)], env={"PATH": str(folder)}, capture_output=True, text=True, check=False
    )


def test_nothing_is_done_where_it_is_there_already(tmp_path: Path) -> None:
    ended = see_to_chromium(tmp_path, {"chromium": "#!/bin/sh\n", "apt-get": FAILS}, user=1000)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_it_is_installed_where_it_is_missing(tmp_path: Path) -> None:
    ended = see_to_chromium(tmp_path, {"apt-get": INSTALLS})
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr.startswith("Installing Chromium")
    assert "talkative" not in ended.stderr
    assert (tmp_path / "chromium").exists()


def test_an_install_that_fails_shows_what_apt_said_and_a_sentence(tmp_path: Path) -> None:
    ended = see_to_chromium(tmp_path, {"apt-get": FAILS})
    assert ended.returncode == 1
    assert "E: nothing is reachable" in ended.stderr
    assert ended.stderr.splitlines()[-1].endswith("apt-get failed, see the lines above.")


def test_who_may_not_install_it_is_told_how(tmp_path: Path) -> None:
    ended = see_to_chromium(tmp_path, {"apt-get": INSTALLS}, user=1000)
    assert ended.returncode == 1
    assert ended.stderr.rstrip().endswith("this is not root; run: sudo apt-get install chromium")


def test_without_apt_get_a_sentence_says_so(tmp_path: Path) -> None:
    ended = see_to_chromium(tmp_path, {})
    assert ended.returncode == 1
    assert "there is no apt-get" in ended.stderr
