"""Who opened a link: people count, robots of all kinds do not."""

import pytest
from werkzeug.datastructures import Headers

from shortlinks.bots import Kind, Signal, device_of, kind_of, signal_of
from tests.shortlinks.host import CRAWLER, PHONE, TELEGRAM

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
