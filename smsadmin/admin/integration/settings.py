"""The settings of the integration, each said once: cards, form, extended table and history are drawn from here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from smsadmin.accounts import callback_address, usual_base_url
from smsadmin.admin.integration.provider_texts import TEXTS, ProviderTexts
from smsadmin.admin.integration.receipts import dropped_reports
from smsadmin.admin.wording import REASON_SENTENCES
from smsadmin.i18n import _, lazy
from smsadmin.integration import callback_secret
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import Abilities
from smsadmin.reasons import Reason
from smsadmin.sealing import NoKey
from smsadmin.sending.balances import balance_limit
from smsadmin.shown import shown_money, shown_time

NONE = "—"


@dataclass(frozen=True)
class Setting:
    """One setting of a provider's account; `key` is its column, its field in the form, its word in the history."""

    key: str
    label: Callable[[ProviderTexts], Any]
    shown: Callable[[Account], str | None]
    """Its value for people; None: this account has no such thing."""
    hint: Callable[[ProviderTexts], Any] = lambda texts: ""
    """What stands below its field."""
    in_simple: bool = False
    """The simple view has it too."""
    editable: bool = False
    to_copy: bool = False
    """The value is there to be copied."""
    of: Callable[[Abilities], bool] = lambda abilities: True
    """Which providers have it."""


def worded(text: Any) -> Callable[[ProviderTexts], Any]:
    """Return a label or hint that is the same for every provider."""
    return lambda texts: text


def callback(name: str) -> str | None:
    """Return the address to enter in the provider's cabinet; None where it has none or no key opens its secret.

    Its query asks SMSC for JSON in UTF-8 (PROVIDERS, Callback: `fmt=3`; `fmt=2` would be XML).
    """
    if not provider(name).abilities.callback_per_account:
        return None
    try:
        return f"{callback_address(name, callback_secret())}?charset=utf-8&fmt=3"
    except NoKey:
        return None


def _balance(account: Account) -> str | None:
    if not provider(account.provider).abilities.balance:
        return str(_("%(provider)s does not tell it", provider=provider(account.provider).title))
    if account.balance_at is None:
        return str(_("not asked yet"))
    return f"{shown_money(account.balance, account.balance_currency)} ({shown_time(account.balance_at)})"


def _limit(account: Account) -> str | None:
    return shown_money(balance_limit(account), account.balance_currency or account.currency)


def _base_url(account: Account) -> str | None:
    if account.base_url:
        return account.base_url
    return str(_("%(address)s (the usual one)", address=usual_base_url(account.provider)))


def _kept(there: bool) -> str | None:
    return _("kept encrypted, never shown") if there else None


def _abilities(account: Account) -> str | None:
    """Say what the provider can do, as it declares it."""
    can = provider(account.provider).abilities
    told = [
        _("up to %(number)s SMS in one request", number=can.batch_size),
        _("tells what became of an SMS when asked") if can.lookup else "",
        _("knows each SMS by our own number") if can.own_ids else "",
        _("can hold an SMS until its time") if can.schedule else "",
    ]
    return "; ".join(text for text in told if text)


def _tells(account: Account) -> str | None:
    """Say for which reasons the provider refuses, one a line; without one of them nobody can tell what to mend."""
    told = provider(account.provider).abilities.tells - {Reason.UNCLASSIFIED}
    return "\n".join(f"– {REASON_SENTENCES[reason].says}" for reason in Reason if reason in told)


ACCOUNT_SETTINGS: tuple[Setting, ...] = (
    Setting(
        "login",
        lambda texts: texts.login,
        lambda account: account.login or None,
        in_simple=True,
        editable=True,
    ),
    Setting(
        "secret",
        lambda texts: texts.secret,
        lambda account: _kept(bool(account.login)),
        in_simple=True,
        editable=True,
    ),
    Setting(
        "api_key",
        lambda texts: texts.api_key,
        lambda account: _kept(not account.login),
        worded(lazy("In the place of login and password: leave those two empty then.")),
        in_simple=True,
        editable=True,
        of=lambda abilities: abilities.api_key,
    ),
    Setting(
        "sender",
        lambda texts: texts.sender,
        lambda account: account.sender or NONE,
        lambda texts: texts.sender_hint,
        in_simple=True,
        editable=True,
    ),
    Setting(
        "price_of_part",
        worded(lazy("Price of one part")),
        lambda account: shown_money(account.price_of_part, account.currency),
        worded(lazy("Optional. With it a broadcast tells its price before it is sent; empty means unknown.")),
        in_simple=True,
        editable=True,
    ),
    Setting(
        "currency",
        worded(lazy("Currency")),
        lambda account: account.currency,
        worded(lazy("In which the provider bills: RUB, USD, EUR.")),
        editable=True,
    ),
    Setting(
        "base_url",
        worded(lazy("Address of the provider (base URL)")),
        _base_url,
        worded(
            lazy(
                "Only for a mirror or a white label; leave it empty for the usual one. With another address it "
                "is another account, so enter the password as well."
            )
        ),
        editable=True,
    ),
    Setting("balance", worded(lazy("Balance")), _balance, in_simple=True),
    Setting("balance_limit", worded(lazy("Warn below")), _limit, of=lambda abilities: abilities.balance),
    Setting(
        "last_receipt_at",
        worded(lazy("Last delivery report")),
        lambda account: shown_time(account.last_receipt_at) if account.last_receipt_at else _("none yet"),
        in_simple=True,
    ),
    Setting(
        "last_found_at",
        worded(lazy("Last learnt by asking the provider")),
        lambda account: shown_time(account.last_found_at),
        of=lambda abilities: abilities.lookup is not None,
    ),
    Setting(
        "dropped_reports",
        worded(lazy("Reports that changed nothing")),
        lambda account: dropped_reports(account.provider),
    ),
    Setting(
        "callback",
        worded(lazy("Address for delivery reports")),
        lambda account: callback(account.provider),
        in_simple=True,
        to_copy=True,
        of=lambda abilities: abilities.callback_per_account,
    ),
    Setting("abilities", worded(lazy("What the provider can do")), _abilities),
    Setting("tells", worded(lazy("Reasons that it gives when it refuses")), _tells),
    Setting("connected_at", worded(lazy("Connected")), lambda account: shown_time(account.connected_at)),
)
"""In the order in which they stand on a card, in the form and in the table."""

FIELDS = tuple(setting for setting in ACCOUNT_SETTINGS if setting.editable)


@dataclass(frozen=True)
class SettingOfAll:
    """One setting of all SMS; its editor is the macro of this name in `integration_of_all.html`."""

    key: str
    label: Any


SETTINGS_OF_ALL: tuple[SettingOfAll, ...] = (
    SettingOfAll("enabled", lazy("SMS")),
    SettingOfAll("text_prefix", lazy("Name in the text of every SMS")),
    SettingOfAll("responsible", lazy("Responsible admin")),
    SettingOfAll("log_until", lazy("API access log")),
)


def of_provider(name: str) -> list[Setting]:
    """Return the settings that this provider has."""
    return [setting for setting in ACCOUNT_SETTINGS if setting.of(provider(name).abilities)]


def label_of(key: str, name: str) -> Any:
    """Return what a setting is called, by the provider's own word; `name` is empty for all SMS.

    A key that is not known (any more) stands for itself.
    """
    if name in TEXTS:
        found = (setting.label(TEXTS[name]) for setting in ACCOUNT_SETTINGS if setting.key == key)
    else:
        found = (setting.label for setting in SETTINGS_OF_ALL if setting.key == key)
    return next(found, key)
