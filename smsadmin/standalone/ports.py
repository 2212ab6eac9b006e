"""Addresses and ports: is a port free, who holds it, and how do others reach this machine."""

import os
import secrets
import socket
from pathlib import Path

ANY = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on
LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""


SERVERS = range(15_000, 32_768)
"""Below the ports that Linux gives to connections: one of these could take a port before its server does."""

TRIES = 200


class BadPort(Exception):
    """A port or address cannot be listened on; the message is a sentence for people."""


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on at the moment; raise `BadPort`."""
    for _ in range(TRIES):
        port = secrets.choice(SERVERS)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise BadPort("No port is free on this machine.")


def check_free(host: str, port: int, setting: str) -> None:
    """Raise `BadPort` unless a server may listen there; `setting` is what chooses another port: `PORT`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise BadPort(f"HOST={host} is not an address of this machine.") from error
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen()
        except PermissionError as error:
            raise BadPort(
                f"Port {port} needs special rights; choose one above 1023: {setting}=8010."
            ) from error
        except OSError as error:
            raise BadPort(_why_not(host, port, setting, error)) from error


def _why_not(host: str, port: int, setting: str, error: OSError) -> str:
    if "in use" not in str(error.strerror):
        return f"Cannot listen on {host} port {port}: {error.strerror}."
    holder = _holder(port)
    by = f" by {holder}" if holder else ""
    return f"Port {port} is in use{by}; stop that program or choose another port: {setting}={port + 10}."


def visible_address(host: str) -> str:
    """Return the host name to put into links: `host`, or this machine's address where it means all."""
    if host not in ANY:
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(
                ("192.0.2.1", 9)
            )  # nothing is sent: it only asks which of our addresses leads outside
            return str(probe.getsockname()[0])
        except OSError:  # no way outside: then nobody but this machine can ask
            return "127.0.0.1"


def local_address(host: str) -> str:
    """Return the host name by which this machine reaches its own server."""
    if host in ("0.0.0.0", ""):  # noqa: S104 - compared with, not listened on
        return "127.0.0.1"
    return f"[{'::1' if host == '::' else host}]" if ":" in host else host


def _holder(port: int) -> str | None:
    """Return the name and number of the process that listens on a port, where Linux lets us see it."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        try:
            if os.readlink(link) in sockets:
                name = (link.parents[1] / "comm").read_text().strip()
                return f"{name} (process {link.parts[2]})"
        except OSError:  # the process ended meanwhile, or is not ours to look into
            continue
    return None


def _listening_inodes(port: int) -> list[str]:
    inodes = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            columns = line.split()
            if columns[3] == LISTENING and columns[1].endswith(f":{port:04X}"):
                inodes.append(columns[9])
    return inodes
