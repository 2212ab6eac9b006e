"""Keep the programs of the box running: one that dies is started again, after a pause that grows."""

import signal
import time
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from smsadmin.standalone.children import Child

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""A program that ran for so many seconds is well again: its next pause is the first one."""


class Stopped(BaseException):
    """Somebody wants us to end; not an `Exception`, so that nothing on the way takes it for a failure."""


def stop_on_signals() -> None:
    """From now on Ctrl-C, SIGTERM and a closed terminal raise `Stopped`, once; what follows is ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # a second Ctrl-C must not break off the clearing up
    raise Stopped


@dataclass
class Tended:
    """One program under watch; times are `time.monotonic()`."""

    child: Child
    started: float
    pause: float = FIRST_PAUSE
    start_at: float | None = None

    def look(self, now: float) -> str | None:
        """Start the program again if it has ended and its pause is over; return what to tell people."""
        if self.start_at is not None:
            if now >= self.start_at:
                self.child.start()
                self.started, self.start_at = now, None
            return None
        code = self.child.ended()
        if code is None:
            return None
        self.child.finish(0)  # whatever it started itself and left behind would hold the port
        if now - self.started > STEADY:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        self.start_at = now + pause
        what = f"The {self.child.name} ended (exit code {code}) and starts again in {pause:.0f} s"
        return f"{what}; see {self.child.log}"


def tend(children: list[Child]) -> NoReturn:
    """Watch over the programs until a signal raises `Stopped`."""
    tended = [Tended(child, time.monotonic()) for child in children]
    while True:
        for each in tended:
            if said := each.look(time.monotonic()):
                print(said, flush=True)
        time.sleep(0.2)
