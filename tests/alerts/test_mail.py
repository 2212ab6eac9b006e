"""An e-mail is handed over encrypted and verified, or not at all, and within a time."""

import socket
import ssl
import time
from pathlib import Path

import pytest

from smsadmin import mail_server as addresses
from smsadmin.alerts.mail import NotMailed, mail
from smsadmin.mail_server import mail_server
from tests.alerts.receivers import MailBox, mail_box
from tests.providers.canned import socket_server
from tests.providers.test_http_tls import _certificate


def send(address: str, deadline: float = 60) -> None:
    mail(mail_server(address), "sms@shop.example", ["duty@shop.example"], "Тема", "Текст", deadline)


def known_as_localhost(box: MailBox, scheme: str = "smtp", login: str = "") -> str:
    return f"{scheme}://{login}localhost:{box.address.rpartition(':')[2]}"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the servers of this machine for those of another one."""
    monkeypatch.setattr(addresses, "ITSELF", ())


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The context of a server whose certificate this process trusts."""
    context = _certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    return context


def test_a_letter_in_russian_arrives_as_it_was(box: MailBox) -> None:
    subject = "Рассылка «Осенняя распродажа» приостановлена. " + "Провайдер отклонил много SMS подряд. " * 3
    body = "Что делать: продолжите рассылку.\n.\nКонец\n"
    mail(mail_server(box.address), "sms@shop.example", ["duty@shop.example"], subject.strip(), body, 60)

    assert (box.letters[0]["Subject"], box.bodies()) == (subject.strip(), [body])


def test_a_refusal_is_told_without_the_address(box: MailBox) -> None:
    box.refuses = "550 no such duty@shop.example"

    with pytest.raises(NotMailed, match="^SMTPRecipientsRefused$"):
        send(box.address)


def test_a_server_elsewhere_without_tls_gets_neither_letter_nor_password(
    box: MailBox, elsewhere: None
) -> None:
    box.offers = "AUTH PLAIN"

    with pytest.raises(NotMailed, match="SMTPNotSupportedError"):
        send(box.address.replace("//", "//sms:secret@"))

    assert "AUTH" not in box.heard
    assert box.letters == []


def test_a_server_elsewhere_is_talked_to_encrypted(elsewhere: None, certified: ssl.SSLContext) -> None:
    with mail_box(certified) as box:
        box.offers = "STARTTLS"
        send(known_as_localhost(box))

    assert len(box.letters) == 1
    assert box.heard[:3] == ["EHLO", "STARTTLS", "+EHLO"]


def test_over_smtps_the_password_goes_encrypted(certified: ssl.SSLContext) -> None:
    with mail_box(certified, at_once=True) as box:
        box.offers = "AUTH PLAIN"
        send(known_as_localhost(box, "smtps", login="sms:sec%40ret@"))

    assert len(box.letters) == 1
    assert box.heard[:2] == ["+EHLO", "+AUTH"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_certificate_that_does_not_verify_gets_nothing(
    tmp_path: Path, elsewhere: None, at_once: bool
) -> None:
    with mail_box(_certificate(tmp_path, "localhost"), at_once) as box:
        box.offers = "STARTTLS"
        with pytest.raises(NotMailed, match="SSLCertVerificationError"):
            send(known_as_localhost(box, "smtps" if at_once else "smtp"))

    assert box.letters == []


def test_a_certificate_of_another_host_gets_nothing(certified: ssl.SSLContext) -> None:
    with mail_box(certified, at_once=True) as box, pytest.raises(NotMailed, match="SSLCertVerificationError"):
        send(box.address.replace("smtp", "smtps"))

    assert box.letters == []


def test_a_server_that_drips_is_given_up_in_time() -> None:
    def drip(connection: socket.socket) -> None:
        for _ in range(400):
            connection.sendall(b"220-wait\r\n")
            time.sleep(0.05)

    started = time.monotonic()
    with socket_server(drip) as address, pytest.raises(NotMailed):
        send(f"smtp://{address}", deadline=0.5)

    assert time.monotonic() - started < 10


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    started = time.monotonic()
    with socket_server(lambda connection: time.sleep(20)) as address, pytest.raises(NotMailed):
        send(f"smtp://{address}", deadline=0.3)

    assert time.monotonic() - started < 10


def test_no_server_is_a_failure() -> None:
    with pytest.raises(NotMailed, match="ConnectionRefusedError"):
        send("smtp://127.0.0.1:1")
