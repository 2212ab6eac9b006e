"""The end of an account's stop by a person, whichever button he pressed: written down, rung for, and said."""

from smsadmin.accounts import go_on, sending_account
from smsadmin.host import StaffMember
from smsadmin.i18n import _
from smsadmin.integration_changes import What, noted
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.sending import doorbell


def let_go_on(account: Account, by: StaffMember) -> str:
    """End the account's stop, once a check has passed; return that it is over, and who sends now."""
    go_on(account.id, noted(by, What.WENT_ON, account.provider))
    doorbell.ring_send(account.id)
    title, sender = provider(account.provider).title, sending_account()
    if sender is None or sender.id == account.id:
        return str(_("%(provider)s sends again.", provider=title))
    said: str = _(
        "%(provider)s is not stopped any more. SMS are sent through %(first)s, which comes first.",
        provider=title,
        first=provider(sender.provider).title,
    )
    return said
