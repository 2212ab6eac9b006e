"""Clicks when the disk is full, with real processes: they wait in memory, and what is lost is counted as lost."""

import os
import resource
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pytest
from flask import Flask
from sqlalchemy import Engine

from shortlinks.blocks import reserve
from shortlinks.models import LinkBlock
from tests.shortlinks.fire import (
    MOST_LINKS,
    NOTHING_WRONG,
    Outcome,
    Place,
    Visitors,
    WebServer,
    clicks_stored,
    outcome,
    wait_until,
)

# What is tried here is the spool; where it goes to is tried elsewhere.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

BIG = 10**8


class Disk(Protocol):
    """A disk that can be full."""

    def fill(self, web: WebServer) -> None:
        """Leave no room at all."""

    def make_room(self, web: WebServer) -> None:
        """Take that back."""


@dataclass
class SmallDisk:
    """A tmpfs of half a megabyte; only root may mount one."""

    spool: Path

    def fill(self, web: WebServer) -> None:  # noqa: ARG002
        with (self.spool / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                return

    def make_room(self, web: WebServer) -> None:  # noqa: ARG002
        (self.spool / "filler").unlink()


@dataclass
class LimitedFiles:
    """No real disk: the processes may write no file beyond its present size (RLIMIT_FSIZE); anybody may set that."""

    spool: Path

    def fill(self, web: WebServer) -> None:
        # A little more, which tears a line of the one that has written least.
        smallest = min(path.stat().st_size for path in self.spool.glob("*.spool"))
        _limit(web, smallest + 100)

    def make_room(self, web: WebServer) -> None:
        _limit(web, resource.RLIM_INFINITY)


def _limit(web: WebServer, size: int) -> None:
    for worker in web.workers():
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.fixture(params=[SmallDisk, LimitedFiles])
def disk(request: pytest.FixtureRequest, app: Flask, spool: Path) -> Iterator[Disk]:  # noqa: ARG001
    if request.param is LimitedFiles:
        yield LimitedFiles(spool)
        return
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", spool], check=True)
    yield SmallDisk(spool)
    # Lazily: a process that was killed keeps its file for a moment.
    subprocess.run(["umount", "--lazy", spool], check=True)


@pytest.fixture
def block(app: Flask, engine: Engine) -> LinkBlock:  # noqa: ARG001
    url = "https://shop.example/sale"
    return reserve(engine, url=url, owner="fire", link_index=0, count=MOST_LINKS, login=False)


def written(spool: Path) -> int:
    return sum(path.stat().st_size for path in spool.glob("*.spool"))


def nothing_is_written(spool: Path, visitors: Visitors) -> bool:
    """Say whether a hundred more clicks leave the files as they are."""
    before = written(spool)
    visitors.wait_for(100)
    return written(spool) == before


def nothing_wrong_but_torn_lines(found: Outcome) -> bool:
    """Each time the disk is full, each of two processes may tear one line, which it writes again."""
    assert replace(found, broken=0) == NOTHING_WRONG
    return found.broken <= 2


def test_while_the_disk_is_full_clicks_wait(
    app: Flask, engine: Engine, block: LinkBlock, spool: Path, disk: Disk
) -> None:
    place = Place(engine, spool, rotate_at=BIG)
    with place.web_server() as web:
        with Visitors(place, app.extensions["shortlinks"], block) as visitors:
            visitors.wait_for(100)
            disk.fill(web)
            # A process may still have had some room, even that of a new file.
            assert any(nothing_is_written(spool, visitors) for _ in range(20)), "the disk was full"
            disk.make_room(web)
            visitors.wait_for(100)
        assert wait_until(lambda: clicks_stored(engine) == len(visitors.led_on))
    assert nothing_wrong_but_torn_lines(outcome(app, engine, visitors))


def test_what_cannot_wait_either_is_counted_as_lost(
    app: Flask, engine: Engine, block: LinkBlock, spool: Path, disk: Disk
) -> None:
    place = Place(engine, spool, rotate_at=BIG, most_waiting=50)
    with place.web_server() as web:
        with Visitors(place, app.extensions["shortlinks"], block) as visitors:
            visitors.wait_for(100)
            disk.fill(web)
            visitors.wait_for(500)
            disk.make_room(web)
            visitors.wait_for(100)
        wait_until(lambda: clicks_stored(engine) == len(visitors.led_on), seconds=1)
    found = outcome(app, engine, visitors)
    assert found.lost == len(found.missing) > 0
    assert visitors.unanswered == set()
    assert nothing_wrong_but_torn_lines(replace(found, lost=0, missing=[]))


def test_a_kill_loses_only_what_the_full_disk_kept_waiting(
    app: Flask, engine: Engine, block: LinkBlock, spool: Path, disk: Disk
) -> None:
    place = Place(engine, spool, rotate_at=BIG)
    with place.web_server() as web:
        with Visitors(place, app.extensions["shortlinks"], block) as visitors:
            visitors.wait_for(100)
            before = set(visitors.led_on)
            disk.fill(web)
            visitors.wait_for(300)
            web.kill()
            waiting = set(visitors.led_on) - before
            web.start()
            visitors.wait_for(100)
            disk.make_room(web)
            visitors.wait_for(100)
        wait_until(lambda: clicks_stored(engine) == len(visitors.led_on), seconds=1)
    found = outcome(app, engine, visitors)
    assert found.missing, "the disk was full"
    assert set(found.missing) <= waiting
    assert nothing_wrong_but_torn_lines(replace(found, missing=[]))
