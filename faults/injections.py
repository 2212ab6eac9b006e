"""What each kind of fault does: it begins now, and hands back how it ends."""

from collections.abc import Callable

from faults import cast
from faults.plan import WORDS, Fault
from faults.settings import DEADLINE, LEASE
from faults.world import World, until
from smsadmin.standalone.children import Child

End = Callable[[], None]
"""What is to be done when the fault has lasted long enough."""

MOST_BATCHES, MOST_CALLS = 2, 6
"""Requests that one fault of the simulator meets, where a request carries several messages and where it carries one."""

MET_WITHIN = 6.0
"""Seconds after which requests that do not come are not waited for: the broadcast may be paused."""

AWAY = 25.0
"""Seconds in which everything that a killed supervisor had started has ended."""


def inject(world: World, fault: Fault) -> End | None:
    """Let a fault begin; return what ends it, None when there is nothing to end."""
    return KINDS[fault.kind](world, fault)


def _kill_worker(world: World, fault: Fault) -> End | None:
    worker = _one_of(world, fault)
    return None if worker is None else _kill(world, fault.kind, worker, claims=1)


def _freeze_worker(world: World, fault: Fault) -> End | None:
    worker = _one_of(world, fault)
    if worker is None:
        return None
    entry = world.journal.begin(fault.kind, worker.name, claims=1)
    group = cast.freeze(worker)

    def end() -> None:
        cast.thaw(group)
        world.journal.end(entry, later=0.5)

    return end


def _kill_redis(world: World, fault: Fault) -> End | None:
    return _kill(world, fault.kind, world.cast.redis)


def _empty_redis(world: World, fault: Fault) -> End | None:
    redis = world.cast.redis
    end = _kill(world, fault.kind, redis)
    if end is not None and redis is not None:
        cast.empty(redis)
    return end


def _kill_simulator(world: World, fault: Fault) -> End | None:
    world.hear_complaints()
    return _kill(world, fault.kind, world.cast.simulator)


def _kill_web(world: World, fault: Fault) -> End | None:
    return _kill(world, fault.kind, world.cast.web)


def _kill(world: World, kind: str, child: Child | None, claims: int = 0) -> End | None:
    if child is None or child.leash is None:
        return None
    entry = world.journal.begin(kind, child.name, claims)
    cast.kill(child)

    def end() -> None:
        if child.leash is None:
            child.start()
        # Until it listens again; a worker that was killed does no more harm than it has.
        world.journal.end(entry, later=0.0 if kind == "kill worker" else 2.0)

    return end


def _cut_database(world: World, fault: Fault) -> End | None:
    """Cut PostgreSQL's connections, or hold SQLite's one write lock."""
    # Whoever was about to record the answers of a claim cannot.
    claims = len(world.cast.workers) + 1
    if world.plan.database == "postgresql":
        entry = world.journal.begin(fault.kind, claims=claims)
        world.cut_connections()
        world.journal.end(entry)
        return None
    if world.locked:
        return None
    entry = world.journal.begin("lock database", claims=claims)
    lock = world.lock()
    if lock is None:
        world.journal.end(entry)
        return None

    def end() -> None:
        world.unlock(lock)
        world.journal.end(entry, later=DEADLINE)

    return end


def _script(world: World, fault: Fault) -> End | None:
    """Tell the simulator what to do with the next requests; it is over when they have met it."""
    word = WORDS[fault.dice % len(WORDS)]
    times = 1 + fault.dice // len(WORDS) % (MOST_BATCHES if world.plan.provider == "smsc" else MOST_CALLS)
    entry = world.journal.begin(fault.kind, word)
    world.simulator("POST", "faults", _order(world, [word], times=times))

    def end() -> None:
        until(lambda: not (world.simulator("GET", "faults") or {}).get("waiting"), MET_WITHIN, pause=0.05)
        world.simulator("DELETE", "faults")
        # What met it may wait for its whole deadline, and be recorded a little later.
        world.journal.end(entry, later=DEADLINE)

    return end


def _script_question(world: World, fault: Fault) -> End | None:
    """Let the next questions about messages fail."""
    if world.plan.provider == "seventech":
        return None
    word = ("hang", "reset", "garbage", "server-error", "busy", "cut")[fault.dice % 6]
    world.journal.end(world.journal.begin(fault.kind, word))
    of = "list" if world.plan.provider == "twilio" else "status"
    world.simulator("POST", "faults", _order(world, [word], of=of))
    return None


def _order(world: World, words: list[str], **more: object) -> dict[str, object]:
    return {"provider": world.plan.provider, "faults": words, **more}


def _pause(world: World, fault: Fault) -> End | None:
    """Have staff pause the broadcast, and resume it later."""
    if not world.shop.pause():
        return None
    entry = world.journal.begin(fault.kind)

    def end() -> None:
        world.journal.end(entry)
        world.shop.resume()

    return end


def _cancel(world: World, fault: Fault) -> End | None:
    if world.shop.cancel():
        world.journal.begin(fault.kind)
    return None


def _kill_supervisor(world: World, fault: Fault) -> End | None:
    """Kill `make run`, see that all it had started ends, and start it a second time."""
    supervisor = world.cast.supervisor
    if supervisor is None or supervisor.leash is None:
        return None
    world.hear_complaints()
    group = supervisor.leash.pid
    below = cast.descendants(group)
    entry = world.journal.begin(fault.kind, claims=1)
    cast.kill(supervisor)
    until(lambda: not cast.group_is_there(group), AWAY)
    supervisor.start()  # as an impatient person does: it waits for what is left of the first
    if not until(lambda: not cast.still_there(below), AWAY, pause=0.2):
        left = len(cast.still_there(below))
        world.left_running.append(f"{left} programs outlived the supervisor that was killed")
    world.cast.wait()
    world.journal.end(entry, later=LEASE)
    return None


def _one_of(world: World, fault: Fault) -> Child | None:
    alive = [worker for worker in world.cast.workers if worker.leash is not None]
    return alive[fault.dice % len(alive)] if alive else None


KINDS: dict[str, Callable[[World, Fault], End | None]] = {
    "kill worker": _kill_worker,
    "freeze worker": _freeze_worker,
    "kill redis": _kill_redis,
    "empty redis": _empty_redis,
    "kill simulator": _kill_simulator,
    "kill web": _kill_web,
    "cut database": _cut_database,
    "script": _script,
    "script question": _script_question,
    "pause": _pause,
    "cancel": _cancel,
    "kill supervisor": _kill_supervisor,
}
