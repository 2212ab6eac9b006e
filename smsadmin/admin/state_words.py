"""What the state page says of alerts that were told, of accounts, and of what broadcasts wait for."""

from typing import Any, NamedTuple

from flask import url_for

from smsadmin.accounts import connected, stopped
from smsadmin.admin.access import may_integrate
from smsadmin.alerts.figures import UnderWay
from smsadmin.alerts.kinds import Finding, Kind, Weight
from smsadmin.broadcasts.schedule import forms_at
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.i18n import _, lazy, ngettext
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.reason_words import REASON_SENTENCES
from smsadmin.reasons import Reason
from smsadmin.sending import in_doubt
from smsadmin.shown import shown_money, shown_time
from smsadmin.states import BroadcastState

WEIGHT_WORDS: dict[Weight, Any] = {
    Weight.STUCK: lazy("in the way"),
    Weight.WARNING: lazy("soon in the way"),
    Weight.NOTE: lazy("to know"),
}
WEIGHT_COLOURS: dict[Weight, str] = {
    Weight.STUCK: "danger",
    Weight.WARNING: "warning",
    Weight.NOTE: "secondary",
}

ALERT_WORDS: dict[Kind, Any] = {
    Kind.NO_WORKER: lazy("No worker runs"),
    Kind.REDIS_AWAY: lazy("Redis does not answer"),
    Kind.NO_KEY: lazy("The key of the passwords is missing"),
    Kind.ACCOUNT_STOPPED: lazy("The provider does not send"),
    Kind.ACCOUNT_RESTS: lazy("The provider cannot be reached for long"),
    Kind.BROADCAST_PAUSED: lazy("A broadcast is paused"),
    Kind.SCHEDULED_LATE: lazy("A broadcast has not begun at its time"),
    Kind.QUEUE_STANDS: lazy("SMS wait and nobody sends them"),
    Kind.COUNTERS_OFF: lazy("The figures are not those of the SMS"),
    Kind.BALANCE_LOW: lazy("The balance is low"),
    Kind.REPORTS_LATE: lazy("No delivery reports come"),
}
"""What an alert was about, in a few words; those that are over have nothing more than their cause."""

IN_SETTINGS = frozenset(
    {
        Kind.NO_KEY,
        Kind.ACCOUNT_STOPPED,
        Kind.ACCOUNT_RESTS,
        Kind.BALANCE_LOW,
        Kind.REPORTS_LATE,
        Kind.REPORTS_ASKED,
        Kind.NOT_CONNECTED,
        Kind.SMS_OFF,
    }
)


class Link(NamedTuple):
    """Where the next step is taken."""

    url: str
    word: str


def link_of(kind: Kind, about: int | None) -> Link | None:
    """Return where this member of staff can take the next step; None: not on these pages, or not he."""
    if kind in (Kind.BROADCAST_PAUSED, Kind.SCHEDULED_LATE):
        return Link(url_for("sms_broadcasts.page", broadcast_id=about), _("Open the broadcast"))
    if kind is Kind.TO_DECIDE:
        return Link(url_for("sms_unknown.index"), _("Open the list"))
    if kind in IN_SETTINGS and may_integrate():
        return Link(url_for("sms_integration.index"), _("Open the integration settings"))
    return None


def cause_of(cause: str) -> tuple[Any, Link | None]:
    """Return what an alert was about and where that is; a word that is not known (any more) stands for itself."""
    word, _colon, about = cause.partition(":")
    known = next((kind for kind in ALERT_WORDS if kind == word), None)
    if known is None:
        return cause, None
    return ALERT_WORDS[known], link_of(known, int(about) if about else None)


class AccountState(NamedTuple):
    """One connected provider, as the page shows it."""

    title: str
    account: Account
    sends: bool
    stop: str
    until: str
    balance: str
    rate: float


def account_states() -> list[AccountState]:
    """Return the connected accounts, the one that sends first."""
    accounts = connected()
    return [_account(account, account.id == accounts[0].id) for account in accounts]


def _account(account: Account, sends: bool) -> AccountState:
    reason = stopped(account)
    return AccountState(
        title=provider(account.provider).title,
        account=account,
        sends=sends,
        stop=str(REASON_SENTENCES[reason].says) if reason else "",
        until=shown_time(account.stopped_until) if reason and account.stopped_until else "",
        balance=shown_money(account.balance, account.balance_currency),
        rate=settings().rates.get(account.provider, settings().rate),
    )


def waits_for(each: UnderWay, found: list[Finding]) -> str:
    """Return what a broadcast waits for, in a sentence."""
    broadcast = each.broadcast
    if broadcast.state == BroadcastState.PREPARING:
        said = _(
            "Its list is being formed: %(done)s of %(all)s customers.",
            done=broadcast.considered,
            all=broadcast.audience_size,
        )
    elif broadcast.state == BroadcastState.SCHEDULED:
        said = _scheduled(each)
    elif broadcast.state == BroadcastState.PAUSED:
        said = _paused(broadcast.pause_reason)
    elif broadcast.state == BroadcastState.ACTIVE and not each.waiting:
        said = _("It waits for customers who come under its rule.")
    else:
        said = _sending(each, found)
    return str(said)


def _scheduled(each: UnderWay) -> str:
    forms = forms_at(each.broadcast) if each.broadcast.formed_at is None else None
    if forms is not None:
        formed: str = _("Its list is formed at %(time)s.", time=shown_time(forms))
        return formed
    if each.broadcast.send_at is not None and each.broadcast.send_at <= utc_now():
        due: str = _("It is due since %(time)s.", time=shown_time(each.broadcast.send_at))
        return due
    begins: str = _("It begins at %(time)s.", time=shown_time(each.broadcast.send_at))
    return begins


def _paused(reason: str | None) -> str:
    why = REASON_SENTENCES[Reason(reason)].says if reason else _("A person has paused it.")
    next_step = _("Let it go on, or cancel it, on its page.")
    return f"{why} {next_step}"


def _sending(each: UnderWay, found: list[Finding]) -> str:
    if not each.waiting:
        ends: str = _("The last SMS are being handed over.")
        return _in_doubt(each) if each.unknown else ends
    number: str = ngettext("%(num)s SMS waits to leave.", "%(num)s SMS wait to leave.", each.waiting)
    held = _("Something is in the way, see above.")
    return f"{number} {held}" if _is_held(each, found) else number


def _in_doubt(each: UnderWay) -> str:
    """Return how many are in doubt, and how many of them people have left so: the list to decide has the rest."""
    left = in_doubt.number(each.broadcast.id, left=True)
    said: str = _("The outcome of some SMS is still unknown: %(number)s.", number=each.unknown)
    of_them: str = _("Of them left as they are: %(number)s.", number=left)
    return f"{said} {of_them}" if left else said


def _is_held(each: UnderWay, found: list[Finding]) -> bool:
    """Say whether what was found keeps this broadcast from going."""
    of_all = (Kind.NO_WORKER, Kind.REDIS_AWAY, Kind.NO_KEY, Kind.SMS_OFF)
    of_account = (Kind.ACCOUNT_STOPPED, Kind.ACCOUNT_RESTS, Kind.QUEUE_STANDS)
    return any(
        one.kind in of_all or (one.kind in of_account and one.about == each.broadcast.account_id)
        for one in found
    )
