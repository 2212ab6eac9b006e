"""The providers as the integration page shows them: as cards with a few facts, or as a table with everything."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any, NamedTuple

from flask_babel import format_timedelta

from smsadmin.accounts import connected, keys_open, stopped
from smsadmin.admin.integration.check import Check, last_check
from smsadmin.admin.integration.check_wording import of_a_stop, test_outcome
from smsadmin.admin.integration.forms import CheckForm
from smsadmin.admin.integration.provider_texts import TEXTS, ProviderTexts
from smsadmin.admin.integration.settings import (
    ACCOUNT_SETTINGS,
    NONE,
    Setting,
    callback,
    of_provider,
)
from smsadmin.admin.wording import Sentence
from smsadmin.current import settings
from smsadmin.host import StaffMember
from smsadmin.i18n import _
from smsadmin.models import Account, Message
from smsadmin.providers import PROVIDERS
from smsadmin.providers.base import Provider
from smsadmin.sending.balances import balance_is_low, balance_limit
from smsadmin.sending.late_reports import Trouble, receipts_trouble
from smsadmin.sending.to_oneself import last_test
from smsadmin.shown import shown_money


class Fact(NamedTuple):
    """A setting and its value; `label` is empty where the row of the table says it already."""

    label: Any
    value: str
    to_copy: bool = False


@dataclass(frozen=True)
class Card:
    """One provider; without an `account` it is not connected."""

    provider: Provider
    texts: ProviderTexts
    account: Account | None
    sends: bool
    why_not: str
    """Why a connected one does not send: who comes first."""
    stopped: Sentence | None
    locked: bool
    """No key here opens its password."""
    to_do: Fact | None
    """What is still to be copied into its cabinet; None once a delivery report has come."""
    facts: list[Fact]
    warnings: list[str]
    check_form: CheckForm
    check: Check | None
    """What was checked just now."""
    last_test: Message | None
    last_outcome: str


class Row(NamedTuple):
    """One setting of the table, with a fact for every provider; None where it has no such setting."""

    label: Any
    facts: list[Fact | None]


def cards(member: StaffMember) -> list[Card]:
    """Return a card for every provider, in the fixed order."""
    accounts = connected()
    by_name = {account.provider: account for account in accounts}
    return [_card(each, by_name.get(name), accounts, member) for name, each in PROVIDERS.items()]


def table(shown: list[Card]) -> list[Row]:
    """Return every setting with its value at every provider."""
    return [_row(setting, shown) for setting in ACCOUNT_SETTINGS]


def _card(provider: Provider, account: Account | None, accounts: list[Account], member: StaffMember) -> Card:
    test = last_test(member.key, account.id) if account else None
    reason = stopped(account) if account else None
    return Card(
        provider=provider,
        texts=TEXTS[provider.name],
        account=account,
        sends=account is not None and account.id == accounts[0].id,
        why_not=_why_not(account, accounts),
        stopped=of_a_stop(reason, account) if account and reason else None,
        locked=account is not None and not keys_open([account]),
        to_do=_to_do(account) if account else None,
        facts=_facts(account) if account else [],
        warnings=_warnings(account, provider) if account else [],
        check_form=CheckForm(phone=member.phone or "", once=token_hex(16)),
        check=last_check(provider.name) if account else None,
        last_test=test,
        last_outcome=test_outcome(test, account) if account and test else "",
    )


def _to_do(account: Account) -> Fact | None:
    address = None if account.last_receipt_at else callback(account.provider)
    return Fact(TEXTS[account.provider].callback_step, address, to_copy=True) if address else None


def _facts(account: Account) -> list[Fact]:
    """Return the settings of the simple view that this account has."""
    simple = [setting for setting in of_provider(account.provider) if setting.in_simple]
    values = [(setting, setting.shown(account)) for setting in simple]
    texts = TEXTS[account.provider]
    return [Fact(setting.label(texts), value, setting.to_copy) for setting, value in values if value]


def _row(setting: Setting, shown: list[Card]) -> Row:
    who_has = [card for card in shown if setting.of(card.provider.abilities)]
    label = setting.label(who_has[0].texts)
    return Row(label, [_cell(setting, card, label) if card in who_has else None for card in shown])


def _cell(setting: Setting, card: Card, label: Any) -> Fact:
    own = setting.label(card.texts)
    value = setting.shown(card.account) if card.account else None
    return Fact("" if own == label else own, value or NONE, setting.to_copy and value is not None)


def _warnings(account: Account, provider: Provider) -> list[str]:
    found = []
    if balance_is_low(account):
        limit = shown_money(balance_limit(account), account.balance_currency)
        found.append(
            _("The balance is below %(limit)s. SMS still go; top the account up in time.", limit=limit)
        )
    trouble = receipts_trouble(account)
    if trouble is not None:
        found.append(f"{_what_is_late(trouble)} {_what_to_do(provider)}")
    return found


def _what_is_late(trouble: Trouble) -> str:
    if trouble is Trouble.ONLY_ASKED:
        asked: str = _("Delivery reports do not come by themselves: we learn them by asking, and later.")
        return asked
    longest = format_timedelta(timedelta(seconds=settings().receipts_late_after), threshold=1)
    late: str = _(
        "There are no delivery reports for SMS that the provider took long ago (longer than: %(time)s).",
        time=longest,
    )
    return late


def _what_to_do(provider: Provider) -> str:
    if provider.abilities.callback_per_account:
        copy: str = _(
            "See that the address for delivery reports stands in the cabinet of %(provider)s exactly as here.",
            provider=provider.title,
        )
        return copy
    reach: str = _(
        "%(provider)s reports to %(address)s: ask whoever runs the site whether this address can be reached from "
        "outside (SMSADMIN_PUBLIC_URL).",
        provider=provider.title,
        address=settings().public_url,
    )
    return reach


def _why_not(account: Account | None, accounts: list[Account]) -> str:
    if account is None:
        return ""
    titles = [PROVIDERS[each.provider].title for each in accounts]
    before = titles[: titles.index(PROVIDERS[account.provider].title)]
    if not before:
        return ""
    said: str = _(
        "%(provider)s is connected, but %(first)s comes first; to use %(provider)s, remove the data of %(others)s.",
        provider=PROVIDERS[account.provider].title,
        first=before[0],
        others=", ".join(before),
    )
    return said


def who_sends(enabled: bool, shown: list[Card]) -> str:
    """Return the sentence at the top of the page; `enabled` is the switch for all SMS, `shown` stands below."""
    accounts = connected()
    if not accounts:
        return str(_("No provider is connected: nothing is sent. Connect one of them."))
    title = PROVIDERS[accounts[0].provider].title
    if not enabled:
        said = _("SMS is off. Switched on again, they go through %(provider)s.", provider=title)
    elif not keys_open(accounts[:1]):
        said = _(
            "Nothing is sent: the key that opens the password of %(provider)s is missing.", provider=title
        )
    elif stopped(accounts[0]):
        said = _("SMS go through %(provider)s, which is stopped at the moment.", provider=title)
    elif any(card.sends and card.check and card.check.refused for card in shown):
        said = _("SMS go through %(provider)s, but the check has just failed, see below.", provider=title)
    else:
        said = _("SMS are sent through %(provider)s.", provider=title)
    return str(said)
