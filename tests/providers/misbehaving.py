"""Ways in which a server can fail its client after it has read the request."""

import socket
import time
from collections.abc import Callable

from smsadmin.providers.http import LONGEST_BODY

Behaviour = Callable[[socket.socket], None]

LONG = 20
"""Seconds: longer than any of these tests lets a call take, on a busy machine too."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"


def silent(connection: socket.socket) -> None:
    connection.recv(65_536)
    time.sleep(LONG)


def closing(connection: socket.socket) -> None:
    connection.recv(65_536)


def breaking_off(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(HEAD + b"half")


def talking_nonsense(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"\xff\xfe what?\r\n\r\n")


def dripping_head(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(int(LONG / 0.05)):
        connection.sendall(f"X-{number}: y\r\n".encode())
        time.sleep(0.05)


def dripping_body(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(HEAD)
    for _ in range(int(LONG / 0.05)):
        connection.sendall(b" ")
        time.sleep(0.05)


def endless(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(LONGEST_BODY // 50_000 + 40):
        connection.sendall(b" " * 50_000)


def promising_for_ever(connection: socket.socket) -> None:
    connection.recv(65_536)
    for _ in range(int(LONG / 0.05)):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)
