"""Fixtures: one Chromium for all tests of a process, a new context for each, and the shops that it visits.

All of it runs on SQLite: what a browser does with cookies, forms and frames is the same on every database, and
tests/links proves the login itself on both. Where Chromium is missing the tests are left out with a sentence;
`BROWSER_TESTS=required`, which `.ci/run` sets, makes that a failure.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.in_browser.other_site import HOST as MAIL
from tests.in_browser.other_site import OtherSite, other_site
from tests.in_browser.served import SHOP, SHORT, ServedShop, serve
from tests.in_browser.tls import certificate_for
from tests.links.visiting import PERSON
from tests.servers import Servers
from tests.simulator.running import Simulator

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "since the tests of login links need a browser: install Chromium (apt install chromium)"
PATIENCE = 60_000
"""Milliseconds that a page may take on a busy machine."""

LONG_ENOUGH = 1.0
"""Seconds in which a page that posts by itself has long done so."""

# Nothing but the sites of the tests has an address, so the browser reaches nobody else.
RESOLVED = ", ".join([*(f"MAP {host} 127.0.0.1" for host in (SHOP, SHORT, MAIL)), "MAP * ~NOTFOUND"])
OPTIONS = [f"--host-resolver-rules={RESOLVED}", "--disable-quic", "--disable-component-update"]

expect.set_options(timeout=PATIENCE)

COOKIES: dict[str, dict[str, Any]] = {
    "Lax": {},
    "Strict": {"SESSION_COOKIE_SAMESITE": "Strict"},
    "default": {"SESSION_COOKIE_SAMESITE": None},
    "https": {},
    "Strict, https": {"SESSION_COOKIE_SAMESITE": "Strict"},
}
"""How the session cookie of each shop is made; over https it is also Secure."""

CUSTOMER: dict[str, Any] = {"user_agent": PERSON, "locale": "ru-RU", "ignore_https_errors": True}
"""A phone of today; Chromium without a screen calls itself a headless one, and that is a known bot."""

NewContext = Callable[..., BrowserContext]
Launched = Callable[[Path], BrowserContext]
Alone = Callable[[str], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    for program in PROGRAMS:
        if path := shutil.which(program):
            return path
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(MISSING, pytrace=False)
    pytest.skip(MISSING)


@pytest.fixture(scope="session")
def playwright(chromium: str) -> Iterator[Playwright]:
    """Playwright, which finds no browser of its own."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def started_with(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """How every browser is launched: with a home of its own, since that of the tests may not be writable."""
    environment = {**os.environ, "HOME": str(tmp_path_factory.mktemp("home"))}
    return {"executable_path": chromium, "args": OPTIONS, "env": environment, "timeout": 2 * PATIENCE}


@pytest.fixture(scope="session")
def browser(playwright: Playwright, started_with: dict[str, Any]) -> Iterator[Browser]:
    """The browser, with nothing in it."""
    running = playwright.chromium.launch(**started_with)
    yield running
    running.close()


@pytest.fixture
def launched(playwright: Playwright, started_with: dict[str, Any]) -> Launched:
    """Launches one more browser, with the settings that lie in its folder."""

    def launch(folder: Path) -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(folder, **CUSTOMER, **started_with)
        context.set_default_timeout(PATIENCE)
        return context

    return launch


@pytest.fixture
def alone(chromium: str, started_with: dict[str, Any], tmp_path: Path) -> Alone:
    """Opens an address in a browser that nobody drives, until the block ends."""

    @contextmanager
    def open_alone(address: str) -> Iterator[None]:
        folder = [f"--user-data-dir={tmp_path / 'alone'}", "--no-first-run", "--no-sandbox", "--headless=new"]
        usual = [
            "--disable-popup-blocking",
            "--disable-background-networking",
            "--disable-gpu",
            "--ignore-certificate-errors",
        ]
        command = [chromium, *folder, *usual, f"--user-agent={PERSON}", *OPTIONS, address]
        with (tmp_path / "alone.log").open("wb") as log:
            running = subprocess.Popen(
                command, env=started_with["env"], stdout=log, stderr=log, start_new_session=True
            )
            try:
                yield
            finally:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()

    return open_alone


def open_context(browser: Browser, **options: Any) -> BrowserContext:
    """Open somebody's browser, with no cookies in it: a customer's phone, unless `options` say otherwise."""
    context = browser.new_context(**CUSTOMER | options)
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Opens further contexts: other people's browsers, as different as a test wants."""
    with ExitStack() as stack:

        def another(**options: Any) -> BrowserContext:
            context = open_context(browser, **options)
            stack.callback(context.close)
            return context

        yield another


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """A person's browser without cookies."""
    return new_context().new_page()


@pytest.fixture(scope="session")
def mail() -> Iterator[OtherSite]:
    """A third site."""
    with other_site() as site:
        yield site


class Shops(dict[str, ServedShop]):
    """One shop for each kind of session cookie; each starts when it is first needed."""

    def __init__(self, servers: Servers, simulator: Simulator, folder: Path, stack: ExitStack) -> None:
        self._servers = servers
        self._simulator = simulator
        self._folder = folder
        self._stack = stack

    def __missing__(self, kind: str) -> ServedShop:
        self[kind] = self.start(kind, self._stack, **COOKIES[kind])
        return self[kind]

    def start(self, kind: str, stack: ExitStack, **config: Any) -> ServedShop:
        """Start one more shop with these settings, on a database of its own."""
        template = self._servers.migrated_template("sqlite")
        database = stack.enter_context(self._servers.fresh_database("sqlite", template))
        certificate = certificate_for(self._folder, SHOP, SHORT) if kind.endswith("https") else None
        folder = self._folder / kind
        serving = serve(database, self._servers.redis_url(), self._simulator, folder, certificate, **config)
        return stack.enter_context(serving)


@pytest.fixture(scope="session")
def shops(
    chromium: str, servers: Servers, provider_box: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shops]:
    """The shops of this process."""
    with ExitStack() as stack:
        yield Shops(servers, provider_box, tmp_path_factory.mktemp("shops"), stack)


@pytest.fixture
def shop(shops: Shops) -> ServedShop:
    """The shop as the box makes it: its session cookie is Lax, over http."""
    return shops["Lax"]
