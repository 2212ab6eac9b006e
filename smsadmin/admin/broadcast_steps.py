"""What the buttons of a broadcast's page do, each with what its page showed beside it."""

from collections.abc import Callable, Mapping

from flask import request

from smsadmin import links
from smsadmin.accounts import sending_account
from smsadmin.admin.confirming import Changed, confirmed
from smsadmin.admin.recipients import refuse_unknown
from smsadmin.broadcasts import drafts, lifecycle, schedule
from smsadmin.broadcasts.confirm_anew import confirm_anew
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.host import StaffMember
from smsadmin.models import Account, Broadcast
from smsadmin.sending import doorbell
from smsadmin.states import BroadcastState, Step, Trigger

UNSENT = (BroadcastState.DRAFT, BroadcastState.PREPARING, BroadcastState.READY, BroadcastState.SCHEDULED)
"""Nobody has got a link of these yet."""


def _seen() -> str:
    """Return what the page showed beside the button: the number of the list, the estimate, the account."""
    return request.form.get("seen", "")


def _seen_number() -> int:
    return request.form.get("seen", 0, type=int)


def _by(member: StaffMember) -> str:
    return member.name[:100]


def _account() -> Account:
    account = sending_account()
    if account is None:
        raise drafts.NotConnected
    return account


def _prepare(broadcast: Broadcast, member: StaffMember) -> None:
    refuse_unknown(broadcast)
    if broadcast.trigger != Trigger.AT_ONCE:
        # It was made one of a rule since the page was opened: its list is confirmed on an estimate first.
        raise NotAllowed(Step.PREPARE)
    drafts.form_list(broadcast.id, broadcast.text)


def _send(broadcast: Broadcast, member: StaffMember) -> None:
    lifecycle.send(broadcast.id, _by(member), _seen_number())
    doorbell.ring_send(broadcast.account_id or 0)


def _schedule(broadcast: Broadcast, member: StaffMember) -> None:
    schedule.schedule(broadcast.id, _by(member), _seen_number())


def _expect(broadcast: Broadcast, member: StaffMember) -> None:
    account = _account()
    schedule.expect(broadcast, _by(member), account.id, confirmed(broadcast, _seen()))


def _activate(broadcast: Broadcast, member: StaffMember) -> None:
    account = _account()
    estimate = confirmed(broadcast, _seen())
    schedule.activate(broadcast, _by(member), account.id, estimate)
    doorbell.ring_match(broadcast.id)


def _resume(broadcast: Broadcast, member: StaffMember) -> None:
    _refuse_unknown_ahead(broadcast)
    lifecycle.resume(broadcast.id)
    _ring(broadcast, broadcast.account_id or 0)


def _confirm_anew(broadcast: Broadcast, member: StaffMember) -> None:
    account = _account()
    if account.id != _seen_number():
        raise Changed
    _refuse_unknown_ahead(broadcast)
    confirm_anew(broadcast.id, _by(member), account)
    _ring(broadcast, account.id)


def _revoke(broadcast: Broadcast, member: StaffMember) -> None:
    if broadcast.state in UNSENT or not links.login_links(broadcast).working:
        raise Changed
    links.revoke_broadcast_links(broadcast, by=_by(member))


def _refuse_unknown_ahead(broadcast: Broadcast) -> None:
    """Refuse a rule that nobody can read, where the rule is still to be asked: a formed list needs none."""
    if broadcast.formed_at is None and broadcast.closed_at is None:
        refuse_unknown(broadcast)


def _ring(broadcast: Broadcast, account_id: int) -> None:
    doorbell.ring_send(account_id)
    if broadcast.trigger == Trigger.RULE:
        doorbell.ring_match(broadcast.id)


BUTTONS: Mapping[str, Callable[[Broadcast, StaffMember], None]] = {
    "prepare": _prepare,
    "send": _send,
    "schedule": _schedule,
    "expect": _expect,
    "activate": _activate,
    "close": lambda broadcast, member: schedule.close(broadcast.id),
    "pause": lambda broadcast, member: lifecycle.pause(broadcast.id),
    "resume": _resume,
    "confirm": _confirm_anew,
    "revoke": _revoke,
    "cancel": lambda broadcast, member: lifecycle.cancel(broadcast.id),
    "edit": lambda broadcast, member: lifecycle.edit(broadcast.id),
}
"""What the buttons of the page do; each may raise `NotAllowed`, `NotConnected`, `Changed` or `UnknownFilter`."""
