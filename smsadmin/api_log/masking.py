"""Make an exchange with a provider fit to be kept: nothing that opens anything survives in any field; pure.

Bodies are taken apart and every string in them is masked; in the end all encodings are undone once more, and
what still betrays something is withheld as a whole.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from smsadmin.api_log.cutting import Scissors
from smsadmin.api_log.encodings import clean
from smsadmin.api_log.secrecy import Mask
from smsadmin.api_log.shapes import Leaf, shape, shown_address
from smsadmin.providers.exchange import Exchange

LONGEST = 20_000
"""Characters of a body that are kept."""
LONGEST_SHAPED = 300_000
"""Characters of a body that is taken apart; no answer of a provider that means something is longer."""
LONGEST_READ = 100_000
"""Characters of any other body that are looked at."""
LONGEST_FAILURE = 60

BETRAYS = "[withheld: masking it was not enough]"
SHAPELESS = "[withheld: its form is not known]"


@dataclass(frozen=True)
class Masked:
    """An exchange as it may be kept; `*_cut` is the same for the support: no texts, four digits of a phone."""

    address: str
    request: str
    reply: str
    failure: str
    address_cut: str
    request_cut: str
    reply_cut: str


def masked(exchange: Exchange, mask: Mask) -> Masked:
    """Return what may be kept of an exchange."""
    request, request_cut = _bodies(exchange.sent, mask)
    reply, reply_cut = _bodies(exchange.received, mask)
    return Masked(
        address=_checked(shown_address(exchange.url, mask.leaf), mask),
        request=request,
        reply=reply,
        failure=_checked(mask.leaf("", exchange.failure), mask)[:LONGEST_FAILURE],
        address_cut=_cut(partial(shown_address, exchange.url), mask),
        request_cut=request_cut,
        reply_cut=reply_cut,
    )


def _bodies(raw: bytes, mask: Mask) -> tuple[str, str]:
    """Return a body and its cut version."""
    body = clean(raw.decode("utf-8-sig", errors="replace"))
    if not body.strip():
        return "", ""
    shaped = shape(body) if len(body) <= LONGEST_SHAPED else None
    if shaped is None:
        return _checked(mask.leaf("", body[:LONGEST_READ]), mask), SHAPELESS
    try:
        return _checked(shaped.shown(mask.leaf), mask), _cut(shaped.shown, mask)
    except ValueError:
        return BETRAYS, BETRAYS


def _cut(shown: Callable[[Leaf], str], mask: Mask) -> str:
    scissors = Scissors(mask)
    text = _checked(shown(scissors.leaf), mask)
    return BETRAYS if scissors.betrays() else text


def _checked(text: str, mask: Mask) -> str:
    """Return a masked text as long as it may be, or that it is withheld."""
    shortened = text
    if len(text) > LONGEST:
        shortened = f"{text[:LONGEST]}\n[… {LONGEST} / {len(text)}]"
    return BETRAYS if mask.betrays(shortened) else shortened
