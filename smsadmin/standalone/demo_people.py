"""The people of `make demo` who got an SMS: some open its link, some phones preview it, robots come too."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

LINK = re.compile(r"https?://[^\s]+")
PHONE = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0 Mobile Safari/537.36"
)
ROBOTS = ("TelegramBot (like TwitterBot)", "WhatsApp/2.25.1 A", "facebookexternalhit/1.1")
FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
OPEN_OF_100, AGAIN_OF_100, ROBOTS_OF_100 = 30, 20, 8
PATIENCE = 30.0
LOOKS_AFTER = 3.0
"""Seconds after which people open an SMS at the earliest: whoever is quicker counts as a robot."""
AT_ONCE = 8


@dataclass(frozen=True)
class Visits:
    """What the people did, to be compared with what the broadcast's page counts."""

    clicks: int = 0
    unique: int = 0
    bot_clicks: int = 0
    logins: int = 0
    refused: int = 0

    def __add__(self, other: "Visits") -> "Visits":
        return Visits(
            self.clicks + other.clicks,
            self.unique + other.unique,
            self.bot_clicks + other.bot_clicks,
            self.logins + other.logins,
            self.refused + other.refused,
        )


def visit(messages: Sequence[Mapping[str, str]], seed: int, staff: Collection[str]) -> Visits:
    """Have the recipients of these SMS open their links; `staff` are the phones of those who work here by now."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return sum(threads.map(lambda message: _one(message, seed, staff), messages), Visits())


def _one(message: Mapping[str, str], seed: int, staff: Collection[str]) -> Visits:
    link = LINK.search(message["text"])
    if link is None:
        return Visits()
    dice = hashlib.sha256(f"{seed}:{message['phone']}".encode()).digest()
    seen = Visits()
    if dice[0] * 100 // 256 < ROBOTS_OF_100:
        _browser(ROBOTS[dice[1] % len(ROBOTS)]).get(link.group(), timeout=PATIENCE)
        seen += Visits(bot_clicks=1)
    if message["phone"] in staff:
        return seen + _person(link.group(), times=1, works_here=True)
    if dice[2] * 100 // 256 < OPEN_OF_100:
        again = dice[3] * 100 // 256 < AGAIN_OF_100
        return seen + _person(link.group(), times=2 if again else 1, works_here=False)
    return seen


def _person(link: str, times: int, works_here: bool) -> Visits:
    """Open the link in a fresh browser each time, and let its page post itself as a browser with scripts does."""
    logins = refused = 0
    for _ in range(times):
        browser = _browser(PHONE)
        page = browser.get(link, timeout=PATIENCE)
        token = FORM_TOKEN.search(page.text)
        if "/sms/in/" not in page.url or token is None:
            continue
        landed = browser.post(
            page.url, {"csrf_token": token.group(1)}, headers={"Referer": page.url}, timeout=PATIENCE
        )
        signed_in = landed.status_code == 200 and "/sign-in" not in landed.url
        if signed_in == works_here:
            raise AssertionError("a link signed a member of staff in, or a customer not")
        logins += signed_in
        refused += not signed_in
    return Visits(clicks=times, unique=1, logins=logins, refused=refused)


def _browser(agent: str) -> requests.Session:
    browser = requests.Session()
    browser.trust_env = False
    browser.headers["User-Agent"] = agent
    return browser
