"""Rotation of the keys: every sealed secret is opened and sealed again, so that an old key can be taken out."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsadmin.database import write
from smsadmin.integration import LONGEST_UNSEALED
from smsadmin.models import Account, Integration
from smsadmin.sealing import NoKey, seal, unseal


@dataclass(frozen=True)
class Rotation:
    """How many secrets the first key seals now, and whose no key opens: `lost` has what each belongs to."""

    resealed: int
    lost: list[str]


def rotate() -> Rotation:
    """Seal every secret with the first key, those of removed accounts too; raise `NoKey` where there is none.

    What no key opens stays as it is: the key may still be found.
    """
    seal("")  # Without any key nothing is lost, only closed.
    return write(_rotate)


def _rotate(session: Session) -> Rotation:
    # Locked: a password that is entered meanwhile must not be overwritten by the one before.
    integration = session.scalars(select(Integration).with_for_update()).one()
    accounts = session.scalars(select(Account).order_by(Account.id).with_for_update()).all()
    lost = []
    for account in accounts:
        try:
            account.sealed_secret = seal(unseal(account.sealed_secret))
        except NoKey:
            lost.append(f"{account.provider} (account {account.id})")
    try:
        integration.callback_secret = seal(_opened(integration.callback_secret))
    except NoKey:
        lost.append("the callback's address")
    return Rotation(len(accounts) + 1 - len(lost), lost)


def _opened(kept: str) -> str:
    return unseal(kept) if len(kept) > LONGEST_UNSEALED else kept
