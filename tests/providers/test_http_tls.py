"""The call to a provider over TLS: verified, bounded, and a failed handshake was not sent."""

import datetime as dt
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from smsadmin.providers import bounded, http
from smsadmin.providers.http import NoAnswer, NotSent, call
from tests.providers.canned import socket_server
from tests.providers.misbehaving import (
    LONG,
    Behaviour,
    breaking_off,
    closing,
    dripping_body,
    dripping_head,
    silent,
)


def _certificate(directory: Path, name: str) -> ssl.SSLContext:
    """Return a server's TLS context whose certificate nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (directory / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificate.pem", directory / "key.pem")
    return context


@contextmanager
def _tls_server(context: ssl.SSLContext, behave: Behaviour) -> Iterator[str]:
    """Run a TLS server for `localhost`; yields its address."""

    def secure(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            behave(wrapped)

    with socket_server(secure) as address:
        yield f"https://localhost:{address.partition(':')[2]}/"


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssl.SSLContext]:
    """A server's context that our calls trust; the list of authorities is no argument of a call."""
    directory = tmp_path_factory.mktemp("tls")
    context = _certificate(directory, "localhost")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certifi, "where", lambda: str(directory / "certificate.pem"))
        bounded._context.cache_clear()
        patch.setattr(http, "_of_thread", http._Threads())
        yield context
    bounded._context.cache_clear()


def test_a_request_over_tls_is_answered(trusted: ssl.SSLContext) -> None:
    def answer(connection: socket.socket) -> None:
        while connection.recv(65_536):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with _tls_server(trusted, answer) as url:
        assert call("POST", url, deadline=5, form={"a": "b"}).body == b"ok"
        assert call("POST", url, deadline=5, form={"a": "b"}).body == b"ok"


@pytest.mark.parametrize("behave", [silent, closing, breaking_off, dripping_head, dripping_body])
def test_over_tls_too_a_call_without_a_whole_answer_ends_in_time(
    trusted: ssl.SSLContext, behave: Behaviour
) -> None:
    with _tls_server(trusted, behave) as url:
        started = time.monotonic()
        with pytest.raises(NoAnswer):
            call("POST", url, deadline=2, form={"a": "b"})

    assert time.monotonic() - started < LONG / 2


def test_a_certificate_that_does_not_verify_was_not_sent(tmp_path: Path) -> None:
    with _tls_server(_certificate(tmp_path, "localhost"), closing) as url, pytest.raises(NotSent):
        call("POST", url, deadline=5, form={"a": "b"})


def test_a_certificate_for_another_name_was_not_sent(trusted: ssl.SSLContext) -> None:
    with _tls_server(trusted, closing) as url, pytest.raises(NotSent):
        call("POST", url.replace("localhost", "127.0.0.1"), deadline=5, form={"a": "b"})


def test_a_tls_handshake_that_drips_was_not_sent_and_ends_in_time() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65_536)
        for byte in b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" + b"\x00" * 400:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with socket_server(drip) as address:
        started = time.monotonic()
        with pytest.raises(NotSent):
            call("POST", f"https://{address}/", deadline=2, form={"a": "b"})

    assert time.monotonic() - started < LONG / 2
