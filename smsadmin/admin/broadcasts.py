"""The broadcasts: the list, the form, and the page of one from its draft to its last figure."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from sqlalchemy import select
from werkzeug.wrappers import Response

from smsadmin import links
from smsadmin.accounts import sending_account
from smsadmin.admin import wording
from smsadmin.admin.access import Screen, checked_post, for_writers
from smsadmin.admin.compose import ComposeForm, known_placeholders
from smsadmin.admin.forms import posted
from smsadmin.admin.obstacles import obstacles
from smsadmin.admin.paging import ON_A_PAGE, page_number
from smsadmin.admin.times import shown_money
from smsadmin.broadcasts import drafts, lifecycle
from smsadmin.broadcasts.confirm_anew import confirm_anew, rest_without_account
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.clock import utc_now
from smsadmin.database import read
from smsadmin.host import StaffMember
from smsadmin.i18n import _
from smsadmin.integration import integration
from smsadmin.models import Broadcast
from smsadmin.providers import PROVIDERS
from smsadmin.sending import doorbell
from smsadmin.states import BroadcastState, State, Step
from smsadmin.statistics.report import cost, reports

LARGEST_ID = 2**31 - 1
"""A broadcast's id is an integer of 32 bits."""


RENEWED_FOR = timedelta(minutes=30)
"""So long after its end a broadcast's page renews itself."""


class BroadcastsScreen(Screen):
    """Broadcasts, from a draft to the figures."""

    @expose("/")
    def index(self) -> Any:
        """List the broadcasts, newest first."""
        page = page_number()
        window = select(Broadcast).order_by(Broadcast.id.desc()).offset((page - 1) * ON_A_PAGE)
        found = read(lambda session: session.scalars(window.limit(ON_A_PAGE + 1)).all())
        return self.render(
            "broadcasts.html",
            broadcasts=list(zip(found[:ON_A_PAGE], reports(found[:ON_A_PAGE]), strict=True)),
            last_page=page + 1 if len(found) > ON_A_PAGE else page,
            page=page,
            wording=wording,
            State=State,
            obstacles=obstacles(),
        )

    @expose("/new", methods=["GET", "POST"])
    def new(self) -> Any:
        """Write a new broadcast."""
        for_writers()
        form = posted(ComposeForm)
        if request.method == "POST":
            member = checked_post()
            if form.validate() and "preview" not in request.form:
                made = drafts.create(member.name[:100], **_fields(form))
                return redirect(url_for(".page", broadcast_id=made))
        return self._form(form, None)

    @expose("/<int:broadcast_id>/edit", methods=["GET", "POST"])
    def edit(self, broadcast_id: int) -> Any:
        """Change a draft."""
        for_writers()
        broadcast = find_broadcast(broadcast_id)
        form = posted(ComposeForm, obj=broadcast)
        if request.method == "POST":
            checked_post()
            if form.validate() and "preview" not in request.form:
                if not drafts.change(broadcast_id, **_fields(form)):
                    flash(_not_a_draft(), "error")
                return redirect(url_for(".page", broadcast_id=broadcast_id))
        elif broadcast.state != BroadcastState.DRAFT:
            flash(_not_a_draft(), "error")
            return redirect(url_for(".page", broadcast_id=broadcast_id))
        return self._form(form, broadcast)

    def _form(self, form: ComposeForm, broadcast: Broadcast | None) -> Any:
        text = form.text.data if not form.text.errors else None
        return self.render(
            "broadcast_form.html",
            form=form,
            broadcast=broadcast,
            example=drafts.example(text, form.wrap_clicks.data, form.wrap_login.data) if text else None,
            placeholders=", ".join(f"{{{name}}}" for name in known_placeholders()),
            prefix=integration().text_prefix,
            obstacles=obstacles(),
        )

    @expose("/<int:broadcast_id>")
    def page(self, broadcast_id: int) -> Any:
        """Show one broadcast: what it says, what to do next, and the figures."""
        broadcast = find_broadcast(broadcast_id)
        urls = links.addresses(broadcast.text)
        return self.render(
            "broadcast.html",
            broadcast=broadcast,
            state=BroadcastState(broadcast.state),
            report=reports([broadcast])[0],
            cost=cost(broadcast_id) if broadcast.state == BroadcastState.READY else None,
            example=drafts.example_of(broadcast),
            rest=rest_without_account(broadcast),
            recent=_is_recent(broadcast),
            asks_to_cancel=request.args.get("ask") == "cancel",
            urls=urls,
            foreign_urls=[url for url in urls if not links.can_sign_in(url)],
            account=sending_account(),
            sms_is_on=integration().enabled,
            titles={each.name: each.title for each in PROVIDERS.values()},
            money=shown_money,
            wording=wording,
            State=State,
            obstacles=obstacles(),
        )

    @expose("/<int:broadcast_id>/do/<step>", methods=["POST"])
    def do(self, broadcast_id: int, step: str) -> Response:
        """Take a step: form the list, send, pause, go on, cancel, back to the draft."""
        member = checked_post()
        broadcast = find_broadcast(broadcast_id)
        if step not in BUTTONS:
            abort(404)
        try:
            BUTTONS[step](broadcast, member)
        except NotAllowed:
            flash(
                _("That is not possible any more: the state of the broadcast has changed, see below."),
                "error",
            )
        except drafts.NotConnected:
            flash(_("Connect a provider first: there is nobody to send through."), "error")
        return redirect(url_for(".page", broadcast_id=broadcast_id))


def find_broadcast(broadcast_id: int) -> Broadcast:
    """Return a broadcast; end the request with 404 when there is none."""
    known = broadcast_id <= LARGEST_ID
    broadcast = read(lambda session: session.get(Broadcast, broadcast_id)) if known else None
    return broadcast or abort(404)


def _not_a_draft() -> str:
    said: str = _("The broadcast is not a draft any more; it cannot be changed.")
    return said


def _fields(form: ComposeForm) -> dict[str, Any]:
    return {name: value for name, value in form.data.items() if name != form.meta.csrf_field_name}


def _is_recent(broadcast: Broadcast) -> bool:
    """Say whether receipts and clicks are still to be expected, so that the page renews itself."""
    ended = broadcast.finished_at
    return ended is not None and utc_now() - ended < RENEWED_FOR


def _seen() -> int:
    """Return the number of what the page showed beside the button: of the list, or of the account and its price."""
    return request.form.get("seen", 0, type=int)


def _confirm_anew(broadcast: Broadcast, member: StaffMember) -> None:
    account = sending_account()
    if account is None:
        raise drafts.NotConnected
    if account.id != _seen():
        raise NotAllowed(Step.RESUME)
    confirm_anew(broadcast.id, member.name[:100], account)
    doorbell.ring_send(account.id)


def _send(broadcast: Broadcast, member: StaffMember) -> None:
    lifecycle.send(broadcast.id, member.name[:100], _seen())
    doorbell.ring_send(broadcast.account_id or 0)


def _resume(broadcast: Broadcast, member: StaffMember) -> None:
    lifecycle.resume(broadcast.id)
    doorbell.ring_send(broadcast.account_id or 0)


BUTTONS: Mapping[str, Callable[[Broadcast, StaffMember], None]] = {
    "prepare": lambda broadcast, member: drafts.form_list(broadcast.id, broadcast.text),
    "send": _send,
    "pause": lambda broadcast, member: lifecycle.pause(broadcast.id),
    "resume": _resume,
    "confirm": _confirm_anew,
    "cancel": lambda broadcast, member: lifecycle.cancel(broadcast.id),
    "edit": lambda broadcast, member: lifecycle.edit(broadcast.id),
}
"""What the buttons of the page do."""
