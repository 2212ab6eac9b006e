"""Hand one e-mail over to the mail server, encrypted and verified, and within a time."""

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.header import Header
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid
from threading import Timer

from smsadmin.mail_server import MailServer


class NotMailed(Exception):
    """The mail server has not taken it; the message is the kind of the error and nothing of the mail."""


def mail(
    server: MailServer, sender: str, to: Sequence[str], subject: str, body: str, deadline: float
) -> None:
    """Hand the e-mail over within `deadline` seconds in all; raise `NotMailed`."""
    # Not `EmailMessage`: folding a long Russian subject it loses the spaces where it breaks.
    message = MIMEText(body, "plain", "utf-8")
    message["From"], message["To"], message["Subject"] = (
        sender,
        ", ".join(to),
        _header(subject),
    )
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    try:
        with _talk(server, deadline) as smtp:
            smtp.connect(server.host, server.port)
            _secure(smtp, server)
            if server.login:
                smtp.login(server.login, server.password)
            smtp.send_message(message, sender, list(to))
            with suppress(smtplib.SMTPException, OSError):
                # It is taken: how the talk ends changes nothing.
                smtp.quit()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        code = f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
        raise NotMailed(type(error).__name__ + code) from error


def _header(subject: str) -> str:
    return Header(subject, "utf-8", header_name="Subject").encode()


def _secure(smtp: smtplib.SMTP, server: MailServer) -> None:
    """Begin TLS where it did not begin with the connection; to this machine itself there is no wire."""
    if not server.tls_at_once and not server.is_this_machine:
        smtp.starttls(context=ssl.create_default_context())


@contextmanager
def _talk(server: MailServer, deadline: float) -> Iterator[smtplib.SMTP]:
    """Offer a client that is cut off when the deadline is over: its own time-out is for each read alone."""
    smtp: smtplib.SMTP = smtplib.SMTP(timeout=deadline)
    if server.tls_at_once:
        smtp = smtplib.SMTP_SSL(timeout=deadline, context=ssl.create_default_context())
    # It connects later, so that it can be cut off from the first moment on; this is whose certificate it expects.
    smtp._host = server.host  # type: ignore[attr-defined]
    cut = Timer(deadline, _cut, [smtp])
    cut.daemon = True
    cut.start()
    try:
        yield smtp
    finally:
        cut.cancel()
        smtp.close()


def _cut(smtp: smtplib.SMTP) -> None:
    open_socket = smtp.sock
    if open_socket is not None:
        with suppress(OSError):
            socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
