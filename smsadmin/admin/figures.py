"""The lists behind the figures of a broadcast: who is counted there, and why."""

from typing import Any

from flask import abort, redirect, request, url_for
from flask_admin import expose
from sqlalchemy import func, select

from smsadmin import links
from smsadmin.admin import login_words, wording
from smsadmin.admin.access import Screen
from smsadmin.admin.broadcasts import find_broadcast
from smsadmin.admin.paging import ON_A_PAGE, row_id
from smsadmin.database import read
from smsadmin.models import Broadcast, Message
from smsadmin.sending.provider_words import words
from smsadmin.states import FAILED, State
from smsadmin.text.phones import shown as shown_phone

GROUPS: dict[str, tuple[State, ...]] = {
    **{state.value: (state,) for state in State},
    "failed": FAILED,
    "recipients": tuple(state for state in State if state is not State.SKIPPED),
    "considered": tuple(State),
}
"""What a figure counts, by the word in its address."""


class FiguresScreen(Screen):
    """The lists; they are reached from a broadcast's page and have no menu entry."""

    def is_visible(self) -> bool:
        """Keep it out of the menu."""
        return False

    @expose("/")
    def index(self) -> Any:
        """Lead to the broadcasts: a list belongs to one of them."""
        return redirect(url_for("sms_broadcasts.index"))

    @expose("/<int:broadcast_id>/messages/<group>")
    def messages(self, broadcast_id: int, group: str) -> Any:
        """List the messages that a figure counts, of one reason where it is asked for."""
        broadcast = find_broadcast(broadcast_id)
        if group not in GROUPS:
            abort(404)
        # Index ix_sms_messages_figure.
        wanted = [Message.broadcast_id == broadcast_id, Message.state.in_(GROUPS[group])]
        reason = request.args.get("reason", "")
        if reason:
            if reason not in wording.REASON_SENTENCES:
                abort(404)
            wanted.append(Message.reason == reason)
        statement = select(Message).where(*wanted, Message.id > (row_id("after") or 0)).order_by(Message.id)
        found = read(lambda session: session.scalars(statement.limit(ON_A_PAGE + 1)).all())
        total = read(lambda session: session.scalar(select(func.count()).where(*wanted)))
        said = words(found)
        return self._list("messages.html", broadcast, found, total, group=group, reason=reason, said=said)

    @expose("/<int:broadcast_id>/clicks/<which>")
    def clicks(self, broadcast_id: int, which: str) -> Any:
        """List the clicks, or the recipients who clicked, that a figure counts."""
        broadcast = find_broadcast(broadcast_id)
        if which not in links.CLICK_LISTS:
            abort(404)
        found = links.click_list(broadcast, which, row_id("before"), ON_A_PAGE + 1)
        total = links.CLICK_LISTS[which](links.click_figures([broadcast])[0])
        return self._list("clicks.html", broadcast, found, total, which=which)

    def _list(
        self, template: str, broadcast: Broadcast, found: Any, total: int | None, **context: Any
    ) -> Any:
        return self.render(
            template,
            broadcast=broadcast,
            rows=found[:ON_A_PAGE],
            more=len(found) > ON_A_PAGE,
            total=total,
            wording=wording,
            login_words=login_words,
            State=State,
            shown_text=links.shown,
            shown_phone=shown_phone,
            **context,
        )
