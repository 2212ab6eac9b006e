"""The history of the integration: who changed what and when; it never has a secret, nor how long one is."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.database import read
from smsadmin.host import StaffMember
from smsadmin.models import IntegrationChange

SECRETS = frozenset({"secret", "api_key"})
"""Fields that are named where they changed, without what they were and are."""

Field = tuple[str, str, str]
"""The name of a setting, its value before, its value after; empty for none."""

Also = Callable[[Session], None]
"""What a change writes besides itself, in the same transaction."""


class What(StrEnum):
    """What was done; the sentences stand in `admin/integration/history.py`."""

    CONNECTED = "connected"
    REPLACED = "replaced"
    CHANGED = "changed"
    REMOVED = "removed"
    WENT_ON = "went_on"
    SWITCHED_ON = "switched_on"
    SWITCHED_OFF = "switched_off"
    TEXT_PREFIX = "text_prefix"
    RESPONSIBLE = "responsible"
    LOG_ON = "log_on"
    LOG_OFF = "log_off"


@dataclass(frozen=True)
class Change:
    """One change as it is shown; `at` is UTC, `provider` is empty where it is about all SMS."""

    at: datetime
    by: str
    provider: str
    what: str
    """A `What`, or a word of another version."""
    fields: list[Field]


def nothing_else(_session: Session) -> None:
    """Write nothing besides the change itself: for changes that no person makes."""


def noted(member: StaffMember, what: What, provider: str = "", fields: Sequence[Field] = ()) -> Also:
    """Return what writes this change down within the transaction of the change itself."""
    told = [(name, "", "") if name in SECRETS else (name, before, after) for name, before, after in fields]

    def write_down(session: Session) -> None:
        session.add(
            IntegrationChange(
                at=utc_now(),
                by_key=member.key,
                by_name=member.name[:200],
                provider=provider,
                what=what,
                fields=json.dumps(told, ensure_ascii=False),
            )
        )

    return write_down


def changes(limit: int, offset: int = 0) -> list[Change]:
    """Return the newest changes first."""
    statement = select(IntegrationChange).order_by(IntegrationChange.id.desc()).limit(limit).offset(offset)
    return [_shown(row) for row in read(lambda session: session.scalars(statement).all())]


def number_of_changes() -> int:
    """Return how many changes there are."""
    return read(lambda session: session.scalar(select(func.count(IntegrationChange.id)))) or 0


def _shown(row: IntegrationChange) -> Change:
    fields = [(name, before, after) for name, before, after in json.loads(row.fields)]
    return Change(row.at, row.by_name, row.provider, row.what, fields)
