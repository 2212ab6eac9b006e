"""The provider accounts: connect, remove, which one sends, stop and go on."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from smsadmin.api_log.record import watched
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import changed, db_now, read, write
from smsadmin.integration import callback_secret, renew_lost_callback_secret
from smsadmin.integration_changes import Also, nothing_else
from smsadmin.models import Account, Integration
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import Credentials
from smsadmin.providers.exchange import Watch, Way
from smsadmin.reasons import Reason
from smsadmin.sealing import NoKey, seal, unseal

CHECK_DEADLINE = 9.5
"""Seconds that a question from a screen may take: with all that surrounds it, it is answered within ten."""

AlsoReplacing = Callable[[Session, Account | None], None]
"""What a connection writes besides itself, in the same transaction; it is told the account that is replaced."""


def nothing_replacing(_session: Session, _replaced: Account | None) -> None:
    """Write nothing besides the connection itself."""


ENTERED = ("login", "sealed_secret", "sender", "base_url", "price_of_part", "currency")
"""The columns that people enter; a worker writes the others at any time."""


class Overtaken(Exception):
    """The account is not any more what it was when it was read: somebody else has saved in between."""


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
    base_url: str | None = None,
    price_of_part: Decimal | None = None,
    currency: str = "RUB",
    also: AlsoReplacing = nothing_replacing,
) -> Account:
    """Store new credentials of a provider, in place of those it had; raise `NoKey`.

    Without a `login` the secret is an API key. What `also` raises leaves everything as it was.
    """
    renew_lost_callback_secret()
    values = {
        "provider": provider(name).name,
        "login": login,
        "sealed_secret": seal(secret),
        "sender": sender,
        "base_url": base_url,
        "price_of_part": price_of_part,
        "currency": currency,
    }

    def replace(session: Session) -> Account:
        # One at a time, of those who connect and of those who change what is replaced: `also` sees the last word.
        session.execute(select(Integration.id).with_for_update())
        connected_now = select(Account).where(Account.provider == name, Account.removed_at.is_(None))
        replaced = session.scalars(connected_now.with_for_update(key_share=True)).one_or_none()
        _remove(session, name)
        account = Account(connected_at=utc_now(), **values)
        session.add(account)
        session.flush()
        also(session, replaced)
        return account

    return write(replace)


def change(
    account: Account,
    *,
    secret: str,
    sender: str,
    base_url: str | None,
    price_of_part: Decimal | None,
    currency: str,
    also: Also = nothing_else,
) -> None:
    """Change all but the login of an account as it was read; raise `NoKey` or `Overtaken`.

    An empty secret keeps the stored one, a new one also ends a stop.
    """
    values: dict[str, object] = {
        "sender": sender,
        "base_url": base_url,
        "price_of_part": price_of_part,
        "currency": currency,
    }
    if secret:
        renew_lost_callback_secret()
        # Most often the wrong password was why it was stopped.
        values |= {"sealed_secret": seal(secret), "stopped_reason": None, "stopped_until": None}

    def store(session: Session) -> None:
        # Looked at within the statement that writes: of two at once one meets no row.
        if not changed(session, update(Account).where(_as_read(account)).values(values)):
            raise Overtaken
        also(session)

    write(store)


def _as_read(account: Account) -> ColumnElement[bool]:
    """Say of a row that it is this account as it was read."""
    entered = (getattr(Account, name).is_not_distinct_from(getattr(account, name)) for name in ENTERED)
    return and_(Account.id == account.id, Account.removed_at.is_(None), *entered)


def same(one: Account | None, other: Account | None) -> bool:
    """Say whether two readings are of one account with nothing entered in between, or both of none."""
    if one is None or other is None:
        return one is other
    return all(getattr(one, name) == getattr(other, name) for name in ("id", *ENTERED))


def remove(name: str, also: Also = nothing_else) -> None:
    """Take a provider's credentials out of use; they stay sealed for receipts of what it was handed."""

    def take_out(session: Session) -> None:
        _remove(session, name)
        also(session)

    write(take_out)


def _remove(session: Session, name: str) -> None:
    session.execute(
        update(Account)
        .where(Account.provider == name, Account.removed_at.is_(None))
        .values(removed_at=utc_now())
    )


def credentials(account: Account, watch: Watch | None = None) -> Credentials:
    """Return what a call needs to sign in; raise `NoKey`. `watch` sees every exchange of these calls."""
    by_account = provider(account.provider).abilities.callback_per_account
    # Who runs the site may point it anywhere; what was typed on a screen stays out of the private network.
    typed = bool(account.base_url) and not settings().private_addresses
    return Credentials(
        login=account.login,
        secret=unseal(account.sealed_secret),
        base_url=account.base_url or usual_base_url(account.provider),
        sender=account.sender,
        callback_secret=callback_secret() if by_account else "",
        way=Way(watch, public_only=typed),
    )


def usual_base_url(name: str) -> str:
    """Return where a provider is called unless its account says otherwise."""
    return settings().base_urls.get(name, provider(name).default_base_url)


def callback_address(name: str, key: str) -> str:
    """Return the public address at which a provider reports deliveries."""
    return f"{settings().public_url}sms/receipts/{name}/{key}"


def refresh_balance(account: Account) -> None:
    """Ask the provider for the balance and keep it; raise `CheckFailed` or `NoKey`."""
    with watched(account, "balance") as watch:
        balance = provider(account.provider).balance(credentials(account, watch), CHECK_DEADLINE)
    values = {
        "balance": balance.amount,
        "balance_currency": balance.currency,
        "balance_at": utc_now(),
    }
    write(lambda session: session.execute(update(Account).where(Account.id == account.id).values(values)))


def keys_open(accounts: list[Account]) -> bool:
    """Say whether there is a key, and the one that opens the passwords of these accounts."""
    if not settings().keys:
        return False
    try:
        for account in accounts:
            unseal(account.sealed_secret)
    except NoKey:
        return False
    return True


def stopped(account: Account) -> Reason | None:
    """Return why nothing is sent through this account now, or None."""
    over = account.stopped_until is not None and account.stopped_until <= utc_now()
    return Reason(account.stopped_reason) if account.stopped_reason and not over else None


def stop(session: Session, account_id: int, reason: Reason, wait: timedelta | None) -> None:
    """Send nothing through this account for `wait`; None: until somebody checks it and goes on.

    A stop for `wait` leaves one that lasts longer as it is: another worker may have heard worse.
    """
    statement = update(Account).where(Account.id == account_id)
    until = db_now(in_their_time(wait)) if wait else None
    if until is not None:
        statement = statement.where(or_(Account.stopped_reason.is_(None), Account.stopped_until <= until))
    session.execute(statement.values(stopped_reason=reason.value, stopped_until=until))


def in_their_time(wait: timedelta) -> float:
    """Return how many seconds a provider's pause lasts here, see `SMSADMIN_PROVIDER_MINUTE`."""
    return wait / timedelta(minutes=1) * settings().provider_minute


def go_on(account_id: int, also: Also = nothing_else) -> None:
    """Let a stopped account send again."""
    _end_stop(Account.id == account_id, also=also)


def forget_past_stop(account_id: int) -> None:
    """Clear a stop that has run out; one that began meanwhile stays."""
    _end_stop(Account.id == account_id, Account.stopped_until <= db_now())


def _end_stop(*conditions: ColumnElement[bool], also: Also = nothing_else) -> None:
    statement = update(Account).where(*conditions).values(stopped_reason=None, stopped_until=None)

    def end(session: Session) -> None:
        session.execute(statement)
        also(session)

    write(end)
