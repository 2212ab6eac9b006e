"""The integration: which provider sends, the settings of all SMS, who is responsible, and who changed what."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, request
from flask_admin import expose
from werkzeug.wrappers import Response

from smsadmin.accounts import connected, keys_open
from smsadmin.admin.access import checked_post, in_charge, staff_member
from smsadmin.admin.forms import posted
from smsadmin.admin.integration.account import AccountPages, back
from smsadmin.admin.integration.cards import cards, table, who_sends
from smsadmin.admin.integration.forms import PrefixForm, ResponsibleForm
from smsadmin.admin.integration.history import ON_THE_PAGE, lines
from smsadmin.admin.integration.settings import SETTINGS_OF_ALL
from smsadmin.admin.integration.view import choose_view, is_extended
from smsadmin.admin.paging import ON_A_PAGE, last_page, page_number
from smsadmin.broadcasts.global_switch import left_paused, switch_off, switch_on, would_stop
from smsadmin.clock import utc_now
from smsadmin.host import Role, StaffMember
from smsadmin.i18n import _
from smsadmin.integration import integration, set_prefix, set_responsible
from smsadmin.integration_changes import What, noted, number_of_changes
from smsadmin.models import Broadcast
from smsadmin.providers import PROVIDERS

NAMED, LONGEST_NAME = 5, 60
"""How many broadcasts a sentence names, and how much of each name in characters."""


class IntegrationScreen(AccountPages):
    """The providers and the settings of all SMS, for the owner and the responsible admin only."""

    @expose("/")
    def index(self) -> Any:
        """Show who sends, every provider, and the settings."""
        choose_view()
        return self._page(PrefixForm(obj=integration()))

    def _page(self, prefix_form: PrefixForm) -> Any:
        member, kept, shown = staff_member(), integration(), cards(staff_member())
        who = in_charge()
        responsible_form = ResponsibleForm(responsible=who.responsible.key if who.responsible else "")
        responsible_form.offer(who.admins)
        return self.render(
            "integration.html",
            cards=shown,
            table=table(shown) if is_extended() else [],
            extended=is_extended(),
            who_sends=who_sends(kept.enabled, shown),
            left_paused="" if kept.enabled else _names(left_paused()),
            order=", ".join(each.title for each in PROVIDERS.values()),
            of_all=SETTINGS_OF_ALL,
            integration=kept,
            log_is_on=kept.log_until is not None and kept.log_until > utc_now(),
            prefix_form=prefix_form,
            responsible_form=responsible_form,
            in_charge=who,
            is_owner=member.role is Role.OWNER,
            keys_open=keys_open(connected()[:1]),
            lines=lines(ON_THE_PAGE),
        )

    @expose("/switch", methods=["GET"])
    def ask_to_switch_off(self) -> Any:
        """Ask, with what would be paused and skipped, whether all SMS shall be switched off."""
        return self.render("integration_switch.html", waiting=would_stop(), integration=integration())

    @expose("/switch", methods=["POST"])
    def set_switch(self) -> Response:
        """Switch all SMS on or off."""
        member = checked_post()
        on = bool(request.form.get("on"))
        if on == integration().enabled:
            # Somebody else has been quicker, or the button was pressed twice.
            flash(_("SMS is switched on already.") if on else _("SMS is switched off already."), "info")
        elif on:
            switch_on(noted(member, What.SWITCHED_ON))
            flash(_switched_on(), "success")
        else:
            switch_off(noted(member, What.SWITCHED_OFF))
            flash(_("SMS is switched off: nothing leaves any more."), "success")
        return back()

    @expose("/text", methods=["GET", "POST"])
    def set_text(self) -> Any:
        """Set the name in the text of every SMS."""
        if request.method == "GET":
            # From the page that said what is wrong with the name: a link to the other language, say.
            return back()
        member = checked_post()
        form = posted(PrefixForm)
        if not form.validate():
            return self._page(form)
        before, after = integration().text_prefix, form.text_prefix.data
        if before != after:
            set_prefix(after, noted(member, What.TEXT_PREFIX, fields=[("text_prefix", before, after)]))
        flash(_("Saved. SMS that are formed already keep their text."), "success")
        return back()

    @expose("/responsible", methods=["POST"])
    def name_responsible(self) -> Response:
        """Name the admin who may change the integration beside the owner, or nobody."""
        member = checked_post()
        if member.role is not Role.OWNER:
            abort(403, _("Only the owner names who is responsible."))
        who, form = in_charge(), posted(ResponsibleForm)
        form.offer(who.admins)
        if not who.known:
            flash(_("Nothing is changed: the list of admins could not be had. Try again later."), "error")
            return back()
        if not form.validate():
            flash(_("This person is not an admin any more. Choose from the list."), "error")
            return back()
        named = next((admin for admin in who.admins if admin.key == form.responsible.data), None)
        _make_responsible(named, by=member)
        flash(
            _("%(name)s can open this page now.", name=named.name)
            if named
            else _("Nobody but the owner can open this page now."),
            "success",
        )
        return back()

    @expose("/changes")
    def changes(self) -> Any:
        """Show who changed what, all of it."""
        page, last = page_number(), last_page(number_of_changes())
        return self.render(
            "integration_changes.html", lines=lines(ON_A_PAGE, (page - 1) * ON_A_PAGE), page=page, last=last
        )


def _make_responsible(named: StaffMember | None, by: StaffMember) -> None:
    """Make this admin responsible where he is not; None: nobody."""
    kept, after = integration(), named.name if named else ""
    if kept.responsible_key != (named.key if named else None):
        fields = [("responsible", kept.responsible_name, after)]
        set_responsible(named, noted(by, What.RESPONSIBLE, fields=fields))


def _switched_on() -> str:
    """Return that SMS go again, and what does not by itself."""
    paused = left_paused()
    if not paused:
        nothing: str = _("SMS is switched on.")
        return nothing
    said: str = _(
        "SMS is switched on. These broadcasts stay paused until you let them go on: %(names)s.",
        names=_names(paused),
    )
    return said


def _names(broadcasts: Sequence[Broadcast]) -> str:
    """Return the names of a few broadcasts and how many more there are: a sentence is kept in a cookie."""
    names = ", ".join(_("“%(name)s”", name=_shortened(each.name)) for each in broadcasts[:NAMED])
    if len(broadcasts) <= NAMED:
        return names
    said: str = _("%(names)s and %(number)s more", names=names, number=len(broadcasts) - NAMED)
    return said


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
