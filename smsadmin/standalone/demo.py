"""`make demo`: the main job from end to end without a screen; its last line on stdout is one JSON object.

Reads `RECIPIENTS`, `DATABASE` (postgresql or sqlite) and `SEED`. Web server, worker and simulator are processes of
their own; a member of staff, the provider's receipts and the people who open their links all come over HTTP.
"""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smsadmin.standalone import postgres_box, programs, redis_box
from smsadmin.standalone.children import NotStarted, children
from smsadmin.standalone.demo_staff import NotDone
from smsadmin.standalone.environment import BadEnvironment, Place, environment, sqlite_url
from smsadmin.standalone.keys import load_or_make
from smsadmin.standalone.places import BadPlace, own_folder, temporary_folder
from smsadmin.standalone.ports import free_port
from smsadmin.standalone.reach import Unreachable, wait_until_it_answers
from smsadmin.standalone.supervisor import Stopped, stop_on_signals

if TYPE_CHECKING:
    from smsadmin.standalone.demo_play import Ended

QUICK = {
    "SMSADMIN_RATE": "2000",
    # A lost answer leaves a whole request in doubt: not everybody, of the few that there are.
    "SMSADMIN_BATCH_SIZE": "100",
    "SMSADMIN_CALL_DEADLINE": "5",
    "SMSADMIN_LEASE": "15",
    "SMSADMIN_SWEEP_EVERY": "1",
    "SMSADMIN_RECEIPTS_EVERY": "0.2",
}
"""A demo waits for nobody: a real shop's limits are wider."""

OURS = ("SMSADMIN_", "SHORTLINKS_", "SQLALCHEMY_")
"""What the user has set for `make run` is not for the demo."""

SENTENCES = (BadEnvironment, BadPlace, NotDone, NotStarted, Unreachable)


@dataclass(frozen=True)
class Wish:
    """What was asked for."""

    recipients: int
    database: str
    seed: int

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Wish":
        """Read the environment; raise `BadEnvironment`."""
        numbers = {}
        for name, default in (("RECIPIENTS", "1000"), ("SEED", "1")):
            value = given.get(name) or default
            if not value.isdecimal() or not 0 < int(value) <= 1_000_000:
                raise BadEnvironment(f"{name} is {value!r}: it must be a number from 1 to 1000000.")
            numbers[name.lower()] = int(value)
        database = given.get("DATABASE") or "postgresql"
        if database not in ("postgresql", "sqlite"):
            raise BadEnvironment(f"DATABASE is {database!r}: it must be postgresql or sqlite.")
        return cls(database=database, **numbers)


def main() -> int:
    """Run the demo; return 0 when everything adds up."""
    stop_on_signals()
    try:
        wish = Wish.read(os.environ)
        with temporary_folder("smsadmin-demo") as home:
            ended = _run(wish, home)
    except Stopped:
        print("Stopped.", file=sys.stderr)
        return 1
    except SENTENCES as error:
        print(error, file=sys.stderr)
        return 1
    for sentence in ended.wrong:
        print(sentence, file=sys.stderr)
    print(json.dumps(ended.figures))
    return 1 if ended.wrong else 0


def _run(wish: Wish, home: Path) -> "Ended":
    with ExitStack() as stack:
        place = Place(own_folder(home / "instance"), "127.0.0.1", free_port(), free_port())
        redis = stack.enter_context(redis_box.running(home / "redis", durable=False))
        if wish.database == "postgresql":
            database = stack.enter_context(postgres_box.running(home / "postgresql", durable=False)).url()
        else:
            database = sqlite_url(place.instance / "shop.sqlite")
        given = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        told = environment(
            place,
            load_or_make(place.instance),
            redis.url,
            given | QUICK | {"SQLALCHEMY_DATABASE_URI": database},
        )
        # The app of this process, which counts, is told the same as the others.
        os.environ.update(told)
        from smsadmin.standalone.demo_play import play
        from smsadmin.standalone.demo_shop import DemoShop

        shop = DemoShop(wish.recipients, wish.seed)
        family = stack.enter_context(children())
        playing = ["--script", "mix", "--seed", str(wish.seed), "--receipt-delay", "0.5"]
        playing += ["--fate", f"{shop.lost_answer()}=cut", "--smsc-callback", shop.smsc_callback]
        simulator = family.start(programs.simulator(place, told, playing))
        web = family.start(programs.web(place, told))
        family.start(programs.worker(place, told))
        wait_until_it_answers(place.local_shop, web)
        wait_until_it_answers(f"{place.local_simulator}phones", simulator)
        return play(place, shop, wish.recipients, wish.seed)


if __name__ == "__main__":
    sys.exit(main())
