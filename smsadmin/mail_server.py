"""The mail server that carries alerts, read out of one address: `smtp://login:password@host:587`."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}

ITSELF = ("localhost", "127.0.0.1", "::1")
"""This machine: no wire, so nothing is encrypted to there."""

EXAMPLE = "write it like smtp://login:password@mail.shop.example:587, or smtps://… for port 465"


class BadMailServer(ValueError):
    """This is no address of a mail server; the message says what to do, and holds nothing of the address."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    tls_at_once: bool
    """`smtps`; else TLS begins with STARTTLS, but for this machine itself."""
    login: str
    password: str = field(repr=False)

    @property
    def is_this_machine(self) -> bool:
        """Whether mail to it leaves no wire."""
        return self.host in ITSELF


def mail_server(address: str) -> MailServer:
    """Read an address; raise `BadMailServer`."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise BadMailServer(f"this is no address: {EXAMPLE}") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadMailServer(f"this is no address of a mail server: {EXAMPLE}")
    if bool(parts.username) != bool(parts.password):
        raise BadMailServer(f"it has a login or a password and not both: {EXAMPLE}")
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls_at_once=parts.scheme == "smtps",
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
