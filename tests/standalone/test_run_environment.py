"""What the programs are told, and where the box runs."""

import json
import socket
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from smsadmin.settings import Settings
from smsadmin.standalone.environment import BadEnvironment, Place, environment, sqlite_url
from smsadmin.standalone.keys import Keys
from smsadmin.standalone.ports import BadPort, check_free, free_port, local_address, visible_address
from smsadmin.standalone.reach import Unreachable, check_database, check_redis

KEYS = Keys("secret", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "1:key", "salt")
REDIS = "unix:///tmp/redis.sock?db=0"


def test_the_usual_place_is_this_machine_only(tmp_path: Path) -> None:
    place = Place.from_environment(tmp_path, {})
    assert (place.shop, place.simulator) == ("http://127.0.0.1:8000/", "http://127.0.0.1:8001/")


def test_all_addresses_are_shown_as_one_that_others_can_reach(tmp_path: Path) -> None:
    place = Place.from_environment(tmp_path, {"HOST": "0.0.0.0"})
    assert "0.0.0.0" not in place.shop
    assert place.local_shop == "http://127.0.0.1:8000/"


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1", "80.5"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    with pytest.raises(BadEnvironment, match="PORT is .* a number from 1 to 65535"):
        Place.from_environment(tmp_path, {"PORT": port})


def test_one_port_for_two_servers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadEnvironment, match="both 8001"):
        Place.from_environment(tmp_path, {"PORT": "8001"})


def test_the_plugin_understands_what_it_is_told(tmp_path: Path) -> None:
    told = environment(Place(tmp_path), KEYS, REDIS, {})
    settings = Settings.from_config(
        {**told, "SMSADMIN_BASE_URLS": json.loads(told["SMSADMIN_BASE_URLS"])},
    )
    assert settings.public_url == "http://127.0.0.1:8000/"
    assert settings.redis_url == REDIS
    assert settings.base_urls["smsc"] == "http://127.0.0.1:8001/smsc"
    assert told["SHORTLINKS_URL"] == "http://127.0.0.1:8000/l/"


def test_what_the_user_sets_wins(tmp_path: Path) -> None:
    given = {
        "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://shop@db/shop",
        "SMSADMIN_PUBLIC_URL": "https://shop.example",
        "SECRET_KEY": "",
    }
    told = environment(Place(tmp_path), KEYS, REDIS, given)
    assert told["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://shop@db/shop"
    assert told["SMSADMIN_PUBLIC_URL"] == "https://shop.example/"
    assert told["SHORTLINKS_MAIN_URL"] == "https://shop.example/"
    assert told["SECRET_KEY"] == "secret", "an empty variable sets nothing"


def test_our_own_servers_are_never_asked_through_a_proxy(tmp_path: Path) -> None:
    told = environment(Place(tmp_path), KEYS, REDIS, {"NO_PROXY": "intranet.example"})
    assert told["NO_PROXY"] == told["no_proxy"] == "intranet.example,127.0.0.1,localhost"


@pytest.mark.parametrize("name", ["plain", "with blanks", "имя", "a%20b", "a#b", "a?b=c"])
def test_the_database_lies_where_the_folder_is(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    engine = create_engine(make_url(sqlite_url(folder / "shop.sqlite")))
    engine.connect().close()
    engine.dispose()
    assert (folder / "shop.sqlite").exists()


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(BadPort, match=rf"Port {port} is in use.*SIMULATOR_PORT={port + 10}"):
            check_free("127.0.0.1", port, "SIMULATOR_PORT")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a port")
def test_the_holder_of_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(BadPort, match="by .*process"):
        check_free("127.0.0.1", server.getsockname()[1], "PORT")


def test_a_free_port_passes() -> None:
    check_free("127.0.0.1", free_port(), "PORT")


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(BadPort, match=r"192\.0\.2\.1"):
        check_free("192.0.2.1", free_port(), "PORT")
    with pytest.raises(BadPort, match="is not an address"):
        check_free("no such host", free_port(), "PORT")


def test_addresses_of_the_sixth_version_stand_in_brackets() -> None:
    assert visible_address("::1") == "[::1]"
    assert local_address("::") == "[::1]"


@pytest.mark.parametrize(
    "url",
    ["nonsense", "nosuchdatabase://host/name", "postgres://user:hunter2@host/name"],
)
def test_a_database_address_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(Unreachable, match="SQLALCHEMY_DATABASE_URI is not") as told:
        check_database(url)
    assert "hunter2" not in str(told.value)


def test_a_database_that_does_not_answer_is_told_without_its_password() -> None:
    url = f"postgresql+psycopg://shop:hunter2@127.0.0.1:{free_port()}/shop"
    with pytest.raises(Unreachable, match="cannot be reached: .*Connection refused") as told:
        check_database(url)
    assert "hunter2" not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_redis_that_does_not_answer_is_told_without_its_password() -> None:
    with pytest.raises(Unreachable, match="cannot be reached: .*refused") as told:
        check_redis(f"redis://:hunter2@127.0.0.1:{free_port()}/0")
    assert "hunter2" not in str(told.value)


def test_a_redis_address_that_is_none_is_told() -> None:
    with pytest.raises(Unreachable, match="SMSADMIN_REDIS_URL is not"):
        check_redis("localhost:6379")


def test_servers_that_answer_pass(database_url: str, redis_url: str) -> None:
    check_database(database_url)
    check_redis(redis_url)
