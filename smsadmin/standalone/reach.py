"""Are the servers that somebody named there? If not, say so in a sentence, without a password in it."""

import time
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import redis
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import ArgumentError, InvalidRequestError, OperationalError

from smsadmin.standalone.children import Child, NotStarted


class Unreachable(Exception):
    """A server does not answer; the message is a sentence for people."""


def check_database(url: str) -> None:
    """Open one connection to the database; raise `Unreachable`."""
    try:
        parsed = make_url(url)
        patience = {"connect_timeout": 5} if parsed.get_backend_name() == "postgresql" else {}
        engine = create_engine(parsed, connect_args=patience)
    except (ArgumentError, InvalidRequestError, ImportError) as error:
        raise Unreachable(
            "SQLALCHEMY_DATABASE_URI is not the address of a database that can be used here: write it as "
            "postgresql+psycopg://user:password@host/database, or leave it out for SQLite."
        ) from error
    shown = parsed.render_as_string(hide_password=True)
    try:
        engine.connect().close()
    except OperationalError as error:
        reason = _first_line(error.orig, parsed.password)
        raise Unreachable(
            f"The database {shown} cannot be reached: {reason}. Check SQLALCHEMY_DATABASE_URI."
        ) from error
    finally:
        engine.dispose()


def check_redis(url: str) -> None:
    """Ping the Redis server; raise `Unreachable`."""
    try:
        parts = urlsplit(url)
        client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
    except ValueError as error:
        raise Unreachable(
            "SMSADMIN_REDIS_URL is not the address of a Redis server: write it as redis://host:6379/0."
        ) from error
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    try:
        with client:
            client.ping()
    except redis.exceptions.RedisError as error:
        reason = _first_line(error, parts.password)
        raise Unreachable(
            f"Redis at {shown} cannot be reached: {reason}. Check SMSADMIN_REDIS_URL."
        ) from error


def _first_line(error: BaseException | None, secret: str | None) -> str:
    line = next(iter(str(error).strip().splitlines()), "no reason given").rstrip(".")
    return line.replace(secret, "***") if secret else line


def wait_until_it_answers(url: str, child: Child, within: float = 60.0) -> None:
    """Ask for `url` until it answers; raise `NotStarted` when its program ends or `within` seconds pass."""
    end = time.monotonic() + within
    opener = build_opener(ProxyHandler({}))  # our own servers are never behind a proxy
    while True:
        try:
            opener.open(url, timeout=10).close()
        except HTTPError as error:
            with error:
                raise NotStarted(
                    f"The {child.name} answers {error.code} at {url}; see {child.log}."
                ) from None
        except (URLError, OSError):  # not there yet
            if child.ended() is not None:
                raise NotStarted(f"The {child.name} did not start:\n{child.last_lines()}") from None
            if time.monotonic() > end:
                raise NotStarted(f"The {child.name} does not answer at {url}; see {child.log}.") from None
            time.sleep(0.1)
        else:
            return
