"""The SMS whose outcome is unknown: what is known about each, and what a person can do about it."""

import re
from collections import Counter as Tally
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from smsadmin import links
from smsadmin.admin import unknown_wording, wording
from smsadmin.admin.access import Screen, checked_post
from smsadmin.admin.broadcasts import find_broadcast
from smsadmin.admin.obstacles import obstacles
from smsadmin.admin.paging import LARGEST_ID, ON_A_PAGE, row_id
from smsadmin.i18n import _, ngettext
from smsadmin.sending import decisions, in_doubt
from smsadmin.sending.decisions import Decided, Seen
from smsadmin.sending.in_doubt import InDoubt, Why
from smsadmin.text.phones import shown as shown_phone

PICK = re.compile(r"([0-9]{1,19})-([0-9a-f]{16})")
"""What a checkbox carries: the message and the mark of what was seen of it."""


class UnknownScreen(Screen):
    """The list, and the three things to do."""

    @expose("/")
    def index(self) -> Any:
        """List what waits for a decision, or what people left as it is: of one broadcast or of all, newest first."""
        broadcast = _asked_broadcast()
        broadcast_id = broadcast.id if broadcast else None
        left = "left" in request.args
        found = in_doubt.page(broadcast_id, left, row_id("before"), ON_A_PAGE + 1)
        rows = found[:ON_A_PAGE]
        return self.render(
            "unknown.html",
            broadcast=broadcast,
            here=_here(),
            left=left,
            rows=rows,
            more=len(found) > ON_A_PAGE,
            total=in_doubt.number(broadcast_id, left),
            total_of_others=in_doubt.number(broadcast_id, not left),
            history=in_doubt.history([row.message.id for row in rows]),
            obstacles=obstacles(),
            **_words(),
        )

    @expose("/confirm", methods=["POST"])
    def confirm(self) -> Any:
        """Show what sending again would mean for those that were chosen; nothing is changed yet."""
        checked_post()
        seen = _picked()
        if not seen:
            return _nothing_chosen()
        found = in_doubt.of(seen)
        left_out = Tally(why for doubt in found if (why := _hindered(doubt, seen)))
        left_out[Why.SETTLED] += len(seen) - len(found)
        return self.render(
            "unknown_confirm.html",
            here=_here(),
            going=[doubt for doubt in found if not _hindered(doubt, seen)],
            left_out=+left_out,
            obstacles=obstacles(),
            **_words(),
        )

    @expose("/send", methods=["POST"])
    def send(self) -> Response:
        """Treat as not sent what the page before showed, and send it; what changed meanwhile is left out."""
        return _decide(
            decisions.send_again,
            lambda number: ngettext("%(num)d SMS is sent again.", "%(num)d SMS are sent again.", number),
        )

    @expose("/ask", methods=["POST"])
    def ask(self) -> Response:
        """Have the provider asked again about those that were chosen."""
        return _decide(
            decisions.ask_again,
            lambda number: ngettext(
                "The provider is asked about %(num)d SMS as soon as its answer proves something.",
                "The providers are asked about %(num)d SMS as soon as their answers prove something.",
                number,
            ),
        )

    @expose("/leave", methods=["POST"])
    def leave(self) -> Response:
        """Leave those that were chosen as they are."""
        return _decide(
            decisions.leave,
            lambda number: ngettext(
                "%(num)d SMS stays as it is, and nobody asks about it any more.",
                "%(num)d SMS stay as they are, and nobody asks about them any more.",
                number,
            ),
        )


def _decide(act: Callable[..., decisions.Decided], said: Callable[[int], str]) -> Response:
    """Do with those that were chosen what was pressed, and tell of how many it was done."""
    member, seen = checked_post(), _picked()
    if not seen:
        return _nothing_chosen()
    decided = act(seen, member)
    return _told(decided, said(len(decided.done)))


def _words() -> dict[str, Any]:
    return {
        "wording": wording,
        "unknown_wording": unknown_wording,
        "shown_text": links.shown,
        "shown_phone": shown_phone,
    }


def _asked_broadcast() -> Any:
    """Return the broadcast that the address names, None where it names none; end the request for one that is not."""
    asked = request.args.get("broadcast")
    if asked is None:
        return None
    return find_broadcast(int(asked) if asked.isdecimal() and len(asked) < 20 else LARGEST_ID)


def _here() -> dict[str, Any]:
    """Return what of the address says which list this is, for the links and buttons that come back to it."""
    return {name: request.args[name] for name in ("broadcast", "left") if name in request.args}


def _picked() -> Seen:
    """Return what was chosen on the page; what no page of ours says is not chosen."""
    picks = [PICK.fullmatch(pick) for pick in request.form.getlist("pick")[:ON_A_PAGE]]
    chosen = {int(pick[1]): pick[2] for pick in picks if pick}
    return {message_id: mark for message_id, mark in chosen.items() if message_id <= LARGEST_ID}


def _hindered(doubt: InDoubt, seen: Seen) -> Why | None:
    changed = doubt.mark != seen[doubt.message.id]
    return doubt.not_sent_again_because or (Why.CHANGED if changed else None)


def _nothing_chosen() -> Response:
    flash(_("Choose at least one SMS."), "error")
    return redirect(url_for("sms_unknown.index", **_here()), 303)


def _told(decided: Decided, said: str) -> Response:
    """Say what was done, and what was left out and why; go back to the list."""
    if decided.done:
        flash(said, "success")
    for sentence in unknown_wording.left_out(decided.left_out):
        flash(sentence, "warning")
    return redirect(url_for("sms_unknown.index", **_here()), 303)
