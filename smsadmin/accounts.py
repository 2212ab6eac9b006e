"""The provider accounts: connect, remove, which one sends, stop and go on."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import db_now, read, write
from smsadmin.integration import integration
from smsadmin.models import Account
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import Credentials
from smsadmin.reasons import Reason
from smsadmin.sealing import seal, unseal

CHECK_DEADLINE = 10.0
"""The most that a check from a screen may take, in seconds."""


def connected() -> list[Account]:
    """Return the accounts with credentials, in the order that decides who sends."""
    order = list(PROVIDERS)
    statement = select(Account).where(Account.removed_at.is_(None))
    accounts = read(lambda session: list(session.scalars(statement)))
    return sorted(accounts, key=lambda account: order.index(account.provider))


def sending_account() -> Account | None:
    """Return the account that sends everything: the first connected one of SMSC, Twilio, SevenTech."""
    return next(iter(connected()), None)


def connect(
    name: str,
    *,
    login: str,
    secret: str,
    sender: str = "",
    price_of_part: Decimal | None = None,
    currency: str = "RUB",
) -> Account:
    """Store new credentials of a provider, in place of those it had; raise `NoKey`."""
    account = Account(
        provider=provider(name).name,
        login=login,
        sealed_secret=seal(secret),
        sender=sender,
        price_of_part=price_of_part,
        currency=currency,
        connected_at=utc_now(),
    )

    def replace(session: Session) -> Account:
        _remove(session, name)
        session.add(account)
        session.flush()
        return account

    return write(replace)


def change(
    account_id: int, *, secret: str, sender: str, price_of_part: Decimal | None, currency: str
) -> None:
    """Change all but the login; an empty secret keeps the stored one, a new one also ends a stop; raise `NoKey`."""
    values: dict[str, object] = {"sender": sender, "price_of_part": price_of_part, "currency": currency}
    if secret:
        # Most often the wrong password was why it was stopped.
        values |= {"sealed_secret": seal(secret), "stopped_reason": None, "stopped_until": None}
    write(lambda session: session.execute(update(Account).where(Account.id == account_id).values(values)))


def remove(name: str) -> None:
    """Take a provider's credentials out of use; they stay sealed for receipts of what it was handed."""
    write(lambda session: _remove(session, name))


def _remove(session: Session, name: str) -> None:
    session.execute(
        update(Account)
        .where(Account.provider == name, Account.removed_at.is_(None))
        .values(removed_at=utc_now())
    )


def credentials(account: Account) -> Credentials:
    """Return what a call needs to sign in; raise `NoKey`."""
    chosen = provider(account.provider)
    return Credentials(
        login=account.login,
        secret=unseal(account.sealed_secret),
        base_url=settings().base_urls.get(account.provider, chosen.default_base_url),
        sender=account.sender,
        callback_secret=integration().callback_secret,
    )


def callback_address(name: str, key: str) -> str:
    """Return the public address at which a provider reports deliveries."""
    return f"{settings().public_url}sms/receipts/{name}/{key}"


def refresh_balance(account: Account) -> None:
    """Ask the provider for the balance and keep it; raise `BalanceFailed` or `NoKey`."""
    balance = provider(account.provider).balance(credentials(account), CHECK_DEADLINE)
    values = {
        "balance": balance.amount,
        "balance_currency": balance.currency,
        "balance_at": utc_now(),
    }
    write(lambda session: session.execute(update(Account).where(Account.id == account.id).values(values)))


def stop(session: Session, account_id: int, reason: Reason, wait: timedelta | None) -> None:
    """Send nothing through this account for `wait`; None: until somebody checks it and goes on.

    A stop for `wait` leaves one that lasts longer as it is: another worker may have heard worse.
    """
    statement = update(Account).where(Account.id == account_id)
    until = db_now(wait.total_seconds()) if wait else None
    if until is not None:
        statement = statement.where(or_(Account.stopped_reason.is_(None), Account.stopped_until <= until))
    session.execute(statement.values(stopped_reason=reason.value, stopped_until=until))


def go_on(account_id: int) -> None:
    """Let a stopped account send again."""
    _end_stop(Account.id == account_id)


def forget_past_stop(account_id: int) -> None:
    """Clear a stop that has run out; one that began meanwhile stays."""
    _end_stop(Account.id == account_id, Account.stopped_until <= db_now())


def _end_stop(*conditions: ColumnElement[bool]) -> None:
    statement = update(Account).where(*conditions).values(stopped_reason=None, stopped_until=None)
    write(lambda session: session.execute(statement))
