"""Who opened a link: people count, robots of all kinds do not."""

import hashlib
from pathlib import Path

import pytest
from werkzeug.datastructures import Headers

from shortlinks import rules
from shortlinks.bots import (
    DeviceKind,
    Kind,
    Signal,
    device_kind,
    device_of,
    is_everyday,
    judge,
    kind_of,
    signal_of,
)
from tests.shortlinks.agents import HARDLY_ANYBODYS, IN_APPS, PEOPLE, TELEVISIONS
from tests.shortlinks.host import CRAWLER, OWN_APP, PHONE, TELEGRAM

ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)
IMESSAGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
    "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
)


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (PHONE, Kind.PERSON),
        (ANDROID, Kind.PERSON),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/9.80) Presto/2.12 Version/12.16", Kind.PERSON),
        (TELEGRAM, Kind.PREVIEW),
        (IMESSAGE, Kind.PREVIEW),
        ("WhatsApp/2.23.20.0 A", Kind.PREVIEW),
        ("WhatsApp/2.19.81 i", Kind.PREVIEW),
        ("Viber/13.9.0", Kind.PREVIEW),
        ("Viber", Kind.PREVIEW),
        ("Mozilla/5.0 (compatible; Viber/1.0)", Kind.PREVIEW),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/99.0.0.0 Safari/537.36 Viber/20",
            Kind.PREVIEW,
        ),
        ("vkShare; +http://vk.com/dev/Share", Kind.PREVIEW),
        (CRAWLER, Kind.BOT),
        ("curl/8.5.0", Kind.BOT),
        ("python-requests/2.34", Kind.BOT),
        ("", Kind.UNKNOWN),
        ("CFNetwork/1.0 Darwin/20", Kind.UNKNOWN),
    ],
)
def test_an_agent_tells_who_it_is(agent: str, kind: Kind) -> None:
    assert kind_of(Signal.NONE, agent) is kind


@pytest.mark.parametrize(
    ("method", "headers", "signal"),
    [
        ("GET", {}, Signal.NONE),
        ("HEAD", {}, Signal.HEAD),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}, Signal.PREFETCH),
        ("GET", {"Purpose": "prefetch"}, Signal.PREFETCH),
        ("GET", {"X-Purpose": "preview"}, Signal.PREFETCH),
        ("GET", {"Purpose": "shopping"}, Signal.NONE),
    ],
)
def test_a_request_tells_what_nobody_asked_to_see(
    method: str, headers: dict[str, str], signal: Signal
) -> None:
    assert signal_of(method, Headers(headers)) is signal


@pytest.mark.parametrize("signal", [Signal.HEAD, Signal.PREFETCH])
def test_a_page_loaded_ahead_is_no_person_in_any_browser(signal: Signal) -> None:
    assert kind_of(signal, PHONE) is Kind.PREVIEW


def test_a_posted_login_is_a_person_whatever_he_calls_himself() -> None:
    assert kind_of(Signal.LOGIN, "curl/8.5.0") is Kind.PERSON


def test_the_device_of_a_phone_is_known() -> None:
    assert device_of(PHONE) == ("Mobile Safari", "iOS", "iPhone")


def test_the_device_of_a_stranger_is_empty() -> None:
    assert device_of("Handset") == ("", "", "")


@pytest.mark.parametrize("agent", IN_APPS)
def test_people_in_the_browser_inside_an_app_are_people(agent: str) -> None:
    assert kind_of(Signal.NONE, agent) is Kind.PERSON
    assert is_everyday(agent), "never rare either"


@pytest.mark.parametrize(("agent", "device"), PEOPLE)
def test_the_browsers_of_today_are_never_rare_and_tell_their_device(agent: str, device: str) -> None:
    assert judge(Signal.NONE, agent) == (Kind.PERSON, Signal.NONE)
    assert device_kind(agent) is DeviceKind(device)


@pytest.mark.parametrize("agent", [OWN_APP, *HARDLY_ANYBODYS])
def test_an_agent_that_hardly_anybody_has_could_be_rare(agent: str) -> None:
    assert judge(Signal.NONE, agent) == (Kind.PERSON, Signal.ODD)
    assert judge(Signal.ODD, agent) == (Kind.PERSON, Signal.ODD)


@pytest.mark.parametrize("signal", [Signal.HEAD, Signal.PREFETCH, Signal.LOGIN])
def test_what_the_request_itself_said_stays_whatever_the_agent(signal: Signal) -> None:
    assert judge(signal, OWN_APP).signal is signal


@pytest.mark.parametrize("agent", ["", CRAWLER, "curl/8.5.0", *TELEVISIONS])
def test_what_is_no_phone_tablet_or_computer_is_something_else(agent: str) -> None:
    assert device_kind(agent) is DeviceKind.OTHER


def test_whoever_changes_the_rules_raises_their_version() -> None:
    words = Path(rules.__file__).read_text(encoding="utf-8")
    assert (rules.RULES, hashlib.sha256(words.encode()).hexdigest()[:12]) == (2, "d79caeb67495")
