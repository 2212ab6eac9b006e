"""One seed, in a process of its own: build the shop, let the faults come, settle, judge.

Usage: python -m faults.one SEED MESSAGES FOLDER; the outcome is FOLDER/result.json, the log stdout and stderr.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faults import cast
from faults.journal import Journal
from faults.plan import Plan, draw
from faults.settings import OURS_AT_POSTGRESQL, scaled
from smsadmin.standalone import postgres_box
from smsadmin.standalone.children import NotStarted
from smsadmin.standalone.environment import Place, environment, sqlite_url
from smsadmin.standalone.keys import load_or_make
from smsadmin.standalone.places import own_folder
from smsadmin.standalone.ports import free_port
from smsadmin.standalone.supervisor import Stopped, stop_on_signals

if TYPE_CHECKING:
    from faults.shop import Shop
    from faults.world import World


def main() -> int:
    """Play one seed; return 0 when it came to a verdict, whatever that is."""
    stop_on_signals()
    seed, messages, home = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    try:
        result = play(draw(seed, messages), home)
    except Stopped:
        return 1
    (home / "result.json").write_text(json.dumps(result), encoding="utf-8")
    return 0


def play(plan: Plan, home: Path) -> dict[str, Any]:
    """Return the figures of one seed, `wrong` sentences among them."""
    begun = time.time()
    with ExitStack() as stack:
        place = Place(own_folder(home / "instance"), "127.0.0.1", free_port(), free_port())
        own_folder(place.instance / "logs")
        database = stack.enter_context(_database(plan, home))
        redis = None if plan.supervised else stack.enter_context(cast.own_redis(home))
        redis_url = redis.url if redis else cast.redis_of_supervisor(place)
        keys = load_or_make(place.instance)
        told = environment(place, keys, redis_url, scaled(plan, database))
        # The app of this process is told the same as the others.
        os.environ.update(told, PGAPPNAME=OURS_AT_POSTGRESQL)
        from faults.shop import Shop
        from faults.world import World

        shop = Shop(plan)
        players = stack.enter_context(_cast(plan, place, told, redis, shop))
        world = World(plan, place, database, shop, players, Journal())
        return _judged(world, home, begun)


def _judged(world: "World", home: Path, begun: float) -> dict[str, Any]:
    from faults import storm
    from faults.evidence import gather
    from faults.judge import judge
    from faults.watch import watched

    wrong: list[str] = []
    settled = 0.0
    try:
        storm.form(world)
        with watched(world):
            storm.rage(world)
        settled = storm.settle(world)
    except (storm.NotSettled, NotStarted) as error:
        wrong.append(f"not settled: {error}")
    world.hear_complaints()
    world.journal.close()
    (home / "journal.json").write_text(json.dumps(world.journal.rows(), indent=1), encoding="utf-8")
    evidence = gather(world, begun)
    (home / "evidence.json").write_text(json.dumps(asdict(evidence), ensure_ascii=False), encoding="utf-8")
    verdict, said = judge(world.plan, evidence, world.journal.entries, world.complaints)
    return _result(world, asdict(verdict), wrong + world.left_running, said) | {
        "settled": round(settled, 1),
        "seconds": round(time.time() - begun, 1),
    }


def _result(world: "World", figures: dict[str, int], wrong: list[str], said: list[str]) -> dict[str, Any]:
    kinds = [entry.kind for entry in world.journal.entries]
    return {
        "seed": world.plan.seed,
        "messages": world.plan.messages,
        "provider": world.plan.provider,
        "database": world.plan.database,
        **figures,
        "kills": sum(kind.startswith(("kill", "empty")) for kind in kinds),
        "freezes": kinds.count("freeze worker"),
        "faults": len(kinds) - kinds.count("slow machine"),
        "slow": kinds.count("slow machine"),
        "states": world.shop.standing().rows,
        "wrong": wrong + said,
        "failed": bool(wrong or _is_bad(figures)),
    }


def _is_bad(figures: Mapping[str, int]) -> bool:
    return any(number for name, number in figures.items() if name not in ("unknown", "late_calls"))


@contextmanager
def _database(plan: Plan, home: Path) -> Iterator[str]:
    if plan.database == "sqlite":
        yield sqlite_url(home / "instance" / "shop.sqlite")
        return
    with postgres_box.running(home / "postgresql", durable=False) as box:
        yield box.url()


@contextmanager
def _cast(plan: Plan, place: Place, told: dict[str, str], redis: Any, shop: "Shop") -> Iterator[cast.Cast]:
    if redis is None:
        with cast.supervised_cast(plan, place, told) as players:
            yield players
    else:
        with cast.own_cast(plan, place, told, redis.child, shop.smsc_callback) as players:
            yield players


if __name__ == "__main__":
    sys.exit(main())
