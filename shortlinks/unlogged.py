"""Keeps codes out of the host's error log: Flask writes the path of a request that failed, and a code is a secret."""

import logging
import re
from dataclasses import dataclass
from typing import Any

from flask import Flask

from shortlinks.settings import Settings

HIDDEN = "••••"


@dataclass(frozen=True)
class HidesCodes:
    """A filter of a logger; `paths` finds what stands before a code, and the code."""

    paths: re.Pattern[str]

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the codes in what the record says; every record passes."""
        record.msg = self._masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._masked, record.args))
        return True

    def _masked(self, value: Any) -> Any:
        return self.paths.sub(rf"\1{HIDDEN}", value) if isinstance(value, str) else value


def hide_codes(app: Flask, settings: Settings) -> None:
    """Have the app's own logger show no code, also where the host's session or one of its hooks fails."""
    beginnings = "|".join(re.escape(each) for each in (settings.prefix, settings.login_path))
    paths = re.compile(rf"(?<!\S)((?:{beginnings})/)[^\s?#]+")
    # Not `app.logger`, which would settle its handlers before the host does.
    logging.getLogger(app.name).addFilter(HidesCodes(paths))
