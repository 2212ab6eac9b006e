"""The history of the integration in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smsadmin import integration_changes
from smsadmin.admin.integration.settings import NONE, label_of
from smsadmin.i18n import _, lazy
from smsadmin.integration_changes import SECRETS, Change, Field, What
from smsadmin.providers import PROVIDERS

ON_THE_PAGE = 10
"""How many of the newest stand on the integration page itself."""

WORDS: dict[str, Any] = {
    What.CONNECTED: lazy("connected"),
    What.REPLACED: lazy("replaced by another account"),
    What.CHANGED: lazy("data changed"),
    What.REMOVED: lazy("removed"),
    What.WENT_ON: lazy("let go on after a stop"),
    What.SWITCHED_ON: lazy("SMS switched on"),
    What.SWITCHED_OFF: lazy("SMS switched off"),
    What.TEXT_PREFIX: lazy("Name in the text of every SMS"),
    What.RESPONSIBLE: lazy("Responsible admin"),
    What.LOG_ON: lazy("API access log switched on"),
    What.LOG_OFF: lazy("API access log switched off"),
}


@dataclass(frozen=True)
class Line:
    """One change as it stands in the list; `details` has a line for each setting."""

    at: datetime
    by: str
    said: str
    details: list[str]


def lines(limit: int, offset: int = 0) -> list[Line]:
    """Return the newest changes first."""
    return [_line(change) for change in integration_changes.changes(limit, offset)]


def _line(change: Change) -> Line:
    # A row may come from another version of the site, with words that this one does not know.
    word = str(WORDS.get(change.what, change.what))
    said = f"{_title(change.provider)}: {word}" if change.provider else word
    alone = not change.provider and len(change.fields) == 1
    details = [_detail(field, change.provider, not alone) for field in change.fields]
    return Line(change.at, change.by, said, details)


def _title(name: str) -> str:
    return PROVIDERS[name].title if name in PROVIDERS else name


def _detail(field: Field, name: str, with_label: bool) -> str:
    key, before, after = field
    if key in SECRETS:
        said: str = _("%(field)s: entered, not shown", field=label_of(key, name))
        return said
    values = f"{before or NONE} → {after or NONE}" if before else after or NONE
    return f"{label_of(key, name)}: {values}" if with_label else f"{before or NONE} → {after or NONE}"
