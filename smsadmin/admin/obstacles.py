"""What keeps SMS from going, or soon may, said on every screen where somebody might wonder."""

from typing import NamedTuple

from flask import url_for

from smsadmin.accounts import connected, keys_open, stopped
from smsadmin.admin.access import may_integrate
from smsadmin.admin.integration.check_wording import of_a_stop
from smsadmin.admin.wording import REASON_SENTENCES
from smsadmin.i18n import _
from smsadmin.integration import integration
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.sending.balances import balance_is_low
from smsadmin.sending.sweeper import live_workers
from smsadmin.shown import shown_money


class Obstacle(NamedTuple):
    """One thing in the way; `link` leads to where this member of staff can change it, if he may."""

    sentence: str
    link: str | None
    in_settings: bool
    """The integration settings can change it; else it is for whoever runs the site."""
    holds: bool
    """Nothing leaves because of it; else it is a warning."""


def obstacles() -> list[Obstacle]:
    """Return all that keeps SMS from going now, and that money runs low; an empty list means that they go."""
    accounts = connected()
    found: list[str] = []
    if not keys_open(accounts[:1]):
        found.append(
            _(
                "Sending is off: the key that opens the provider's password is missing in this copy of the site."
            )
        )
    if not accounts:
        found.append(_("No SMS provider is connected, so nothing is sent."))
    if not integration().enabled:
        found.append(_("SMS is switched off: broadcasts wait, notifications are skipped."))
    found += _stop(accounts[0]) if accounts else []
    link = url_for("sms_integration.index") if may_integrate() else None
    in_the_way = [Obstacle(sentence, link, True, True) for sentence in found]
    if accounts and balance_is_low(accounts[0]):
        in_the_way.append(Obstacle(_low_balance(accounts[0]), link, True, False))
    if not live_workers():
        sentence = _("The worker that sends is not running. Ask whoever runs the site to start it.")
        in_the_way.append(Obstacle(sentence, None, False, True))
    return in_the_way


def _stop(account: Account) -> list[str]:
    """Return why the account that sends is stopped, where it is."""
    reason = stopped(account)
    if reason is None:
        return []
    return [
        _(
            "%(provider)s does not send at the moment. %(reason)s %(advice)s",
            provider=provider(account.provider).title,
            reason=of_a_stop(reason, account).says,
            advice=REASON_SENTENCES[reason].advice,
        )
    ]


def _low_balance(account: Account) -> str:
    said: str = _(
        "The balance of %(provider)s is low: %(balance)s. SMS still go, but top it up in time.",
        provider=provider(account.provider).title,
        balance=shown_money(account.balance, account.balance_currency),
    )
    return said
