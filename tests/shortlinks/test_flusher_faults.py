"""A fault, in a line, in a file or in our own code, holds up no other click and shows nobody's values."""

import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shortlinks import flusher as flusher_module
from shortlinks.clicks import ClickSpool
from shortlinks.flusher import Flusher, flush_once
from shortlinks.lines import to_bytes
from shortlinks.models import Click, LinkBlock, Spool
from shortlinks.shortener import Shortener
from shortlinks.spoolfile import Batch
from shortlinks.storing import store_batch
from tests.shortlinks.test_flusher import block, click_on, clicks, count

__all__ = ["block", "clicks"]


def test_a_fault_of_ours_does_not_end_the_thread(
    app: Flask,
    engine: Engine,
    block: LinkBlock,
    clicks: ClickSpool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    known = app.extensions["shortlinks"].known_blocks
    refresh = known.refresh

    def fails_once() -> None:
        monkeypatch.setattr(known, "refresh", refresh)
        raise KeyError("+79161234567")

    monkeypatch.setattr(known, "refresh", fails_once)
    flusher = Flusher(app, every=0.05)
    clicks.append(click_on(block.first))
    flusher.start()
    deadline = time.monotonic() + 60
    while count(engine, Click) == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    flusher.stop()
    assert count(engine, Click) == 1
    assert "KeyError at test_flusher_faults.py:" in caplog.text
    assert "+7916" not in caplog.text


BAD_LINES = [
    b'["c",1,1700000000000,"",null,"",""]',
    b'["l",1,1700000000000,"signed_in",null]',
    b'["c",1,253402300799000,"","Curl/8","",""]',
    b'["c",1,-62135596799500,"","Curl/8","",""]',
    b'["c",true,1700000000000,"","","",""]',
]


@pytest.mark.parametrize("bad", BAD_LINES)
def test_a_bad_line_is_counted_as_broken_and_holds_up_nobody(
    app: Flask, engine: Engine, block: LinkBlock, clicks: ClickSpool, spool: Path, bad: bytes
) -> None:
    (spool / "0.spool").write_bytes(
        bad.replace(b",1,", b",%d," % block.first) + b"\n" + to_bytes(click_on(block.first))
    )
    clicks.append(click_on(block.first))
    flush_once(app)
    assert count(engine, Click) == 2
    with Session(engine) as session:
        assert session.execute(select(func.sum(Spool.broken))).scalar_one() == 1


def test_a_file_that_cannot_be_stored_holds_up_no_other(
    app: Flask,
    engine: Engine,
    block: LinkBlock,
    clicks: ClickSpool,
    spool: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails_for_one(shortener: Shortener, batch: Batch) -> bool:
        if batch.name == "0.spool":
            raise KeyError("+79161234567")
        return store_batch(shortener, batch)

    monkeypatch.setattr(flusher_module, "store_batch", fails_for_one)
    (spool / "0.spool").write_bytes(to_bytes(click_on(block.first)))
    clicks.append(click_on(block.first))
    flush_once(app)
    assert count(engine, Click) == 1
    assert "0.spool cannot be moved into the database: KeyError at test_flusher_faults.py:" in caplog.text
    assert "+7916" not in caplog.text
