"""Run one program for an owner, and end it when the owner is gone, even after `kill -9`.

Usage: python leash.py STOP_SIGNAL USER PROGRAM [ARGUMENT...]

The owner holds the other end of our standard input: when that closes, the program is ended. This works alike
on Linux and macOS. It runs as a script, without the rest of the package, so that it starts at once. USER is a
numeric id to run the program as, or `-`.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

GRACE = 8.0
"""Seconds that the program has to end by itself when its owner is gone."""


class Leash:
    """One program and the signals that it is sent."""

    def __init__(self, stop_signal: int) -> None:
        self.stop_signal = stop_signal
        self.stopping = False
        self.program: subprocess.Popen[bytes] | None = None

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Pass the owner's wish to stop on to the program, once, in the signal that it understands."""
        if self.stopping:
            return
        self.stopping = True
        if self.program is not None:
            self.program.send_signal(self.stop_signal)

    def run(self, command: list[str], user: int | None) -> int:
        """Run the program to its end; return its exit code as a shell would put it."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)
        self.program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            close_fds=False,  # the owner's lock stays held until the program has ended
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        if self.stopping:  # the signal came while the program was being started
            self.program.send_signal(self.stop_signal)
        threading.Thread(target=self.end_with_owner, args=(self.program,), daemon=True).start()
        code = self.program.wait()
        return code if code >= 0 else 128 - code

    def end_with_owner(self, program: subprocess.Popen[bytes]) -> None:
        """Wait until the owner is gone, then end the program and all that it started."""
        while os.read(0, 1024):
            pass
        program.send_signal(self.stop_signal)
        time.sleep(GRACE)
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    who = None if sys.argv[2] == "-" else int(sys.argv[2])
    sys.exit(Leash(int(sys.argv[1])).run(sys.argv[3:], who))
