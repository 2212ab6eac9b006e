"""`make run`: the whole product on this machine, from one command to Ctrl-C.

Usage: python -m smsadmin.standalone.run [--instance FOLDER]

Reads `HOST`, `PORT`, `SIMULATOR_PORT`, `SQLALCHEMY_DATABASE_URI`, `SMSADMIN_REDIS_URL`, `SMSADMIN_PUBLIC_URL`
and every other setting from the environment; what is not set gets a default, and keys are made once.
"""

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path

from smsadmin.standalone import programs, redis_box
from smsadmin.standalone.children import Child, Children, NotStarted, children
from smsadmin.standalone.environment import (
    SIMULATOR_LOGIN,
    SIMULATOR_PASSWORD,
    TWILIO_SID,
    TWILIO_TOKEN,
    BadEnvironment,
    Place,
    environment,
)
from smsadmin.standalone.keys import BadKeys, load_or_make
from smsadmin.standalone.only_one import AlreadyRunning, only_one
from smsadmin.standalone.places import BadPlace, own_folder
from smsadmin.standalone.ports import BadPort, check_free
from smsadmin.standalone.prepare import prepare
from smsadmin.standalone.reach import Unreachable, check_database, check_redis, wait_until_it_answers
from smsadmin.standalone.supervisor import Stopped, stop_on_signals, tend

SENTENCES = (AlreadyRunning, BadEnvironment, BadKeys, BadPlace, BadPort, NotStarted, Unreachable)
"""What can go wrong in a way that somebody at the keyboard can change; each message is meant for him."""


def main() -> int:
    """Run everything until a signal; return the exit code: 0 when asked to stop, 1 when it cannot run."""
    parser = argparse.ArgumentParser(description="Run the shop, the worker and the simulated providers.")
    parser.add_argument(
        "--instance", type=Path, default=programs.ROOT / "instance", help="where files are kept"
    )
    arguments = parser.parse_args()
    stop_on_signals()
    try:
        _run(arguments.instance)
    except Stopped:
        _say("Stopped.")
    except SENTENCES as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


def _run(instance: Path) -> None:
    with ExitStack() as stack:
        place = Place.from_environment(own_folder(instance), os.environ)
        lock = stack.enter_context(only_one(place.instance))
        check_free(place.host, place.port, "PORT")
        check_free(place.host, place.simulator_port, "SIMULATOR_PORT")
        keys = load_or_make(place.instance)
        redis_url, servers = _redis(stack, place, lock)
        told = environment(place, keys, redis_url, os.environ)
        check_database(told["SQLALCHEMY_DATABASE_URI"])
        _say("Preparing the database; the first time takes some seconds.")
        prepared = prepare(told, place.local_shop)
        family = stack.enter_context(children())
        _start(family, place, told, prepared.smsc_callback, lock)
        _say(_welcome(place, told["SMSADMIN_PUBLIC_URL"], prepared.sign_ins))
        tend([*servers, *family.all])


def _redis(stack: ExitStack, place: Place, lock: int) -> tuple[str, list[Child]]:
    """Return the URL of the Redis that was named, else of the one in the box, and the servers to tend."""
    named = os.environ.get("SMSADMIN_REDIS_URL")
    if named:
        check_redis(named)
        return named, []
    box = stack.enter_context(redis_box.running(place.instance / "redis", keep_open=[lock]))
    return box.url, [box.child]


def _start(family: Children, place: Place, told: dict[str, str], smsc_callback: str, lock: int) -> None:
    quiet = ["--script", "quiet", "--seed", "1", "--smsc-callback", smsc_callback]
    simulator = family.start(programs.simulator(place, told, quiet, [lock]))
    web = family.start(programs.web(place, told, [lock]))
    worker = family.start(programs.worker(place, told, [lock]))
    wait_until_it_answers(place.local_shop, web)
    wait_until_it_answers(f"{place.local_simulator}phones", simulator)
    if worker.ended() is not None:
        raise NotStarted(f"The worker did not start:\n{worker.last_lines()}")


def _welcome(place: Place, public: str, sign_ins: list[tuple[str, str, str]]) -> str:
    people = [f"  {who:<18}  {login:<12}  {password}" for who, login, password in sign_ins]
    return "\n".join(
        [
            "",
            f"The shop         {public}",
            f"The back office  {public}admin/",
            f"The phones       {place.simulator}phones",
            *_open_to_all(place),
            "",
            "Sign in as (login, password):",
            *people,
            "",
            "The simulated providers (SMSC is connected):",
            f"  {'SMSC, SevenTech':<18}  {SIMULATOR_LOGIN:<12}  {SIMULATOR_PASSWORD}",
            f"  {'Twilio':<18}  {TWILIO_SID}  {TWILIO_TOKEN}",
            "",
            f"Logs are in {place.instance / 'logs'}. Ctrl-C stops everything.",
        ]
    )


def _open_to_all(place: Place) -> list[str]:
    """Warn where others reach the phones: the SMS there carry links that sign in."""
    local = place.host in ("127.0.0.1", "::1", "localhost")
    return [] if local else ["", "Whoever reaches this machine can read the phones and open their links."]


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
