"""Resolve a host's name within a time: the system's resolver has no time-out of its own."""

import socket
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

Address = tuple[int, Any]
"""The family and what `socket.connect` takes; its first item is the IP address."""


def resolved(host: str, port: int, seconds: float) -> list[Address]:
    """Return where a host can be reached; raise `OSError` for a name that is none, or not resolved in `seconds`."""
    found: SimpleQueue[list[Address] | OSError] = SimpleQueue()

    def resolve() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([(family, address) for family, _, _, _, address in answers])
        except OSError as error:
            found.put(error)
        except UnicodeError:
            found.put(OSError("the host's name cannot be written as a domain name"))

    Thread(target=resolve, name="resolve", daemon=True).start()
    try:
        addresses = found.get(timeout=seconds)
    except Empty:
        raise TimeoutError("the name was not resolved in time") from None
    if isinstance(addresses, OSError):
        raise addresses
    return addresses
