"""HTTP connections on which a whole call has one deadline, and which know whether it began to leave.

A read time-out is per read, so a server that drips a byte a second holds a worker for ever, and past the
fence of its claim. Here every step (name, connect, TLS, each write, each read) gets what is left of one
total. And a caller who pays for what arrives has to know which failures came before the first byte left.
"""

import os
import socket
import ssl
from contextvars import ContextVar
from functools import cache
from time import monotonic
from typing import Any

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection, port_by_scheme
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import URLSchemeUnknown
from urllib3.util.ssl_ import create_urllib3_context

from smsadmin.providers.addresses import is_public
from smsadmin.providers.resolving import resolved

IDLE = 3.0
"""Seconds after which an open connection is not used again: a server that closes an idle one just as we write
leaves us without an answer, and an SMS would end as unknown to save one handshake."""

SLACK = 0.05
"""Seconds by which a socket's time-out may be longer than what is left of its call, and which every call keeps back
for it. Changing a time-out lets another thread go first: with many threads that costs more than the change."""


class Call:
    """One HTTP call: its end on the monotonic clock, and whether any of it may have left this machine.

    With `public_only` it goes to no address of the private network, whatever the name resolves to.
    """

    def __init__(self, seconds: float, public_only: bool = False) -> None:
        self._end = monotonic() + seconds - SLACK
        self.began = False
        self.public_only = public_only

    def left(self) -> float:
        """Return the seconds left; raise `TimeoutError` when there are none."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError("the call's time is over")
        return left


current_call: ContextVar[Call] = ContextVar("current_call")
"""The call that this thread is in: urllib3 makes connections and sockets where no argument reaches."""


class _Lazy(socket.socket):
    """A socket whose time-out is changed only where the change is worth it."""

    def settimeout(self, value: float | None, /) -> None:
        now = self.gettimeout()
        if value is None or now is None or not 0 <= now - value < SLACK:
            super().settimeout(value)


class _BoundedSocket(_Lazy):
    """A socket on which each operation gets no more than what is left of the call."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(current_call.get().left())
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(current_call.get().left())
        super().sendall(*args, **kwargs)


class _BoundedTLSSocket(ssl.SSLSocket, _Lazy):
    """The same over TLS, where `sendall` is a loop of `send`."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(current_call.get().left())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(current_call.get().left())
        return super().send(*args, **kwargs)


class _Bounded(HTTPConnection):
    """Opens within the call's time, notes when the request begins to leave, and does not outlive `IDLE`.

    A request leaves in one piece, head and body: each write by itself lets other threads go first.
    """

    _last_used = 0.0
    _opened_by = 0
    _held: list[bytes] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        held: list[bytes] = []
        self._held = held
        try:
            super().request(*args, **kwargs)
        finally:
            self._held = None
        self.send(b"".join(held))

    def _new_conn(self) -> socket.socket:
        call = current_call.get()
        addresses = resolved(self._dns_host, self.port or self.default_port, call.left())
        failure = OSError("the name has no address, or none that may be called")
        if call.public_only:
            addresses = [each for each in addresses if is_public(str(each[1][0]))]
        for position, (family, address) in enumerate(addresses):
            connection = _BoundedSocket(family, socket.SOCK_STREAM)
            try:
                # An address that swallows packets must leave time for those behind it.
                connection.settimeout(call.left() / (len(addresses) - position))
                connection.connect(address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # What is left is also the bound of the TLS handshake.
                connection.settimeout(call.left())
            except OSError as error:
                connection.close()
                failure = error
            else:
                self._opened_by = os.getpid()
                return connection
        raise failure

    def send(self, data: Any) -> None:
        if self._held is not None:
            self._held.append(data)
            return
        if self.sock is None:
            self.connect()
        call = current_call.get()
        call.left()
        # A connection that is kept open may have been made for a call that was allowed more.
        if call.public_only and not is_public(str(self.sock.getpeername()[0])):
            raise OSError("the address may not be called")
        call.began = True
        self._last_used = monotonic()
        super().send(data)

    @property
    def is_connected(self) -> bool:
        # A forked child has its parent's connections: two speakers on one line would mix up their requests.
        fresh = monotonic() - self._last_used < IDLE and self._opened_by == os.getpid()
        return fresh and super().is_connected


class _BoundedTLS(_Bounded, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Bounded

    def _validate_conn(self, conn: Any) -> None:
        # As over TLS, before the request: a reset while it writes urllib3 forgives, and reads on from no connection.
        if conn.is_closed:
            conn.connect()


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _BoundedTLS


@cache
def _context() -> ssl.SSLContext:
    """Return what verifies certificates, by the authorities that certifi knows: reading them takes a while."""
    context = create_urllib3_context()
    context.sslsocket_class = _BoundedTLSSocket
    context.load_verify_locations(certifi.where())
    return context


def pool(scheme: str, host: str, port: int | None) -> HTTPConnectionPool:
    """Return a pool of such connections to one server; raise `URLSchemeUnknown`."""
    if scheme not in port_by_scheme:
        raise URLSchemeUnknown(scheme)
    # Without one, the end of an IPv6 address would be taken for the port.
    port = port or port_by_scheme[scheme]
    if scheme == "https":
        return _TLSPool(host, port, cert_reqs="CERT_REQUIRED", ssl_context=_context())
    return _Pool(host, port)
