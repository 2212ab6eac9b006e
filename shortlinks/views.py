"""Answers a short link: the redirect, and one constant page for every code that is none."""

from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as AnyResponse

from shortlinks.blocks import Hit, resolve
from shortlinks.bots import signal_of
from shortlinks.destination import NotNow, destination
from shortlinks.lines import ClickLine
from shortlinks.pages import TOO_MANY, UNKNOWN_LINK
from shortlinks.settings import Settings
from shortlinks.shortener import current_shortener

HEADERS = {
    # A cached redirect would be a second click that nobody sees.
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

NOT_NOW = """<!doctype html>
<html lang="ru">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Попробуйте чуть позже · Try again soon</title>
<h1>Попробуйте через минуту</h1>
<p>Ссылка верна, но сейчас её не открыть. Откройте её из SMS ещё раз.</p>
<h1 lang="en">Try again in a minute</h1>
<p lang="en">The link is right but cannot be opened just now. Open it from the SMS once more.</p>
"""
"""An address without its values could be another page than the one the SMS spoke of."""


def short_links(settings: Settings) -> Blueprint:
    """Return the blueprint that answers short addresses."""
    blueprint = Blueprint("shortlinks", __name__, url_prefix=settings.prefix)
    # Without merging: Werkzeug would mend an address with a slash too many, by a redirect that nobody has masked.
    blueprint.add_url_rule("/<code>", "follow", follow, merge_slashes=False)
    return blueprint


def follow(code: str) -> AnyResponse:
    """Write the click down and lead on; a login code leads to the login page of the main site."""
    hit = resolve(code)
    if hit is None:
        return unknown_link()
    shortener = current_shortener()
    settings = shortener.settings
    shortener.clicks.append(click_of(hit, request.method, request.headers, request.remote_addr))
    if hit.block.login:
        return with_headers(redirect(f"{settings.main_url}{settings.login_path}/{code}", 302))
    try:
        return with_headers(redirect(destination(hit), 302))
    except NotNow:
        return not_now()


def unknown_link() -> Response:
    """Return the constant 404, or the constant 429 to an address that has guessed too much."""
    if current_shortener().misses.too_many(request.remote_addr):
        response = current_app.response_class(TOO_MANY, status=429, mimetype="text/html")
        response.headers["Retry-After"] = "60"
    else:
        response = current_app.response_class(UNKNOWN_LINK, status=404, mimetype="text/html")
    response.headers.update(HEADERS)
    return response


def not_now() -> Response:
    """Return the constant 503 for a right code whose values cannot be read at the moment."""
    response = current_app.response_class(NOT_NOW, status=503, mimetype="text/html")
    response.headers["Retry-After"] = "60"
    response.headers.update(HEADERS)
    return response


def with_headers(response: AnyResponse) -> AnyResponse:
    """Add the headers that keep an answer out of caches, referrers and search engines."""
    response.headers.update(HEADERS)
    return response


def click_of(hit: Hit, method: str, headers: Headers, address: str | None) -> ClickLine:
    """Return what is written down of a request that opened a link."""
    return ClickLine(
        number=hit.number,
        at=datetime.now(UTC),
        signal=signal_of(method, headers),
        agent=headers.get("User-Agent", ""),
        referrer_host=_referrer_host(headers.get("Referer")),
        address=truncated(address),
    )


def _referrer_host(referrer: str | None) -> str:
    if not referrer:
        return ""
    try:
        return urlsplit(referrer).hostname or ""
    except ValueError:
        # A referrer is whatever the visitor wrote there.
        return ""


@lru_cache(maxsize=4096)
def truncated(address: str | None) -> str:
    """Return the network of a visitor's address (IPv4 /24, IPv6 /48): enough to tell carriers apart."""
    try:
        bits = 24 if ip_address(address or "").version == 4 else 48
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{bits}", strict=False).network_address)
