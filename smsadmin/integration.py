"""The settings of all SMS: the name in the text, who is responsible for the integration, the callback's secret."""

import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from smsadmin.database import read, write
from smsadmin.host import Role, StaffMember
from smsadmin.integration_changes import Also, nothing_else
from smsadmin.models import Integration
from smsadmin.sealing import NoKey, seal, unseal

ROW = 1
"""The migration writes the one row."""

LONGEST_UNSEALED = 64
"""The migration knows no key, so the secret that it makes is not sealed; a sealed one is longer."""


def integration() -> Integration:
    """Return the settings."""
    return read(lambda session: session.get_one(Integration, ROW))


def callback_secret() -> str:
    """Return the unguessable last part of SMSC's callback address, sealing it on first use; raise `NoKey`."""
    kept = integration().callback_secret
    if len(kept) > LONGEST_UNSEALED:
        return unseal(kept)
    _seal_in_place_of(kept, kept)
    return kept


def renew_lost_callback_secret() -> None:
    """Make a new secret where no key opens the one that is kept: its address is lost anyway; raise `NoKey`."""
    try:
        callback_secret()
    except NoKey:
        _seal_in_place_of(integration().callback_secret, secrets.token_urlsafe(24))


def _seal_in_place_of(kept: str, secret: str) -> None:
    """Keep `secret` sealed, unless somebody else has been quicker."""
    sealed = seal(secret)
    statement = update(Integration).where(Integration.callback_secret == kept)
    write(lambda session: session.execute(statement.values(callback_secret=sealed)))


def set_prefix(text_prefix: str, also: Also = nothing_else) -> None:
    """Set the name that stands before the text of every SMS; lists that are formed keep theirs."""
    _set(also, text_prefix=text_prefix)


def set_responsible(member: StaffMember | None, also: Also = nothing_else) -> None:
    """Make this admin responsible for the integration in place of the one before; None: the owner alone is."""
    if member is None:
        _set(also, responsible_key=None, responsible_name="")
    else:
        _set(also, responsible_key=member.key, responsible_name=member.name[:200])


def is_responsible(member: StaffMember) -> bool:
    """Say whether this is the admin whom the owner has named, and is he still an admin."""
    return member.role is Role.ADMIN and integration().responsible_key == member.key


def _set(also: Also, **values: str | None) -> None:
    def store(session: Session) -> None:
        session.execute(update(Integration).values(**values))
        also(session)

    write(store)
