"""Lines of the spool: what is written is read back, and rubbish is recognised."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlinks.bots import Signal
from shortlinks.gate import Outcome
from shortlinks.lines import BrokenLine, ClickLine, LoginLine, LostLine, from_bytes, to_bytes

AT = datetime(2026, 11, 1, 12, 30, 0, 125000, tzinfo=UTC)


def a_click(agent: str = "Mozilla/5.0 «агент»") -> ClickLine:
    return ClickLine(5, AT, Signal.HEAD, agent, "t.me", "10.1.2.0")


@pytest.mark.parametrize(
    "line",
    [a_click(), LoginLine(5, AT, Outcome.REFUSED, "staff"), LostLine(3)],
    ids=["click", "login", "lost"],
)
def test_a_line_reads_back_as_it_was_written(line: ClickLine | LoginLine | LostLine) -> None:
    assert from_bytes(to_bytes(line)) == line


@given(st.text())
def test_whatever_an_agent_sends_stays_on_one_line(agent: str) -> None:
    written = to_bytes(a_click(agent))
    assert written.count(b"\n") == 1
    read = from_bytes(written)
    assert isinstance(read, ClickLine)
    assert len(read.agent) <= 400
    assert "\x00" not in read.agent


def test_a_line_longer_than_its_columns_is_cut_when_read() -> None:
    line = from_bytes(json.dumps(["c", 5, 0, "", "a" * 999, "r" * 999, "1" * 99]).encode())
    assert isinstance(line, ClickLine)
    assert (len(line.agent), len(line.referrer_host), len(line.address)) == (400, 255, 45)


@given(st.integers(1, 60))
def test_a_line_cut_off_anywhere_is_broken(length: int) -> None:
    with pytest.raises(BrokenLine):
        from_bytes(to_bytes(a_click())[:length])


@pytest.mark.parametrize(
    "rubbish", [b"", b"[]", b"{}", b"7", b'["z",1]', b'["c",1]', b'["x","a"]', b'["l",1,1,"won",""]', b"\xff"]
)
def test_rubbish_is_a_broken_line(rubbish: bytes) -> None:
    with pytest.raises(BrokenLine):
        from_bytes(rubbish)


@pytest.mark.parametrize("count", [-5, 10**30])
def test_a_loss_that_no_writer_counted_is_a_broken_line(count: int) -> None:
    with pytest.raises(BrokenLine):
        from_bytes(json.dumps(["x", count]).encode())


def test_a_number_that_no_column_takes_is_a_broken_line() -> None:
    with pytest.raises(BrokenLine):
        from_bytes(json.dumps(["c", 2**63, 0, "", "", "", ""]).encode())


def test_brackets_without_end_are_a_broken_line() -> None:
    with pytest.raises(BrokenLine):
        from_bytes(b"[" * 100_000)
