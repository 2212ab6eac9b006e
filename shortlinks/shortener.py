"""What one app's short links consist of; kept at `app.extensions["shortlinks"]`."""

from typing import Any, cast

from flask import current_app
from sqlalchemy import Engine

from shortlinks.cache import BlockCache
from shortlinks.clicks import ClickSpool
from shortlinks.codes import Codes
from shortlinks.gate import Gate, HandedOver
from shortlinks.kept import KeptBlocks
from shortlinks.misses import Misses
from shortlinks.personal import Values, check_address, is_personal, stays_on
from shortlinks.settings import Settings


class NoLogin(ValueError):
    """A login link was asked for, but the host has no gate, or the target is not on its main site."""


class NoValues(ValueError):
    """An address has placeholders, but the host says nowhere what they stand for."""


class Shortener:
    """The settings, keys, known blocks and click spool of one app; all else that is given is the host's."""

    def __init__(
        self,
        settings: Settings,
        db: Any,
        gate: Gate | None,
        values: Values | None = None,
        handed_over: HandedOver | None = None,
    ) -> None:
        self.settings = settings
        self.gate = gate
        self.values = values
        self.handed_over = handed_over
        self.codes = Codes(settings.salt, settings.keys)
        self.known_blocks = BlockCache(lambda: self.engine)
        self.kept_blocks = KeptBlocks(settings.spool)
        self.clicks = ClickSpool(settings.spool)
        self.misses = Misses(settings.misses)
        self._db = db

    @property
    def engine(self) -> Engine:
        """The host's engine; needs an app context, as Flask-SQLAlchemy does."""
        return cast(Engine, self._db.engine)

    def check_link(self, url: str, login: bool) -> None:
        """Raise ValueError for an address nobody may be sent to, `NoLogin` where it cannot sign in.

        `NoValues` for one with placeholders where the host has no values.
        """
        check_address(url)
        if self.values is None and is_personal(url):
            raise NoValues(
                f"'{url}' has placeholders: give their values to ShortLinks.init_app(app, db, values=…), or write "
                "%7B for a brace that is none."
            )
        if login and self.gate is None:
            raise NoLogin("Login links need a gate: give one to ShortLinks.init_app(app, db, gate).")
        if login and not stays_on(url, self.settings.main_url):
            raise NoLogin(f"'{url}' is not on the main site, so its link cannot sign anybody in.")


def current_shortener() -> Shortener:
    """Return the current app's short links; raise RuntimeError when `init_app` was never called for it."""
    shortener = current_app.extensions.get("shortlinks")
    if not isinstance(shortener, Shortener):
        raise RuntimeError("This app has no short links: call ShortLinks().init_app(app, db) first.")
    return shortener
