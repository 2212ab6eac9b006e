"""Answers a short link: the redirect, and one constant page for every code that is none."""

from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as AnyResponse

from shortlinks.blocks import Hit, resolve
from shortlinks.bots import signal_of
from shortlinks.destination import destination
from shortlinks.lines import ClickLine
from shortlinks.misses import network_of
from shortlinks.pages import HEADERS, TOO_MANY, UNKNOWN_LINK
from shortlinks.settings import Settings
from shortlinks.shortener import current_shortener


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
    login_page = f"{settings.main_url}{settings.login_path}/{code}"
    # First, so that who has to wait for the database is counted once, when he is led on.
    target = login_page if hit.block.login else destination(hit)
    shortener.clicks.append(click_of(hit, request.method, request.headers, request.remote_addr))
    return with_headers(redirect(target, 302))


def unknown_link() -> Response:
    """Return the constant 404, or the constant 429 to an address that has guessed too much."""
    if current_shortener().misses.too_many(request.remote_addr):
        response = current_app.response_class(TOO_MANY, status=429, mimetype="text/html")
        response.headers["Retry-After"] = "60"
    else:
        response = current_app.response_class(UNKNOWN_LINK, status=404, mimetype="text/html")
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
    network = network_of(address, ipv4_bits=24, ipv6_bits=48)
    return "" if network is None else str(network.network_address)
