"""What is known of links is kept on the disk too: who starts without a database begins with that."""

import logging
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from shortlinks.blocks import block_code, reserve
from shortlinks.flusher import flush_once
from shortlinks.kept import NAME, KeptBlocks
from shortlinks.models import LinkBlock
from tests.shortlinks.conftest import a_person
from tests.shortlinks.fire import wait_until
from tests.shortlinks.host import KEY, make_host

URL = "https://shop.example/акция?a=1"
ON_THE_WIRE = "https://shop.example/%D0%B0%D0%BA%D1%86%D0%B8%D1%8F?a=1"


def a_block(engine: Engine, owner: str, login: bool = False) -> LinkBlock:
    url = "http://localhost/cabinet" if login else URL
    return reserve(engine, url=url, owner=owner, link_index=0, count=5, login=login)


def read_and_flush(app: Flask) -> None:
    app.extensions["shortlinks"].known_blocks._read_newer()
    flush_once(app)


@pytest.fixture
def blocks(app: Flask, engine: Engine) -> list[LinkBlock]:
    blocks = [a_block(engine, "sms:1"), a_block(engine, "sms:1", login=True), a_block(engine, "sms:2")]
    read_and_flush(app)
    return blocks


def owners(kept: list[LinkBlock]) -> list[str]:
    return [block.owner for block in kept]


def test_the_flusher_keeps_what_a_tracked_link_needs(blocks: list[LinkBlock], spool: Path) -> None:
    kept = KeptBlocks(spool).read()

    needed = ("id", "first", "count", "url", "owner", "link_index", "login", "first_position", "key_id")
    assert [[getattr(block, name) for name in needed] for block in kept] == [
        [getattr(block, name) for name in needed] for block in (blocks[0], blocks[2])
    ]


def test_neither_codes_nor_keys_nor_links_that_sign_in_are_kept(blocks: list[LinkBlock], spool: Path) -> None:
    written = (spool / NAME).read_text(encoding="utf-8")

    assert KEY not in written
    assert "cabinet" not in written
    for block in blocks:
        for position in range(block.count):
            assert block_code(block, position) not in written
    assert stat.S_IMODE((spool / NAME).stat().st_mode) == 0o600


def test_a_link_that_comes_later_is_kept_too(
    app: Flask, engine: Engine, blocks: list[LinkBlock], spool: Path
) -> None:
    later = a_block(engine, "later")
    read_and_flush(app)
    assert KeptBlocks(spool).read()[-1].id == later.id
    assert not list(spool.glob("*.unfinished"))


@pytest.mark.usefixtures("blocks")
def test_who_knows_less_than_what_is_kept_leaves_it(app: Flask, engine: Engine, spool: Path) -> None:
    of_before = list(app.extensions["shortlinks"].known_blocks.all_read())
    a_block(engine, "later")
    read_and_flush(app)
    KeptBlocks(spool).keep(of_before)
    assert owners(KeptBlocks(spool).read())[-1] == "later"


def test_what_was_kept_of_another_database_is_written_anew(
    app: Flask, engine: Engine, blocks: list[LinkBlock], spool: Path
) -> None:
    for block in blocks:
        block.first += 10**6
    (spool / NAME).unlink()
    KeptBlocks(spool).keep(blocks)
    KeptBlocks(spool).keep(list(app.extensions["shortlinks"].known_blocks.all_read()))
    assert KeptBlocks(spool).read()[0].first < 10**6


def lost_with_a_restored_backup(blocks: list[LinkBlock], count: int) -> list[LinkBlock]:
    """Return the links that were made after the backup, as the database had them once."""
    first = blocks[-1].first + blocks[-1].count
    return [
        LinkBlock(
            id=10**6 + each,
            first=first + each * 5,
            count=5,
            url="https://shop.example/lost",
            owner=f"lost:{each}",
            link_index=0,
            login=False,
            first_position=0,
            key_id="1",
        )
        for each in range(count)
    ]


def test_after_a_backup_is_restored_the_numbers_that_are_handed_out_again_are_written_anew(
    app: Flask, engine: Engine, blocks: list[LinkBlock], spool: Path
) -> None:
    KeptBlocks(spool).keep([*blocks, *lost_with_a_restored_backup(blocks, 3)])
    assert owners(KeptBlocks(spool).read()) == ["sms:1", "sms:2", "lost:0", "lost:1", "lost:2"]

    new = a_block(engine, "new")
    read_and_flush(app)

    assert new.first == blocks[-1].first + blocks[-1].count
    assert owners(KeptBlocks(spool).read()) == ["sms:1", "sms:2", "new"]


def test_a_longer_link_over_the_numbers_of_lost_ones_is_written_anew(
    blocks: list[LinkBlock], spool: Path
) -> None:
    lost = lost_with_a_restored_backup(blocks, 2)
    (spool / NAME).unlink()
    KeptBlocks(spool).keep([*blocks, *lost])
    new = LinkBlock(id=4, first=lost[0].first, count=100, login=True)
    KeptBlocks(spool).keep([*blocks, new])
    assert owners(KeptBlocks(spool).read()) == ["sms:1", "sms:2"]


def test_who_knows_less_leaves_a_file_that_lacks_the_oldest(blocks: list[LinkBlock], spool: Path) -> None:
    lines = (spool / NAME).read_bytes().splitlines()[1:]
    (spool / NAME).unlink()
    later = lost_with_a_restored_backup(blocks, 1)
    room = len(lines[0]) + len(lines[1]) + 10
    KeptBlocks(spool, most_bytes=room).keep([*blocks, *later])
    KeptBlocks(spool, most_bytes=room).keep(blocks)
    assert owners(KeptBlocks(spool).read()) == ["sms:2", "lost:0"]


def test_a_process_without_a_flusher_soon_knows_what_the_database_has_in_place_of_lost_ones(
    app: Flask, engine: Engine, blocks: list[LinkBlock], spool: Path
) -> None:
    KeptBlocks(spool).keep([*blocks, *lost_with_a_restored_backup(blocks, 1)])
    code = block_code(a_block(engine, "new"), 1)

    started = make_host(engine, spool, SHORTLINKS_FLUSH_EVERY=0)
    person = a_person(started)
    assert wait_until(lambda: person.get(f"/l/{code}").location == ON_THE_WIRE)
    started.extensions["shortlinks"].clicks.close()


def test_where_there_are_too_many_the_newest_are_kept(
    app: Flask, engine: Engine, blocks: list[LinkBlock], spool: Path
) -> None:
    line = len((spool / NAME).read_bytes().splitlines()[-1]) + 1
    (spool / NAME).unlink()
    KeptBlocks(spool, most_bytes=line + 10).keep(blocks)
    assert owners(KeptBlocks(spool).read()) == ["sms:2"]
    assert owners(KeptBlocks(spool, most_bytes=line + 10).read()) == ["sms:2"]


def torn(written: bytes) -> bytes:
    return written[:-20]


def changed(written: bytes) -> bytes:
    return written.replace(b"shop.example", b"evil.example")


def of_another_version(written: bytes) -> bytes:
    return written.replace(b'"format": 1', b'"format": 0')


def nothing(_written: bytes) -> bytes:
    return b""


def rubbish(_written: bytes) -> bytes:
    return b"\xff\xfe[1" * 1000


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("spoil", [torn, changed, of_another_version, nothing, rubbish])
def test_a_file_that_is_not_in_order_is_left_alone_with_one_line_in_the_log_and_written_anew(
    app: Flask, spool: Path, spoil: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    (spool / NAME).write_bytes(spoil((spool / NAME).read_bytes()))
    with caplog.at_level(logging.WARNING):
        assert KeptBlocks(spool).read() == []
    assert len(caplog.records) == 1

    KeptBlocks(spool).keep(app.extensions["shortlinks"].known_blocks.all_read())
    assert owners(KeptBlocks(spool).read()) == ["sms:1", "sms:2"]


def test_a_first_start_says_nothing(spool: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert KeptBlocks(spool).read() == []
    assert not caplog.records


def test_a_disk_that_refuses_costs_no_click_and_is_tried_again_after_a_minute(
    blocks: list[LinkBlock], spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = [0.0]
    (spool / NAME).unlink()
    # A directory cannot be written as a file.
    (spool / NAME).with_suffix(".unfinished").mkdir()
    kept = KeptBlocks(spool, clock=lambda: now[0])
    kept.keep(blocks)
    kept.keep(blocks)
    assert len(caplog.records) == 1
    (spool / NAME).with_suffix(".unfinished").rmdir()
    now[0] = 59
    kept.keep(blocks)
    assert kept.read() == []
    now[0] = 61
    kept.keep(blocks)
    assert owners(kept.read()) == ["sms:1", "sms:2"]


def test_the_command_that_flushes_keeps_them_too(app: Flask, engine: Engine, spool: Path) -> None:
    a_block(engine, "sms:1")
    host = make_host(engine, spool)
    assert host.test_cli_runner().invoke(args=["shortlinks", "flush"]).exit_code == 0
    assert owners(KeptBlocks(spool).read()) == ["sms:1"]
