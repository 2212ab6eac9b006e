"""The settings that hold for all SMS: the global switch, the name in the text, the callback's secret."""

from sqlalchemy import update

from smsadmin.database import read, write
from smsadmin.models import Integration

ROW = 1
"""The migration writes the one row."""


def integration() -> Integration:
    """Return the settings."""
    return read(lambda session: session.get_one(Integration, ROW))


def set_prefix(text_prefix: str) -> None:
    """Set the name that stands before the text of every SMS; lists that are formed keep theirs."""
    write(lambda session: session.execute(update(Integration).values(text_prefix=text_prefix)))
