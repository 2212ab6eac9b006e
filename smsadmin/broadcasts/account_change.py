"""What waits for a provider's account, and what becomes of it when the account is changed or goes."""

import contextlib
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_
from sqlalchemy.orm import Session

from smsadmin import accounts
from smsadmin.broadcasts import lifecycle
from smsadmin.broadcasts.global_switch import Waiting, skip_notifications, waits
from smsadmin.database import read, write
from smsadmin.host import StaffMember
from smsadmin.integration_changes import SECRETS, Also, Field, What, noted, nothing_else
from smsadmin.models import Account, Broadcast, Message
from smsadmin.reasons import Reason
from smsadmin.states import SENDS, BroadcastState


@dataclass(frozen=True)
class Wanted:
    """What a member of staff entered; an empty secret keeps the stored one."""

    login: str
    secret: str
    sender: str
    base_url: str | None
    price_of_part: Decimal | None
    currency: str


def account_of(name: str) -> Account | None:
    """Return the connected account of a provider, or None."""
    return next((account for account in accounts.connected() if account.provider == name), None)


def waiting(account_id: int) -> Waiting:
    """Return what waits for an account."""
    open_states = [BroadcastState.SCHEDULED, *SENDS, BroadcastState.PAUSED]
    broadcasts = and_(Broadcast.account_id == account_id, Broadcast.state.in_(open_states))
    return read(lambda session: waits(session, broadcasts, Message.account_id == account_id))


def is_other_account(account: Account, login: str, secret: str, base_url: str | None) -> bool:
    """Say whether this is not the connected account any more: another login, API key or address.

    A new password of the same login is the same account; an API key has no login by which to tell.
    """
    other_key = not login and bool(secret)
    return other_key or (login, base_url) != (account.login, account.base_url)


def keep_account(account: Account, wanted: Wanted, by: StaffMember) -> None:
    """Change what leaves it the account that was read: what waits goes on; raise `NoKey` or `Overtaken`."""
    fields = differences(account, wanted)
    accounts.change(
        account,
        secret=wanted.secret,
        sender=wanted.sender,
        base_url=wanted.base_url,
        price_of_part=wanted.price_of_part,
        currency=wanted.currency,
        also=noted(by, What.CHANGED, account.provider, fields) if fields else nothing_else,
    )


def new_account(name: str, wanted: Wanted, by: StaffMember, in_place_of: Account | None) -> Account:
    """Connect a provider in place of the account that was read, or of none; raise `NoKey` or `Overtaken`.

    What waited for the account before does not leave.
    """
    left: list[int] = []

    def note(session: Session, replaced: Account | None) -> None:
        if not accounts.same(replaced, in_place_of):
            raise accounts.Overtaken
        # A transaction that is repeated begins anew.
        left[:] = [replaced.id] if replaced else []
        what = What.REPLACED if replaced else What.CONNECTED
        noted(by, what, name, differences(replaced, wanted))(session)

    account = accounts.connect(
        name,
        login=wanted.login,
        secret=wanted.secret,
        sender=wanted.sender,
        base_url=wanted.base_url,
        price_of_part=wanted.price_of_part,
        currency=wanted.currency,
        also=note,
    )
    for account_id in left:
        _stop_waiting(account_id)
    return account


def differences(account: Account | None, wanted: Wanted) -> list[Field]:
    """Return each setting that changes with its value before and after, in the order of the form; no secret."""
    before = _values(account) if account else {}
    after = _values(wanted)
    fields = [(name, before.get(name, ""), value) for name, value in after.items()]
    if wanted.secret:
        fields.insert(1, ("secret" if wanted.login else "api_key", "", ""))
    return [field for field in fields if field[0] in SECRETS or field[1] != field[2]]


def fingerprint(account: Account | None) -> str:
    """Return what changes with the account and each of its settings that is no secret; empty: not connected."""
    if account is None:
        return ""
    told = json.dumps([account.id, _values(account)])
    return hashlib.sha256(told.encode()).hexdigest()


def _values(of: Account | Wanted) -> dict[str, str]:
    """Return the settings that are no secret, as a person writes them."""
    price = of.price_of_part
    return {
        "login": of.login,
        "sender": of.sender,
        "base_url": of.base_url or "",
        "price_of_part": "" if price is None else f"{price.normalize():f}",
        "currency": of.currency,
    }


def remove_account(account: Account, also: Also = nothing_else) -> None:
    """Take the account out of use; its broadcasts are paused, its notifications skipped."""
    accounts.remove(account.provider, also)
    _stop_waiting(account.id)


def _stop_waiting(account_id: int) -> None:
    for broadcast in waiting(account_id).broadcasts:
        # Whoever paused, ended or cancelled it in between has done the same.
        with contextlib.suppress(lifecycle.NotAllowed):
            lifecycle.pause(broadcast.id, Reason.NOT_CONNECTED)
        with contextlib.suppress(lifecycle.NotAllowed):
            lifecycle.hold(broadcast.id, Reason.NOT_CONNECTED)
    mine = Message.account_id == account_id
    write(lambda session: skip_notifications(session, Reason.NOT_CONNECTED, mine))
