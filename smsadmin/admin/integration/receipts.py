"""The delivery reports that changed nothing, in words."""

from typing import Any

from smsadmin.i18n import lazy
from smsadmin.sending.receipts import FORGED, GARBLED, REPEATED, TOO_LARGE, UNKNOWN, dropped
from smsadmin.shown import shown_time

CAUSES: dict[str, Any] = {
    FORGED: lazy("not proved"),
    GARBLED: lazy("not readable"),
    UNKNOWN: lazy("about no SMS of ours"),
    REPEATED: lazy("came before"),
    TOO_LARGE: lazy("too long"),
}
"""Why a report changed nothing, in a word or two."""


def dropped_reports(name: str) -> str | None:
    """Return how many reports of a provider changed nothing and why; None where there were none."""
    rows = dropped(name)
    told = ", ".join(f"{CAUSES[row.cause]}: {row.count}" for row in rows)
    last = max((row.last_at for row in rows), default=None)
    return f"{told} ({shown_time(last)})" if rows else None
