"""What a page makes a browser fetch by itself: styles, scripts, pictures, frames; and what styles fetch."""

import re
from contextlib import closing
from contextvars import Context

from flask.testing import FlaskClient

FETCHED = re.compile(
    r'<(?:script|img|iframe|source|audio|video|embed|input)\b[^>]*?\ssrc="([^"]*)"'
    r'|<link\b[^>]*?\shref="([^"]*)"|\sstyle="[^"]*?url\(([^)]*)\)',
    re.IGNORECASE,
)
BY_STYLES = re.compile(r"""url\(\s*['"]?([^)'"]*)|@import\s+['"]([^'"]*)""", re.IGNORECASE)


def fetched(html: str) -> list[str]:
    """Return the addresses that the page itself names."""
    return [address for found in FETCHED.findall(html) for address in found if address]


def fetched_by(css: str) -> list[str]:
    """Return the addresses that a style names."""
    return [address for found in BY_STYLES.findall(css) for address in found if address]


def is_elsewhere(address: str) -> bool:
    """Say whether an address leads to another host; `data:` leads nowhere."""
    return bool(re.match(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", address, re.IGNORECASE))


def trouble(client: FlaskClient, html: str) -> list[str]:
    """Return what a page fetches from another host, itself or by a style, and what is not served here."""
    found = []
    for address in fetched(html):
        if is_elsewhere(address):
            found.append(address)
        elif not address.startswith("data:"):
            found += Context().run(_trouble_with, client, address)
    return found


def _trouble_with(client: FlaskClient, address: str) -> list[str]:
    with closing(client.get(address)) as answer:
        if answer.status_code != 200:
            return [address]
        css = answer.text if answer.mimetype == "text/css" else ""
    return [each for each in fetched_by(css) if is_elsewhere(each)]
