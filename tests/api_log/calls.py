"""One call to a provider for the tests of the mask: what must not be seen of it, and ways to write that."""

import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from smsadmin.api_log.hidden import Hidden, basic, hidden
from smsadmin.api_log.masking import Masked, masked
from smsadmin.api_log.secrecy import Mask
from smsadmin.providers.exchange import Exchange

LOGIN, PASSWORD, CALLBACK = "shop", "Пар/оль+7&<x>", "cb-Secret_0123456789"
KEY = "0123456789abcdef0123456789abcdef-77"
CODE, LOGIN_CODE = "aB3dEf", "kQ7mNpRsTuVwXy"
PHONE = "+79161234567"
TEXT = f"Анна, скидка ждёт: https://s.example/{CODE} Кабинет https://s.example/{LOGIN_CODE}. Ваш магазин"
SECRETS = (PASSWORD, CALLBACK, KEY, CODE, LOGIN_CODE, *basic(LOGIN, PASSWORD))

HIDDEN = hidden("s.example/", [PASSWORD, CALLBACK, KEY, *basic(LOGIN, PASSWORD)], [TEXT], [PHONE])

Encode = Callable[[str], str]


def escaped(text: str) -> str:
    """Write every character as JSON may."""
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))


def numbered(text: str) -> str:
    """Write every character as HTML may."""
    return "".join(f"&#{ord(character)};" for character in text)


def every_percent(text: str) -> str:
    """Write every byte as a form may."""
    return "".join(f"%{byte:02x}" for byte in text.encode())


ENCODINGS: dict[str, Encode] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "path": quote,
    "form": quote_plus,
    "every percent": every_percent,
    "json": lambda text: json.dumps(text)[1:-1],
    "json in letters": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json with slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "every escape": escaped,
    "html": html.escape,
    "html in numbers": numbered,
}


def kept(
    received: bytes | str = b"",
    sent: bytes | str = b"",
    url: str = "https://smsc.ru/sys/send.php",
    hide: Hidden = HIDDEN,
) -> Masked:
    """Return what is kept of an exchange."""
    request, reply = (body.encode() if isinstance(body, str) else body for body in (sent, received))
    return masked(Exchange("POST", url, request, 200, reply, "", 0.1), Mask(hide))


def everything(call: Masked) -> str:
    """Return all fields of a call at once."""
    return "\n".join(vars(call).values())
