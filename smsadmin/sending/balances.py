"""Keep the balance of the account that sends fresh, so that a low one is seen before the money is gone."""

import logging
from decimal import Decimal

from sqlalchemy import or_, update

from smsadmin.accounts import refresh_balance, sending_account
from smsadmin.current import settings
from smsadmin.database import changed, db_now, write
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import CheckFailed
from smsadmin.sealing import NoKey
from smsadmin.sending.lookups import may_be_asked, stop_if_refused

log = logging.getLogger(__name__)


def keep_balance_fresh() -> None:
    """Ask for the balance every `SMSADMIN_BALANCE_EVERY` seconds, whichever worker's turn it is."""
    account = sending_account()
    if account is None or not provider(account.provider).abilities.balance or not _takes_turn(account):
        return
    try:
        refresh_balance(account)
    except CheckFailed as error:
        reason = error.reason
        log.warning("the balance of %s could not be had: %s", account.provider, reason.value)
        write(lambda session: stop_if_refused(session, account, reason))
    except NoKey:
        log.warning("the balance of %s could not be had: no key opens its password", account.provider)


def _takes_turn(account: Account) -> bool:
    due = or_(Account.next_balance_at.is_(None), Account.next_balance_at <= db_now())
    statement = update(Account).where(Account.id == account.id, due, may_be_asked())
    later = db_now(settings().balance_every)
    return write(lambda session: changed(session, statement.values(next_balance_at=later))) == 1


def balance_limit(account: Account) -> Decimal | None:
    """Return below which balance the screens warn, in the currency of the balance."""
    return settings().balance_limits.get(account.balance_currency or account.currency)


def balance_is_low(account: Account) -> bool:
    """Say whether the balance, as far as it is known, is below its limit."""
    limit = balance_limit(account)
    return account.balance is not None and limit is not None and account.balance < limit
