"""Which events notify customers, and why one cannot."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from smsadmin.clock import utc_now
from smsadmin.current import host
from smsadmin.database import read, write
from smsadmin.events.catalogue import CATALOGUE, Event
from smsadmin.models import EventSwitch
from smsadmin.upsert import replace


@dataclass(frozen=True)
class Switch:
    """One event's switch as it works now; with an `obstacle` it is off whatever was chosen."""

    event: Event
    chosen: bool
    obstacle: Any | None

    @property
    def on(self) -> bool:
        """Say whether the event notifies."""
        return self.chosen and self.obstacle is None


def switches() -> list[Switch]:
    """Return all events of the catalogue with their switches."""
    chosen = read(lambda session: {row.kind: row.enabled for row in session.scalars(select(EventSwitch))})
    loyalty = host().loyalty
    return [
        Switch(event, chosen.get(event.kind, False), event.impossible_because(loyalty))
        for event in CATALOGUE.values()
    ]


def is_on(kind: str) -> bool:
    """Say whether this kind of event notifies."""
    return any(switch.on for switch in switches() if switch.event.kind == kind)


def turn(kind: str, on: bool, by: str) -> None:
    """Switch an event on or off."""
    row = {"kind": CATALOGUE[kind].kind, "enabled": on, "changed_by": by, "changed_at": utc_now()}
    write(lambda session: replace(session, EventSwitch, row))
