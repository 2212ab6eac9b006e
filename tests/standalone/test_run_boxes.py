"""The servers in the box: they keep what they were told, and the folders and locks that they stand on."""

import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest
import redis

from smsadmin.standalone import places, redis_box
from smsadmin.standalone.only_one import AlreadyRunning, only_one
from smsadmin.standalone.places import BadPlace, own_folder, sockets_folder
from tests.servers import Servers

DEEP = Path(*["a folder with a long name"] * 12)

HOLDER = """
import sys
from pathlib import Path
from smsadmin.standalone.only_one import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_redis_keeps_what_it_was_told_in_a_very_deep_folder(tmp_path: Path) -> None:
    folder = tmp_path / DEEP / "redis"
    with redis_box.running(folder) as box, redis.Redis.from_url(box.url) as client:
        client.set("kept", "yes")
    with redis_box.running(folder) as box, redis.Redis.from_url(box.url) as client:
        assert client.get("kept") == b"yes"


def test_a_redis_that_stops_takes_its_socket_along(tmp_path: Path) -> None:
    with redis_box.running(tmp_path, durable=False):
        assert (sockets_folder(tmp_path) / "redis.sock").is_socket()
        sockets = sockets_folder(tmp_path)
    assert not sockets.exists()


def test_postgresql_folds_cyrillic_whatever_the_locale_of_the_machine(servers: Servers) -> None:
    with servers.postgresql().connect() as connection:
        answer = connection.execute("SELECT lower('ИВАНОВ'), 'Иванов' ILIKE '%иВАН%'").fetchone()
    assert answer == ("иванов", True)


def test_sockets_have_a_short_path(tmp_path: Path) -> None:
    folder = sockets_folder(tmp_path / DEEP)
    assert len(str(folder / ".s.PGSQL.5432.lock")) <= places.SOCKET_PATH_LIMIT
    folder.rmdir()


def test_two_clones_have_two_folders_for_sockets(tmp_path: Path) -> None:
    one, two = sockets_folder(tmp_path / "one"), sockets_folder(tmp_path / "two")
    assert one != two
    one.rmdir()
    two.rmdir()


def test_a_folder_for_sockets_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    folder = sockets_folder(tmp_path)
    folder.chmod(0o777)
    with pytest.raises(BadPlace, match="is not ours alone"):
        sockets_folder(tmp_path)
    folder.rmdir()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "instance").write_text("a file in its place")
    with pytest.raises(BadPlace, match=r"Cannot write to .*instance \(File exists\)"):
        own_folder(tmp_path / "instance")


def test_our_folder_is_closed_to_others(tmp_path: Path) -> None:
    assert own_folder(tmp_path / "instance").stat().st_mode & 0o777 == 0o700


def test_a_clone_is_started_once(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match=f"process {holder.pid}"), only_one(tmp_path):
            pass


def test_a_start_right_after_a_kill_waits_for_the_owner_to_be_gone(tmp_path: Path) -> None:
    """A killed process that nobody has buried yet looks alive, and a child of its may hold the lock a moment longer."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        end = Timer(0.5, holder.kill)
        end.start()
        with only_one(tmp_path):
            pass
        end.join()


def test_the_next_start_follows_the_last(tmp_path: Path) -> None:
    with only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass
