"""What happens in `make demo`, from the first click of a manager to the last line."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from tqdm import tqdm

from smsadmin.standalone import demo_people
from smsadmin.standalone.demo_people import Visits
from smsadmin.standalone.demo_shop import DemoShop
from smsadmin.standalone.demo_staff import Manager, NotDone
from smsadmin.standalone.environment import Place

PATIENCE = 300.0
"""Seconds without any progress, after which the demo gives up."""

HIRED = 3
"""So many recipients work in the shop by the time they open their link."""

NAME = "Бонусы осени"
TEXT = "{{name}}, у вас бонусов: {{balance}}. Потратьте их: {shop}cabinet До встречи!"

FROM = 500
"""From so many recipients on, everything that can happen has happened."""
HAPPENS = ("skipped", "accepted", "delivered", "undelivered", "rejected", "unknown")
HAPPENS_TO_LINKS = ("bot_clicks", "logins", "logins_refused")


@dataclass(frozen=True)
class Ended:
    """The figures for the last line, and what does not add up."""

    figures: dict[str, Any]
    wrong: list[str]


def play(place: Place, shop: DemoShop, recipients: int, seed: int) -> Ended:
    """Write, send and count one broadcast; raise `NotDone` when a step does not come to its end."""
    begun = time.monotonic()
    with _progress(recipients) as show:
        manager = Manager(place.local_shop)
        page = manager.write_broadcast(NAME, TEXT.format(shop=place.shop))
        manager.press(page, "prepare")
        _until("the list of recipients", lambda: (shop.state() == "ready", shop.report().considered))
        manager.press(page, "send")
        _until("the end of the broadcast", lambda: (_all_have_left(shop), show(shop)))
        arrived = _arrived(place)
        staff = shop.hire(HIRED, {message["phone"] for message in arrived})
        time.sleep(demo_people.LOOKS_AFTER)
        visits = demo_people.visit(arrived, seed, staff)
        _until("the receipts", lambda: (_receipts_are_through(place, shop), show(shop)))
        _until("the clicks", lambda: (_clicks_are_through(shop, visits), shop.clicks()))
        show(shop)
    states = shop.rows_by_state()
    counts = _asked(place, "control/counts")["providers"]["smsc"]
    figures = {
        "recipients": shop.report().considered,
        **states,
        "provider_received": counts["received"],
        "provider_duplicates": counts["duplicates"],
        **shop.clicks(),
        "seconds": round(time.monotonic() - begun, 1),
    }
    return Ended(figures, list(_wrong(figures, states, recipients, visits, shop)))


def _wrong(
    figures: dict[str, Any], states: dict[str, int], recipients: int, visits: Visits, shop: DemoShop
) -> Iterator[str]:
    """Say in sentences what does not add up."""
    taken = sum(states[state] for state in ("accepted", "delivered", "undelivered"))
    expected = {
        "clicks": visits.clicks,
        "unique_clicks": visits.unique,
        "bot_clicks": visits.bot_clicks,
        "logins": visits.logins,
        "logins_refused": visits.refused,
    }
    if figures["recipients"] != recipients or sum(states.values()) != recipients:
        yield f"{recipients} customers were to be considered; the states add up to {sum(states.values())}"
    by_state = {state.value: number for state, number in shop.report().by_state.items()}
    if by_state != states or shop.counters_off():
        yield "the counters differ from the rows"
    if not taken <= figures["provider_received"] <= taken + states["unknown"]:
        yield f"the provider received {figures['provider_received']}, we know of {taken}"
    if figures["provider_duplicates"]:
        yield f"the provider received {figures['provider_duplicates']} SMS twice"
    for name, number in expected.items():
        if figures[name] != number:
            yield f"{name}: {number} happened, {figures[name]} were counted"
    if recipients >= FROM:
        yield from (f"{name} is 0" for name in (*HAPPENS, *HAPPENS_TO_LINKS) if not figures[name])


@contextmanager
def _progress(recipients: int) -> Iterator[Callable[[DemoShop], int]]:
    with tqdm(total=recipients, unit=" SMS", desc="sent and reported", mininterval=0.2) as bar:

        def show(shop: DemoShop) -> int:
            report = shop.report()
            bar.n = report.considered - report.open
            bar.refresh()
            return bar.n

        yield show


def _until(what: str, look: Callable[[], tuple[bool, Any]]) -> None:
    """Wait until `look` says that it is done; give up when what it sees has not changed for too long."""
    seen: Any = None
    changed = time.monotonic()
    while True:
        done, sees = look()
        if done:
            return
        if sees != seen:
            seen, changed = sees, time.monotonic()
        if time.monotonic() - changed > PATIENCE:
            raise NotDone(f"{what} did not come in {PATIENCE:.0f} s")
        time.sleep(0.1)


def _all_have_left(shop: DemoShop) -> bool:
    """Say whether nothing waits or is under way; the minutes for asking about lost answers are not waited for."""
    return shop.state() in ("sending", "finished") and shop.report().open == 0


def _receipts_are_through(place: Place, shop: DemoShop) -> bool:
    receipts = _asked(place, "control/counts")["receipts"]
    return receipts["pending"] == 0 and shop.receipts_waiting() == 0


def _clicks_are_through(shop: DemoShop, visits: Visits) -> bool:
    counted = shop.clicks()
    clicks = counted["clicks"] + counted["bot_clicks"] >= visits.clicks + visits.bot_clicks
    return clicks and counted["logins"] + counted["logins_refused"] >= visits.logins + visits.refused


def _arrived(place: Place) -> list[dict[str, str]]:
    """Return all SMS that arrived on the simulated phones."""
    found: list[dict[str, str]] = []
    after = 0
    while True:
        page = _asked(place, f"control/messages?after={after}")
        if not page["messages"]:
            return found
        found += [message | {"phone": f"+{message['phone'].lstrip('+')}"} for message in page["messages"]]
        after = page["last"]


def _asked(place: Place, path: str) -> Any:
    with requests.Session() as asking:
        asking.trust_env = False
        answer = asking.get(place.local_simulator + path, timeout=30)
    answer.raise_for_status()
    return answer.json()
