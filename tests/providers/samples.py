"""Accounts, messages and callbacks as these tests use them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from werkzeug.datastructures import Headers

from smsadmin.providers.base import Answer, CallbackRequest, Credentials, Outgoing, Provider, Question

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
SECRETS = ("the-password", "the-callback-secret")
REQUEST_ID = "0f" * 16
TEXT = "Анна, ваш вход: https://s.example/hXk29qPz и скидка\nдо пятницы"


def account(provider: Provider, base_url: str = "http://127.0.0.1:1", sender: str = "") -> Credentials:
    """Credentials for one provider, at the address of a test's server."""
    login = ACCOUNT_SID if provider.name == "twilio" else "shop"
    return Credentials(login, SECRETS[0], base_url, sender, callback_secret=SECRETS[1])


def message(number: int = 1, valid_for: timedelta | None = None, text: str = TEXT) -> Outgoing:
    """One SMS; another number is another phone and attempt."""
    callback_url = f"https://shop.example/sms/receipts/attempt{number}"
    return Outgoing(f"attempt{number}", f"+7926000{number:04}", text, callback_url, valid_for)


def question(provider: Provider, number: int = 1, provider_id: str | None = None) -> Question:
    """What is asked about a message whose attempt began at 10:00 UTC."""
    sms, began = message(number), datetime(2026, 11, 25, 10, tzinfo=UTC)
    return Question(provider.reference(REQUEST_ID, sms), REQUEST_ID, sms.phone, sms.text, began, provider_id)


def send(provider: Provider, credentials: Credentials, messages: Sequence[Outgoing] = ()) -> list[Answer]:
    """Send the messages, or a single one."""
    return provider.send(credentials, REQUEST_ID, messages or [message()], deadline=5)


def callback(
    key: str,
    form: Mapping[str, str] | None = None,
    *,
    query: Mapping[str, str] | None = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    url: str = "https://shop.example/sms/receipts/attempt1",
) -> CallbackRequest:
    """A provider's call to us."""
    method = "GET" if query is not None else "POST"
    return CallbackRequest(method, url, key, query or {}, form or {}, body, Headers(headers))
