"""Who opened a link: a person, a preview, a bot or nobody can tell; the rules are tables with a version.

A click is judged twice: `signal_of` looks at the request cheaply while the visitor waits, `kind_of` looks
exactly, later, from what was stored, so that better rules can judge old clicks again. Nobody is called a bot
for his address.
"""

from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

import ua_parser
from is_bot import Bots
from werkzeug.datastructures import Headers

RULES = 1
"""Stored with every click; raise it whenever a table below or `kind_of` changes."""


class Kind(StrEnum):
    """Who a click is; only people are counted."""

    PERSON = "person"
    PREVIEW = "preview"
    BOT = "bot"
    UNKNOWN = "unknown"


class Signal(StrEnum):
    """What the request itself says about who is asking."""

    NONE = ""
    HEAD = "head"
    PREFETCH = "prefetch"
    LOGIN = "login"
    """A login form was posted: strong evidence of a person, whatever the agent calls itself."""


PREFETCH_HEADERS = {
    "Sec-Purpose": ("prefetch", "prerender"),
    "Purpose": ("prefetch", "preview"),
    "X-Purpose": ("preview",),
    "X-Moz": ("prefetch",),
}
"""What browsers send when they load a page that nobody has asked to see yet."""

PREVIEW_AGENTS = (
    "telegrambot",
    "whatsapp",
    "viber",
    "facebookexternalhit",
    "facebot",
    "twitterbot",
    "vkshare",
    "slackbot",
    "discordbot",
    "skypeuripreview",
    "linkedinbot",
    "google-pagerenderer",
    "odklbot",
    "mattermost",
)
"""Messengers that draw a picture of the link before anybody opens it."""

BROWSER_BEGINNINGS = ("mozilla/", "opera/", "dalvik/", "ucweb/", "nokia", "blackberry")
"""How the agents of programs with a person before them begin."""


class Device(NamedTuple):
    """What an agent says it runs on; empty strings where it does not say."""

    browser: str
    system: str
    device: str


def signal_of(method: str, headers: Headers) -> Signal:
    """Return what a request says by itself; cheap enough to be asked on every click."""
    if method == "HEAD":
        return Signal.HEAD
    for name, words in PREFETCH_HEADERS.items():
        value = headers.get(name, "").lower()
        if value and any(word in value for word in words):
            return Signal.PREFETCH
    return Signal.NONE


def kind_of(signal: Signal, agent: str) -> Kind:
    """Judge a click from its signal and user agent by the rules of today."""
    if signal is Signal.LOGIN:
        return Kind.PERSON
    named = agent.lower()
    if signal is not Signal.NONE or any(word in named for word in PREVIEW_AGENTS):
        return Kind.PREVIEW
    if is_known_bot(agent):
        return Kind.BOT
    return Kind.PERSON if named.startswith(BROWSER_BEGINNINGS) else Kind.UNKNOWN


@lru_cache(maxsize=2000)
def is_known_bot(agent: str) -> bool:
    """Tell whether the agent names itself as one of the robots that the package is-bot knows."""
    return bool(_bots().is_bot(agent))


def device_of(agent: str) -> Device:
    """Return browser, system and device of an agent, each at most 60 characters."""
    parsed = ua_parser.parse(agent)
    found = (parsed.user_agent, parsed.os, parsed.device)
    return Device(*("" if part is None else part.family[:60] for part in found))


@cache
def _bots() -> Bots:
    return Bots()
