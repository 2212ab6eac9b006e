"""A program that we start ends with us, whatever becomes of us."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from smsadmin.standalone.children import Child, Children
from smsadmin.standalone.supervisor import Tended

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]

DEAF = """
import signal, subprocess, sys, time
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(grandchild.pid, flush=True)
time.sleep(600)
"""

POLITE = """
import signal, sys, time
def end(number, frame):
    print("ended by", signal.Signals(number).name, flush=True)
    sys.exit(7)
signal.signal(signal.SIGINT, end)
print("ready", flush=True)
time.sleep(600)
"""

OWNER = """
import sys, time
from pathlib import Path
from smsadmin.standalone.children import Child
program = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
Child("sleeper", [sys.executable, "-c", program], Path(sys.argv[1])).start()
time.sleep(600)
"""


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def printed_number(log: Path) -> int:
    assert within(60, lambda: log.exists() and log.read_text().endswith("\n"))
    return int(log.read_text())


def test_a_program_is_asked_to_stop_by_the_signal_that_it_understands(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Child("polite", [sys.executable, "-c", POLITE], log, stop_signal=signal.SIGINT)
    child.start()
    assert within(60, lambda: "ready" in child.last_lines())

    child.stop()

    assert child.last_lines() == "ready\nended by SIGINT"


def test_a_program_that_will_not_end_is_killed_with_what_it_started(tmp_path: Path) -> None:
    child = Child("deaf", [sys.executable, "-c", DEAF], tmp_path / "log")
    child.start()
    grandchild = printed_number(child.log)

    child.stop(within=0.2)

    assert within(60, lambda: not is_alive(grandchild))


def test_programs_stop_together(tmp_path: Path) -> None:
    family = Children()
    started = [family.start(Child(name, SLEEP, tmp_path / name)) for name in ("one", "two", "three")]

    begin = time.monotonic()
    family.stop(within=60)

    assert time.monotonic() - begin < 30
    assert [child.leash for child in started] == [None, None, None]


def test_a_program_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(log)])
    program = printed_number(log)

    owner.kill()
    owner.wait()

    assert within(60, lambda: not is_alive(program))


def test_the_exit_code_is_known(tmp_path: Path) -> None:
    child = Child("short", [sys.executable, "-c", "import sys; sys.exit(3)"], tmp_path / "log")
    child.start()
    assert within(60, lambda: child.ended() is not None)
    assert child.ended() == 3
    child.stop()


def test_a_program_that_dies_is_started_again_after_a_growing_pause(tmp_path: Path) -> None:
    child = Child("short", [sys.executable, "-c", "import sys; sys.exit(3)"], tmp_path / "log")
    child.start()
    tended = Tended(child, started=0.0)

    assert within(60, lambda: child.ended() is not None)
    assert "The short ended (exit code 3) and starts again in 1 s" in (tended.look(now=5.0) or "")
    assert tended.look(now=5.5) is None
    assert child.leash is None, "its pause is not over"
    assert tended.look(now=6.0) is None
    assert child.leash is not None, "it was started again"
    assert within(60, lambda: child.ended() is not None)
    assert "in 2 s" in (tended.look(now=7.0) or "")


def test_a_program_that_ran_long_begins_with_the_first_pause_again(tmp_path: Path) -> None:
    child = Child("short", [sys.executable, "-c", ""], tmp_path / "log")
    child.start()
    tended = Tended(child, started=0.0, pause=16.0)

    assert within(60, lambda: child.ended() is not None)

    assert "in 1 s" in (tended.look(now=100.0) or "")
