"""The providers as the integration page shows them, and the sentence that says which one sends and why."""

from dataclasses import dataclass

from smsadmin.accounts import connected
from smsadmin.admin.check_wording import test_outcome
from smsadmin.admin.integration_forms import TestSmsForm
from smsadmin.admin.obstacles import stopped
from smsadmin.admin.provider_texts import TEXTS, ProviderTexts
from smsadmin.admin.times import shown_money
from smsadmin.admin.wording import REASON_SENTENCES, Sentence
from smsadmin.host import StaffMember
from smsadmin.i18n import _
from smsadmin.models import Account, Message
from smsadmin.providers import PROVIDERS
from smsadmin.providers.base import Provider
from smsadmin.sending.to_oneself import last_test


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
    balance: str
    price: str
    may_test: bool
    test_form: TestSmsForm
    last_test: Message | None
    last_outcome: str


def cards(member: StaffMember) -> list[Card]:
    """Return a card for every provider, in the fixed order."""
    accounts = connected()
    by_name = {account.provider: account for account in accounts}
    return [_card(each, by_name.get(name), accounts, member) for name, each in PROVIDERS.items()]


def _card(provider: Provider, account: Account | None, accounts: list[Account], member: StaffMember) -> Card:
    test = last_test(member.key, account.id) if account else None
    reason = stopped(account) if account else None
    checked = account is not None and (account.balance_at is not None or not provider.abilities.balance)
    return Card(
        provider=provider,
        texts=TEXTS[provider.name],
        account=account,
        sends=account is not None and account.id == accounts[0].id,
        why_not=_why_not(account, accounts),
        stopped=REASON_SENTENCES[reason] if reason else None,
        balance=shown_money(account.balance, account.balance_currency) if account else "",
        price=shown_money(account.price_of_part, account.currency) if account else "",
        may_test=checked and reason is None,
        test_form=TestSmsForm(phone=member.phone or ""),
        last_test=test,
        last_outcome=test_outcome(test) if test else "",
    )


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


def who_sends() -> str:
    """Return the sentence at the top of the page."""
    accounts = connected()
    said: str = (
        _("SMS are sent through %(provider)s.", provider=PROVIDERS[accounts[0].provider].title)
        if accounts
        else _("No provider is connected: nothing is sent. Connect one of them.")
    )
    return said
