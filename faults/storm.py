"""The time from the first message to the last: faults come as the plan says, and end when they have lasted."""

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from faults.injections import End, inject
from faults.journal import FOR_EVER
from faults.plan import Fault
from faults.settings import LEASE
from faults.world import World, until
from smsadmin.states import BroadcastState

TICK = 0.05
LOOK = 1.0
"""Seconds between two looks at how far it has come."""

FORMED_WITHIN = 120.0
"""Seconds in which the list is formed, with a worker killed in the middle."""

PATIENCE = 200.0
"""Seconds without any change after which a shop that is left in peace will not settle any more: half of what a clock is
wrong, by which a worker may put a question off, and more."""


class NotSettled(Exception):
    """The shop did not come to what was to be played; the words say what is missing."""


def form(world: World) -> None:
    """Have the list formed and confirm it; raise `NotSettled`."""
    world.shop.write_broadcast()
    if not until(lambda: _is_formed(world), FORMED_WITHIN, pause=0.1):
        raise NotSettled(f"the list was not formed within {FORMED_WITHIN:.0f} s: {world.shop.standing()}")
    world.shop.send()


def _is_formed(world: World) -> bool:
    world.cast.tend()
    return world.shop.standing().state == BroadcastState.READY


def rage(world: World) -> None:
    """Play the plan's faults until they are through or nothing is left to be sent; see all of them end."""
    begun = time.monotonic()
    coming = deque(world.plan.faults)
    looked = begun
    # Each ends in a thread of its own: a button may have to wait for a lock that a frozen worker holds.
    with ThreadPoolExecutor(len(coming) + 1) as threads:
        ends = []
        while coming:
            if time.monotonic() - begun >= coming[0].after:
                fault = coming.popleft()
                if end := inject(world, fault):
                    ends.append(threads.submit(_later, fault, end))
            world.cast.tend()
            if time.monotonic() - looked > LOOK:
                looked = time.monotonic()
                _be_there(world)
                if not world.shop.standing().open:
                    break
            time.sleep(TICK)
        for each in ends:
            each.result()


def _later(fault: Fault, end: End) -> None:
    time.sleep(fault.lasts + (LEASE if fault.kind == "freeze worker" else 0.0))
    end()


def settle(world: World) -> float:
    """Leave the shop in peace until nothing changes any more; return the seconds; raise `NotSettled`."""
    begun = changed = time.monotonic()
    world.simulator("DELETE", "faults")
    world.cast.heal()
    world.cast.wait()
    seen: object = None
    while True:
        world.cast.tend()
        _be_there(world)
        standing = world.shop.standing()
        receipts = _receipts_to_come(world)
        if standing.settled and receipts == 0:
            return time.monotonic() - begun
        if (standing, receipts) != seen:
            seen, changed = (standing, receipts), time.monotonic()
        if time.monotonic() - changed > PATIENCE:
            raise NotSettled(
                f"nothing has changed for {PATIENCE:.0f} s: {standing}, {receipts} receipts to come"
            )
        time.sleep(0.2)


def _be_there(world: World) -> None:
    """Do what staff does: look after an account that has stopped, resume what was paused by itself."""
    world.shop.go_on()
    paused_by_us = any(entry.ended == FOR_EVER for entry in world.journal.of("pause"))
    if not paused_by_us:
        world.shop.resume()


def _receipts_to_come(world: World) -> int | None:
    counts = world.simulator("GET", "counts")
    return None if counts is None else counts["receipts"]["pending"]
