"""What is wrong with the provider accounts: stopped, short of money, without delivery reports."""

from datetime import timedelta
from functools import partial

from smsadmin.accounts import connected, in_their_time, stopped
from smsadmin.alerts.kinds import Finding, Kind
from smsadmin.current import settings
from smsadmin.database import read
from smsadmin.integration import integration
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.reasons import Reason
from smsadmin.sending.balances import balance_is_low, balance_limit
from smsadmin.sending.late_reports import Trouble, receipts_trouble
from smsadmin.sending.waiting import sources

GOES_ON_BY_ITSELF = (Reason.PROVIDER_BUSY, Reason.PROVIDER_UNREACHABLE)
RESTS_FOR = timedelta(minutes=10)
"""A provider that was out of reach for so long is worth a call."""


def accounts() -> list[Finding]:
    """Return what keeps each connected account from sending, or soon may; and that there is none."""
    there = connected()
    if not there:
        return [Finding(Kind.NOT_CONNECTED)]
    found = [finding for account in there for finding in _stop(account)]
    found += _balance(there[0]) + _reports(there[0])
    return found if integration().enabled else [*found, Finding(Kind.SMS_OFF)]


def _stop(account: Account) -> list[Finding]:
    # One that is over leaves its reason until the first call has gone well: till then it is the same cause.
    if not stopped(account) and not (
        account.stopped_reason and read(partial(sources, account_id=account.id))
    ):
        return []
    named = {"provider": provider(account.provider).title, "reason": account.stopped_reason}
    if account.stopped_reason in GOES_ON_BY_ITSELF and account.stopped_until is not None:
        patience = in_their_time(RESTS_FOR)
        return [Finding(Kind.ACCOUNT_RESTS, account.id, patience=patience, named=named)]
    return [Finding(Kind.ACCOUNT_STOPPED, account.id, named=named)]


def _balance(account: Account) -> list[Finding]:
    # Where the money is gone, that is what keeps the account from sending.
    if not balance_is_low(account) or stopped(account) is Reason.NO_MONEY:
        return []
    named = {
        "provider": provider(account.provider).title,
        "balance": account.balance,
        "limit": balance_limit(account),
        "currency": account.balance_currency or account.currency,
    }
    return [Finding(Kind.BALANCE_LOW, account.id, named=named)]


def _reports(account: Account) -> list[Finding]:
    trouble = receipts_trouble(account)
    if trouble is None:
        return []
    named = {"provider": provider(account.provider).title}
    if trouble is Trouble.ONLY_ASKED:
        return [Finding(Kind.REPORTS_ASKED, account.id, named=named)]
    # A single phone that is switched off looks the same for a while.
    patience = settings().receipts_late_after
    return [Finding(Kind.REPORTS_LATE, account.id, patience=patience, named=named)]
