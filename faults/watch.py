"""Sees when the machine itself is too slow: a call that is late for that reason is nobody's fault."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from faults.settings import DEADLINE
from faults.world import World

EVERY = 0.2
SLOW = DEADLINE / 3
"""Seconds that the shortest answers of simulator and shop must not take together: a real one is many times as much."""


@contextmanager
def watched(world: World) -> Iterator[None]:
    """Note every moment of the block at which the servers, though they live, hardly come to answer."""
    over = Event()
    watcher = Thread(target=_watch, args=(world, over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(world: World, over: Event) -> None:
    while not over.wait(EVERY):
        begun = time.time()
        if world.servers_answer() and time.time() - begun > SLOW:
            entry = world.journal.begin("slow machine")
            entry.begun = begun
            world.journal.end(entry, later=DEADLINE)
