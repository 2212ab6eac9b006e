"""The processes of one shop: who is killed, frozen and started again."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from faults.plan import Plan
from faults.settings import simulator_options
from smsadmin.standalone import programs, redis_box
from smsadmin.standalone.children import Child, Children, NotStarted, children
from smsadmin.standalone.environment import Place
from smsadmin.standalone.places import sockets_folder
from smsadmin.standalone.reach import wait_until_it_answers

WORKERS = 2


@dataclass
class Cast:
    """The programs by their names; in a supervised shop only the supervisor and one more worker are ours."""

    place: Place
    family: Children
    workers: list[Child] = field(default_factory=list)
    simulator: Child | None = None
    web: Child | None = None
    redis: Child | None = None
    supervisor: Child | None = None

    @property
    def all(self) -> list[Child]:
        """Return every program that we start."""
        ours = [self.redis, self.simulator, self.web, self.supervisor]
        return [child for child in ours if child is not None] + self.workers

    def tend(self) -> None:
        """Start again what has ended by itself, as whatever runs a worker does; a Redis that is away ends it."""
        for child in self.all:
            if child.leash is not None and child.ended() is not None:
                child.finish(0)
                child.start()

    def heal(self) -> None:
        """Start what is not running."""
        for child in self.all:
            if child.leash is None:
                child.start()
        self.tend()

    def wait(self) -> None:
        """Wait until web server and simulator answer; raise `NotStarted`."""
        if self.supervisor is not None:
            wait_until_it_answers(self.place.local_shop, self.supervisor)
            wait_until_it_answers(f"{self.place.local_simulator}phones", self.supervisor)
        if self.web is not None and self.simulator is not None:
            wait_until_it_answers(self.place.local_shop, self.web)
            wait_until_it_answers(f"{self.place.local_simulator}phones", self.simulator)


def kill(child: Child) -> None:
    """End a program and its leash with SIGKILL, at once."""
    child.finish(0)


def freeze(child: Child) -> int:
    """Stop a program without its knowing; return the process group for `thaw`."""
    if child.leash is None:
        raise NotStarted(f"{child.name} is not running")
    group = child.leash.pid
    os.killpg(group, signal.SIGSTOP)
    # Its leash stays awake, so that it ends with us even now.
    os.kill(group, signal.SIGCONT)
    return group


def thaw(group: int) -> None:
    """Let a frozen program go on, if it has not been killed meanwhile."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGCONT)


def descendants(process: int) -> set[int]:
    """Return the processes below one."""
    running = _running()
    found = {process}
    while more := {pid for pid, parent in running.items() if parent in found} - found:
        found |= more
    return found - {process}


def still_there(processes: set[int]) -> set[int]:
    """Return those of the processes that have not ended."""
    return processes & _running().keys()


def group_is_there(group: int) -> bool:
    """Say whether anything of a process group is left, be it only waiting to be buried."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):  # macOS says: not permitted
        return False
    return True


def _running() -> dict[int, int]:
    """Return process -> parent, as `ps` shows them, without those that only wait to be buried."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="],  # noqa: S607 - on every system we run on
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return {int(row[0]): int(row[1]) for row in rows if not row[2].startswith("Z")}


@contextmanager
def own_cast(
    plan: Plan, place: Place, told: Mapping[str, str], redis: Child, callback: str
) -> Iterator[Cast]:
    """Run simulator, web server and workers while the block lasts."""
    with children() as family:
        cast = Cast(place, family, redis=redis)
        cast.simulator = family.start(programs.simulator(place, told, simulator_options(plan, callback)))
        cast.web = family.start(programs.web(place, told))
        cast.workers = [family.start(_worker(place, told, n, 0.0)) for n in range(WORKERS)]
        if plan.clock_off:
            cast.workers.append(family.start(_worker(place, told, WORKERS, plan.clock_off)))
        cast.wait()
        yield cast


@contextmanager
def supervised_cast(plan: Plan, place: Place, told: Mapping[str, str]) -> Iterator[Cast]:
    """Run what `make run` runs, and one more worker beside it."""
    # The supervisor brings its own Redis and knows where it is.
    its = {name: value for name, value in told.items() if name != "SMSADMIN_REDIS_URL"}
    its |= {"PORT": str(place.port), "SIMULATOR_PORT": str(place.simulator_port), "HOST": place.host}
    with children() as family:
        command = [sys.executable, "-m", "smsadmin.standalone.run", "--instance", str(place.instance)]
        log = place.instance / "logs" / "supervisor.log"
        supervisor = family.start(Child("supervisor", command, log, its, programs.ROOT))
        cast = Cast(place, family, supervisor=supervisor)
        cast.wait()
        cast.workers = [family.start(_worker(place, told, 1, plan.clock_off))]
        yield cast


@contextmanager
def own_redis(home: Path) -> Iterator[redis_box.RedisBox]:
    """Run a Redis that keeps what it was told over a kill."""
    with redis_box.running(home / "redis") as box:
        yield box


def empty(redis: Child) -> None:
    """Take away what a killed Redis had kept."""
    if redis.folder is not None:
        shutil.rmtree(redis.folder / "appendonlydir", ignore_errors=True)


def redis_of_supervisor(place: Place) -> str:
    """Return where the Redis of `make run` listens."""
    return f"unix://{sockets_folder(place.instance / 'redis') / 'redis.sock'}?db=0"


def _worker(place: Place, told: Mapping[str, str], number: int, clock_off: float) -> Child:
    program = ["-m", "faults.skewed_worker", str(clock_off)] if clock_off else ["worker.py"]
    log = place.instance / "logs" / f"worker-{number}.log"
    return Child(f"worker {number}", [sys.executable, *program], log, told, programs.ROOT)
