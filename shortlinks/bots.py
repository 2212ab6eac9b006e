"""Who opened a link: a person, a preview, a bot or nobody can tell; the tables are in `rules.py`, with a version.

A click is judged twice: `signal_of` looks at the request cheaply while the visitor waits, `judge` looks
exactly, later, from what was stored, so that better rules can judge old clicks again. Nobody is called a bot
for his address.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

import ua_parser
from is_bot import Bots
from werkzeug.datastructures import Headers

from shortlinks import rules

_COMMENTS = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\]")
_NAMES = re.compile(r"([A-Za-z][\w.+-]*)/")


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
    ODD = "odd"
    """A person by his agent, but it is none of the browsers that people have today; found when the click is stored."""
    LOGIN = "login"
    """A login form was posted: strong evidence of a person, whatever the agent calls itself."""


class Device(NamedTuple):
    """What an agent says it runs on; empty strings where it does not say."""

    browser: str
    system: str
    device: str


class DeviceKind(StrEnum):
    """What a link was opened on."""

    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"
    OTHER = "other"


class Judged(NamedTuple):
    """What a click is by itself; `signal` is how it is stored."""

    kind: Kind
    signal: Signal


def signal_of(method: str, headers: Headers) -> Signal:
    """Return what a request says by itself; cheap enough to be asked on every click."""
    if method == "HEAD":
        return Signal.HEAD
    for name, words in rules.PREFETCH_HEADERS.items():
        value = headers.get(name, "").lower()
        if value and any(word in value for word in words):
            return Signal.PREFETCH
    return Signal.NONE


def kind_of(signal: Signal, agent: str) -> Kind:
    """Judge a click from its signal and user agent by the rules of today."""
    if signal is Signal.LOGIN:
        return Kind.PERSON
    named = agent.lower()
    if signal in (Signal.HEAD, Signal.PREFETCH) or _is_preview(named):
        return Kind.PREVIEW
    if is_known_bot(agent):
        return Kind.BOT
    return Kind.PERSON if named.startswith(rules.BROWSER_BEGINNINGS) else Kind.UNKNOWN


@lru_cache(maxsize=4096)
def judge(signal: Signal, agent: str) -> Judged:
    """Judge a click by itself, and note whether its agent could be rare."""
    kind = kind_of(signal, agent)
    if signal not in (Signal.NONE, Signal.ODD):
        return Judged(kind, signal)
    odd = kind is Kind.PERSON and not is_everyday(agent)
    return Judged(kind, Signal.ODD if odd else Signal.NONE)


def too_soon(at: datetime, handed_over: datetime) -> bool:
    """Tell whether a click came sooner after its SMS was handed over than a person could open it."""
    return timedelta(0) <= at - handed_over < rules.SOONEST


def is_everyday(agent: str) -> bool:
    """Tell whether this is the agent of a browser that people have today: such a one is never rare."""
    if not set(_NAMES.findall(_COMMENTS.sub("", agent))) <= rules.EVERYDAY_NAMES:
        return False
    return any(
        system.search(agent) and (found := engine.search(agent)) and int(found[1]) >= oldest
        for system, engine, oldest in rules.EVERYDAY
    )


@lru_cache(maxsize=2000)
def is_known_bot(agent: str) -> bool:
    """Tell whether the agent names itself as one of the robots that the package is-bot knows."""
    return bool(_bots().is_bot(agent))


def device_of(agent: str) -> Device:
    """Return browser, system and device of an agent, each at most 60 characters."""
    parsed = ua_parser.parse(agent)
    found = (parsed.user_agent, parsed.os, parsed.device)
    return Device(*("" if part is None else part.family[:60] for part in found))


def device_kind(agent: str) -> DeviceKind:
    """Return what kind of device an agent says it runs on."""
    _, system, device = device_of(agent)
    parsed, named = ua_parser.parse(agent).device, agent.lower()
    if any(word in named for word in rules.TELEVISIONS):
        return DeviceKind.OTHER
    unmoving = parsed is not None and parsed.brand == rules.TABLET_BRAND
    if unmoving or any(word in named for word in rules.TABLETS):
        return DeviceKind.TABLET
    if (
        system in rules.PHONE_SYSTEMS
        or device in rules.PHONE_DEVICES
        or named.startswith(rules.PHONE_BEGINNINGS)
    ):
        return DeviceKind.PHONE
    return DeviceKind.COMPUTER if system in rules.COMPUTER_SYSTEMS else DeviceKind.OTHER


def _is_preview(named: str) -> bool:
    if any(word in named for word in rules.PREVIEW_AGENTS):
        return True
    return any(word in named for word in rules.APP_NAMES) and not rules.IN_APP.match(named)


@cache
def _bots() -> Bots:
    return Bots()
