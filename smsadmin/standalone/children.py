"""Child processes that always end with us: start, watch, restart, stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
"""Runs the program in a process group of its own and ends it when we are gone."""

TAIL = 4000
"""How much of a log is shown when its program did not start, in bytes."""


class NotStarted(Exception):
    """A program did not come up; the message is a sentence for people."""


@dataclass
class Child:
    """One program that we own: what to run, with which environment, and where its output goes."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    user: int | None = None
    keep_open: Sequence[int] = ()
    """File descriptors that the program inherits: a lock that must be held for as long as it lives."""
    leash: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the program; it may still fail in its first moments (see `ended`)."""
        user = "-" if self.user is None else str(self.user)
        with self.log.open("ab") as log:
            self.leash = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LEASH), str(int(self.stop_signal)), user, *self.command],
                stdin=subprocess.PIPE,  # closes when we die: that is how the leash learns of it
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=None if self.environment is None else dict(self.environment),
                pass_fds=tuple(self.keep_open),
                start_new_session=True,  # Ctrl-C in the terminal reaches us alone
            )

    def ended(self) -> int | None:
        """Return the exit code of a program that has ended, else None."""
        return None if self.leash is None else self.leash.poll()

    def ask_to_stop(self) -> None:
        """Send the signal on which the program ends in good order."""
        if self.leash is not None and self.leash.poll() is None:
            self.leash.terminate()

    def finish(self, within: float) -> None:
        """Wait up to `within` seconds for the end, then kill whatever is left of the program's group."""
        leash, self.leash = self.leash, None
        if leash is None:
            return
        with suppress(subprocess.TimeoutExpired):
            leash.wait(max(within, 0))
        with suppress(ProcessLookupError, PermissionError):  # the group is gone (macOS says: not permitted)
            os.killpg(leash.pid, signal.SIGKILL)
        leash.wait()
        if leash.stdin is not None:
            leash.stdin.close()

    def stop(self, within: float = 5.0) -> None:
        """End the program, by force after `within` seconds."""
        self.ask_to_stop()
        self.finish(within)

    def last_lines(self) -> str:
        """Return the end of the program's log, to show why it did not start."""
        written = self.log.read_bytes() if self.log.exists() else b""
        return written[-TAIL:].decode(errors="replace").strip()


class Children:
    """Programs that stop together."""

    def __init__(self) -> None:
        self.all: list[Child] = []

    def start(self, child: Child) -> Child:
        """Start one more program."""
        self.all.append(child)
        child.start()
        return child

    def stop(self, within: float = 6.0) -> None:
        """Ask all of them to end at once, then end the rest by force after `within` seconds."""
        for child in self.all:
            child.ask_to_stop()
        end = time.monotonic() + within
        for child in self.all:
            child.finish(end - time.monotonic())
        self.all.clear()


@contextmanager
def children() -> Iterator[Children]:
    """Own some programs for as long as the block lasts."""
    family = Children()
    try:
        yield family
    finally:
        family.stop()
