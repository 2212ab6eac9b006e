"""The click spool: one file per process, nothing torn, nothing lost that the disk can take."""

import fcntl
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shortlinks import clicks
from shortlinks.bots import Signal
from shortlinks.clicks import ClickSpool
from shortlinks.held_write import held_write
from shortlinks.lines import ClickLine, Line, LostLine
from shortlinks.spoolfile import read_batch, try_lock


def a_click(number: int) -> ClickLine:
    return ClickLine(number, datetime(2026, 11, 1, tzinfo=UTC), Signal.NONE, "", "", "")


def numbers(lines: list[Line]) -> list[int]:
    return [line.number for line in lines if isinstance(line, ClickLine)]


def read_all(directory: Path) -> list[Line]:
    lines: list[Line] = []
    for path in sorted(directory.glob("*.spool"), key=lambda path: path.stat().st_mtime_ns):
        batch = read_batch(path, 0)
        lines += batch.lines if batch else []
    return lines


class Disk:
    """Stands for `held_write`: takes so many bytes of the next record, and then everything again."""

    def __init__(self, takes: int | None) -> None:
        self.takes = takes
        self.write = held_write

    def __call__(self, file: int, record: bytes) -> int:
        if self.takes is None:
            return self.write(file, record)
        if self.takes == 0:
            raise OSError(28, "No space left on device")
        takes, self.takes = self.takes, None
        return self.write(file, record[:takes])


def test_clicks_stand_in_the_file_at_once(tmp_path: Path) -> None:
    spool = ClickSpool(tmp_path)
    spool.append(a_click(1))
    spool.append(a_click(2))
    assert numbers(read_all(tmp_path)) == [1, 2]


def test_a_living_writer_keeps_its_file_locked(tmp_path: Path) -> None:
    spool = ClickSpool(tmp_path)
    spool.append(a_click(1))
    (path,) = tmp_path.glob("*.spool")
    with try_lock(path) as held:
        assert not held
    spool.close()
    with try_lock(path) as held:
        assert held


def test_a_full_file_is_followed_by_another(tmp_path: Path) -> None:
    spool = ClickSpool(tmp_path, rotate_at=100)
    for number in range(10):
        spool.append(a_click(number))
    assert len(list(tmp_path.glob("*.spool"))) > 1
    assert sorted(numbers(read_all(tmp_path))) == list(range(10))


def test_a_child_process_writes_its_own_file(tmp_path: Path) -> None:
    spool = ClickSpool(tmp_path)
    spool.append(a_click(1))
    if (child := os.fork()) == 0:
        spool.append(a_click(2))
        os._exit(0)
    os.waitpid(child, 0)
    spool.append(a_click(3))
    assert len(list(tmp_path.glob("*.spool"))) == 2
    assert sorted(numbers(read_all(tmp_path))) == [1, 2, 3]


def test_a_killed_process_loses_nothing_and_frees_its_file(tmp_path: Path) -> None:
    if (child := os.fork()) == 0:
        ClickSpool(tmp_path).append(a_click(7))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (path,) = tmp_path.glob("*.spool")
    with try_lock(path) as held:
        assert held
    assert numbers(read_all(tmp_path)) == [7]


@pytest.mark.parametrize("takes", [1, 7, 1000])
def test_a_record_that_the_disk_tore_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes: int
) -> None:
    spool = ClickSpool(tmp_path)
    monkeypatch.setattr(clicks, "held_write", Disk(takes))
    for number in range(3):
        spool.append(a_click(number))
    assert numbers(read_all(tmp_path)) == [0, 1, 2]


def test_a_record_that_lacks_only_its_newline_is_not_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = ClickSpool(tmp_path)
    spool.append(a_click(1))
    (path,) = tmp_path.glob("*.spool")
    monkeypatch.setattr(clicks, "held_write", Disk(path.stat().st_size - 1))
    spool.append(a_click(2))
    spool.append(a_click(3))
    assert numbers(read_all(tmp_path)) == [1, 2, 3]


def test_lost_and_counted_agree_when_the_disk_was_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = ClickSpool(tmp_path, most_waiting=5)
    disk = Disk(0)
    monkeypatch.setattr(clicks, "held_write", disk)
    for number in range(8):
        spool.append(a_click(number))
    assert spool.waiting == 5
    disk.takes = None
    spool.retry()
    lines = read_all(tmp_path)
    assert numbers(lines) == [0, 1, 2, 3, 4]
    assert LostLine(3) in lines


def test_a_file_deleted_before_it_was_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def deleted_first(file: int, operation: int) -> None:
        for path in tmp_path.glob("*.spool"):
            path.unlink()
            monkeypatch.setattr(fcntl, "flock", flock)
        flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", deleted_first)
    ClickSpool(tmp_path).append(a_click(1))
    assert numbers(read_all(tmp_path)) == [1]
