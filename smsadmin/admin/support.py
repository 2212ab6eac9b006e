"""The requests to the support: the form of the corner is sent here, and here staff see what they have asked."""

from typing import Any
from urllib.parse import quote

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.exceptions import HTTPException

from smsadmin import support
from smsadmin.admin.access import Screen, check_token, staff_member
from smsadmin.admin.forms import posted
from smsadmin.admin.paging import ON_A_PAGE, last_page, page_number
from smsadmin.admin.refusals import sentence
from smsadmin.admin.support_corner import SupportForm, can_be_opened, hours, is_ours
from smsadmin.host import Role
from smsadmin.i18n import _
from smsadmin.support import TooManyRequests

LARGEST_FORM = 200_000
"""Bytes; several times what the longest text takes, so that one that is too long can be shown again."""


class SupportScreen(Screen):
    """A person's requests; the owner sees those of all. It is reached from the corner, not from the menu."""

    def is_visible(self) -> bool:
        """Stay out of the menu."""
        return False

    @expose("/")
    def index(self) -> Any:
        """List the requests, newest first."""
        return self._page(None)

    @expose("/", methods=["POST"])
    def register(self) -> Any:
        """Register a request of anybody who works here, at any hour, and lead back to where it was written."""
        member = staff_member()
        if (request.content_length or 0) > LARGEST_FORM:
            abort(413)
        check_token()
        form = posted(SupportForm)
        if not form.validate():
            return self._page(form)
        try:
            asked = support.register(member, form.contact.data, form.text.data, form.page.data)
        except TooManyRequests:
            form.form_errors.append(_too_many())
            return self._page(form)
        flash(_registered(asked.id), "success")
        return redirect(_back(form.page.data), 303)

    def refused(self, error: HTTPException) -> Any:
        """Keep what was written where the token of its form is too old."""
        if error.code != 400 or request.method != "POST" or not self.is_accessible():
            return super().refused(error)
        form = posted(SupportForm)
        form.form_errors.append(sentence(error))
        return self._page(form), error.code

    def _page(self, form: SupportForm | None) -> Any:
        """Show the list, with the form open in its corner where something is wrong with it."""
        if form is not None and not is_ours(form.page.data or ""):
            form.page.data = ""
        member = staff_member()
        sees_all = member.role is Role.OWNER
        page = page_number()
        requests, total = support.requests_of(
            None if sees_all else member.key, (page - 1) * ON_A_PAGE, ON_A_PAGE
        )
        return self.render(
            "support.html",
            support_form=form,
            requests=requests,
            total=total,
            sees_all=sees_all,
            can_be_opened=can_be_opened,
            script_root=request.script_root,
            page=page,
            last_page=last_page(total),
        )


def _too_many() -> str:
    said: str = _(
        "Nothing is registered: you have sent %(number)s requests within an hour. Call the support or write to it.",
        number=support.PER_HOUR,
    )
    return said


def _registered(number: int) -> str:
    """Return the number for the person, and from when an answer can be expected."""
    said: str = _("Request No. %(number)s is registered.", number=number)
    known = hours()
    if known is None:
        return said
    if known.is_open:
        answer = _("The support is open now and will answer you.")
    else:
        when = f"{known.opens} ({known.zone})"
        answer = _("The support is closed now. Expect an answer not before %(when)s.", when=when)
    return f"{said} {answer}"


def _back(path: str) -> str:
    """Return the address of the page on which the request was written, kept still to show the number."""
    if not can_be_opened(path):
        return url_for(".index")
    return f"{request.script_root}{quote(path)}?help=sent"
