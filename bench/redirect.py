"""`python -m bench.redirect`: a tracked link against a bare Flask view that returns `redirect()`.

Both are served by granian on one core, ours with its flusher; the clients and PostgreSQL have the other. Each click is
in the spool before its answer. `ratio` is our rate ÷ the bare rate, the worst of three: with few blocks of links, with
many, and while a million clicks wait in the spool; `p99_ratio` is our slowest hundredth ÷ theirs, the worst of three.
Our server stands still while the bare one is called: its flusher has the same core.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.box import Box, box, programs
from bench.callers import call_all, get_request
from bench.figures import RUNS, Pair, median, say, size, tell, timed
from smsadmin.standalone.children import Child
from smsadmin.standalone.ports import free_port
from smsadmin.standalone.reach import wait_until_it_answers

CLIENTS = 8
FEW_BLOCKS, MANY_BLOCKS = 10, 10_000
IN_A_BLOCK = 1000
WAITING_TO_A_CLICK = 50
"""So many clicks wait in the spool for each one of a run."""

PATIENCE = 300.0
"""Seconds after which a flusher that does not end is given up."""

STORED = "SELECT coalesce(sum(count), 0) FROM shortlinks_use_counters WHERE use IN ('clicks', 'bot_clicks')"
"""As many as there are clicks, and read without reading them."""

TARGET = "https://shop.example/sale?from=sms"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
BIG_NUMBER = 100_000_000
WRAPPED = 1_000_000


@dataclass(frozen=True)
class Measured:
    """The run with the middle ratio of rates, and the middle ratio of the slowest hundredths."""

    pair: Pair
    p99_ratio: float

    @property
    def ratio(self) -> float:
        """Our rate ÷ the bare one."""
        return 1 / self.pair.ratio


def main() -> None:
    """Measure and print the last line."""
    clicks = size(20_000)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] or cores)
    with box(SHORTLINKS_FLUSH_EVERY="0.5") as shop:
        servers = _start(shop, cores[0])
        few, many = FEW_BLOCKS, max(FEW_BLOCKS + 1, min(MANY_BLOCKS, clicks))
        codes = _reserve(0, few)
        measured = [_measure("few blocks", servers, codes, clicks)]
        codes += _reserve(few, many)
        measured.append(_measure("many blocks", servers, codes, clicks))
        _wait_in_the_spool(shop, clicks * WAITING_TO_A_CLICK, few)
        measured.append(_measure("clicks waiting", servers, codes, clicks))
        _wait_until_all_is_stored(shop)
        flushed, flushed_of_many = (_flushed(shop, clicks * 10, broadcasts) for broadcasts in (few, many))
        wrapping = timed(lambda: _wrap(size(WRAPPED)))
    worst = min(measured, key=lambda one: one.ratio)
    from shortlinks.codes import code_chars

    say(
        "redirect",
        worst.ratio,
        worst.pair,
        p99_ratio=max(one.p99_ratio for one in measured),
        per_second=clicks / worst.pair.ours,
        **{
            f"ratio_{name}": one.ratio for name, one in zip(("few", "many", "waiting"), measured, strict=True)
        },
        flushed_per_second=flushed,
        flushed_per_second_of_many_broadcasts=flushed_of_many,
        wrapping_seconds=wrapping,
        tracked_code_chars=code_chars(BIG_NUMBER, login=False),
        login_code_chars=code_chars(BIG_NUMBER, login=True),
    )


@dataclass(frozen=True)
class Servers:
    """The shop's web server and the bare one: where they answer, and ours as a program."""

    ours: str
    bare: str
    program: Child

    @contextmanager
    def only_bare(self) -> Iterator[None]:
        """Have ours stand still for as long as the block lasts."""
        leash = self.program.leash
        if leash is None:
            sys.exit("redirect: the shop's web server does not run.")
        os.killpg(leash.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(leash.pid, signal.SIGCONT)


def _start(shop: Box, core: int) -> Servers:
    """Start both servers on this core."""
    place = replace(shop.place, port=free_port())
    bare = programs.web(place, shop.told)
    bare.command = [*bare.command[:-1], "bench.bare_redirect:app"]
    bare.name, bare.log = "bare server", shop.home / "bare.log"
    ours = programs.web(shop.place, shop.told)
    here = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    for child in (ours, bare):
        shop.family.start(child)
    os.sched_setaffinity(0, here)
    wait_until_it_answers(shop.place.local_shop, ours)
    wait_until_it_answers(place.local_shop, bare)
    return Servers(shop.place.local_shop, place.local_shop, ours)


def _reserve(start: int, end: int) -> list[str]:
    """Reserve a block of links for each of these broadcasts; return the codes of a few of each."""
    from shortlinks.blocks import block_code, reserve
    from smsadmin.database import engine

    codes = []
    for number in range(start, end):
        block = reserve(
            engine(), url=TARGET, owner=f"bench{number}", link_index=0, count=IN_A_BLOCK, login=False
        )
        codes += [block_code(block, position) for position in (0, IN_A_BLOCK // 2, IN_A_BLOCK - 1)]
    return codes


def _measure(name: str, servers: Servers, codes: Sequence[str], clicks: int) -> Measured:
    chosen = random.Random(clicks)  # noqa: S311 - nothing secret
    # The newest is read by the process, and one click has warmed each server up.
    requests = [get_request(f"/l/{code}", PHONE) for code in (codes[-1], *chosen.choices(codes, k=clicks))]
    for server in (servers.ours, servers.bare):
        call_all(server, requests[: 1 + clicks // 10], CLIENTS, 302)
    pairs, slowest = [], []
    for _ in range(RUNS):
        ours: list[float] = []
        bare: list[float] = []
        took = call_all(servers.ours, requests, CLIENTS, 302, ours)
        with servers.only_bare():
            pairs.append(Pair(took, call_all(servers.bare, requests, CLIENTS, 302, bare)))
        slowest.append(_p99(ours) / _p99(bare))
        tell(
            f"redirect, {name}: {clicks / took:.0f} a second, bare {clicks / pairs[-1].limit:.0f}; "
            f"p99 {_p99(ours) * 1000:.1f} ms, bare {_p99(bare) * 1000:.1f} ms"
        )
    return Measured(median(pairs), sorted(slowest)[len(slowest) // 2])


def _p99(waits: Sequence[float]) -> float:
    return sorted(waits)[len(waits) * 99 // 100]


def _wait_in_the_spool(shop: Box, clicks: int, broadcasts: int) -> None:
    """Leave clicks of a process that is no more in the spool, on links of so many broadcasts."""
    from datetime import UTC, datetime

    from shortlinks.bots import Signal
    from shortlinks.lines import ClickLine, to_bytes

    spool = Path(shop.told["SHORTLINKS_SPOOL"])
    found = shop.run("SELECT string_agg(first::text, ' ' ORDER BY first) FROM shortlinks_blocks")
    firsts = [int(first) for first in found.split()[:broadcasts]]
    chosen = random.Random(clicks)  # noqa: S311 - nothing secret
    unfinished = spool / "waiting"
    with unfinished.open("wb") as file:
        for _ in range(clicks):
            number = chosen.choice(firsts) + chosen.randrange(IN_A_BLOCK)
            file.write(to_bytes(ClickLine(number, datetime.now(UTC), Signal.NONE, PHONE, "", "10.1.2.0")))
    # A name stands for one file for ever.
    unfinished.rename(spool / f"waiting-{time.monotonic_ns()}.spool")


def _flushed(shop: Box, clicks: int, broadcasts: int) -> float:
    """Return how many clicks a second the flusher stores while nobody clicks."""
    before = shop.run(STORED)
    _wait_in_the_spool(shop, clicks, broadcasts)
    # It looks into the spool twice a second: its time runs from what it stored first.
    first = _wait_for(shop, before + 1)
    begun = time.monotonic()
    last = _wait_for(shop, before + clicks)
    return (last - first) / (time.monotonic() - begun)


def _wait_for(shop: Box, clicks: int) -> int:
    begun = time.monotonic()
    while (stored := int(shop.run(STORED))) < clicks:
        if time.monotonic() - begun > PATIENCE:
            sys.exit("redirect: the flusher is not done after five minutes.")
        time.sleep(0.02)
    return stored


def _wait_until_all_is_stored(shop: Box) -> None:
    begun = time.monotonic()
    while any(Path(shop.told["SHORTLINKS_SPOOL"]).glob("waiting*")):
        if time.monotonic() - begun > PATIENCE:
            sys.exit("redirect: clicks still wait in the spool after five minutes.")
        time.sleep(0.2)


def _wrap(texts: int) -> None:
    """Put a code into so many texts with one link each."""
    from shortlinks.blocks import reserve, short_address
    from shortlinks.text import fill, put_markers
    from smsadmin.database import engine

    marked, _ = put_markers(f"Иванова Анна, у вас бонусов: 1500. Потратьте их: {TARGET} До встречи!")
    block = reserve(engine(), url=TARGET, owner="wrapped", link_index=0, count=texts, login=False)
    for position in range(texts):
        fill(marked, [short_address(block, position)])


if __name__ == "__main__":
    main()
