"""What the programs of the box are told: every setting that they read, computed in one place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from smsadmin.standalone.keys import Keys
from smsadmin.standalone.ports import local_address, visible_address

SIMULATOR_LOGIN = "demo"
SIMULATOR_PASSWORD = "demo-password"  # noqa: S105 - the simulated provider's, printed on the screen
TWILIO_SID = "AC00000000000000000000000000000000"
TWILIO_TOKEN = "demo-token"  # noqa: S105 - like the one above
SIMULATED = ("smsc", "twilio", "seventech")


class BadEnvironment(Exception):
    """A variable of the environment has a wrong value; the message is a sentence for people."""


@dataclass(frozen=True)
class Place:
    """Where the box runs: what it listens on and where its files are."""

    instance: Path
    host: str = "127.0.0.1"
    port: int = 8000
    simulator_port: int = 8001

    @classmethod
    def from_environment(cls, instance: Path, given: Mapping[str, str]) -> "Place":
        """Read `HOST`, `PORT` and `SIMULATOR_PORT`; raise `BadEnvironment`."""
        place = cls(
            instance.resolve(),
            given.get("HOST") or "127.0.0.1",
            _port(given, "PORT", 8000),
            _port(given, "SIMULATOR_PORT", 8001),
        )
        if place.port == place.simulator_port:
            raise BadEnvironment(
                f"PORT and SIMULATOR_PORT are both {place.port}: choose two different ports."
            )
        return place

    @property
    def shop(self) -> str:
        """The address of the shop as people reach it."""
        return f"http://{visible_address(self.host)}:{self.port}/"

    @property
    def local_shop(self) -> str:
        """The address of the shop as this machine reaches it."""
        return f"http://{local_address(self.host)}:{self.port}/"

    @property
    def simulator(self) -> str:
        """The address of the simulator as people reach it."""
        return f"http://{visible_address(self.host)}:{self.simulator_port}/"

    @property
    def local_simulator(self) -> str:
        """The address of the simulator as this machine reaches it."""
        return f"http://{local_address(self.host)}:{self.simulator_port}/"


def environment(place: Place, keys: Keys, redis_url: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for the programs: what is `given` (by the user) wins over our defaults."""
    public = (given.get("SMSADMIN_PUBLIC_URL") or place.shop).rstrip("/") + "/"
    simulated = {name: f"{place.local_simulator}{name}" for name in SIMULATED}
    defaults = {
        "SECRET_KEY": keys.secret_key,
        "SQLALCHEMY_DATABASE_URI": sqlite_url(place.instance / "shop.sqlite"),
        "SMSADMIN_KEYS": keys.fernet_key,
        "SMSADMIN_BASE_URLS": json.dumps(simulated),
        # The simulated providers take more a second than real ones: five thousand SMS in half a minute.
        "SMSADMIN_RATE": "200",
        "SHORTLINKS_URL": f"{public}l/",
        "SHORTLINKS_MAIN_URL": public,
        "SHORTLINKS_KEYS": keys.shortlinks_key,
        "SHORTLINKS_SALT": keys.shortlinks_salt,
        "SHORTLINKS_SPOOL": str(place.instance / "clicks"),
        "SIMULATOR_LOGIN": SIMULATOR_LOGIN,
        "SIMULATOR_PASSWORD": SIMULATOR_PASSWORD,
    }
    direct = _without_proxy(place, given)
    ours = {
        "SMSADMIN_PUBLIC_URL": public,
        "SMSADMIN_REDIS_URL": redis_url,
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": direct,
        "no_proxy": direct,
    }
    kept = {name: value for name, value in given.items() if value}
    return {**defaults, **kept, **ours}


def sqlite_url(path: Path) -> str:
    """Return the SQLAlchemy URL of an SQLite file."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def _without_proxy(place: Place, given: Mapping[str, str]) -> str:
    """Return what is reached without the user's proxy: what he says, and our own servers."""
    own = [local_address(place.host), visible_address(place.host), "localhost"]
    said = given.get("NO_PROXY") or given.get("no_proxy")
    return ",".join(dict.fromkeys([said, *own] if said else own))


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    value = given.get(name) or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise BadEnvironment(f"{name} is {value!r}: it must be a number from 1 to 65535.")
    return int(value)
