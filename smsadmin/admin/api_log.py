"""The API access log: its switch, the list with filters, a page per call, and the zip for the support."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, request, send_file, url_for
from flask_admin import expose
from flask_babel import format_timedelta
from sqlalchemy import select
from werkzeug.wrappers import Response

from smsadmin.admin.access import IntegrationRoom, checked_post
from smsadmin.admin.api_log_filter import Asked
from smsadmin.admin.api_log_wording import KIND_WORDS, OUTCOME_WORDS, outcome, shown_body
from smsadmin.admin.paging import LARGEST_ID, ON_A_PAGE, row_id
from smsadmin.api_log.calls import find, one
from smsadmin.api_log.export import MOST_CALLS, support_zip
from smsadmin.api_log.switch import on_until, switch_off, switch_on
from smsadmin.current import settings
from smsadmin.database import read
from smsadmin.i18n import _
from smsadmin.integration_changes import What, noted
from smsadmin.models import Account
from smsadmin.providers import PROVIDERS
from smsadmin.shown import shown_second, shown_time


class ApiLogScreen(IntegrationRoom):
    """The log; it is reached from the integration's page."""

    def is_visible(self) -> bool:
        """Keep it out of the menu."""
        return False

    @expose("/")
    def index(self) -> Any:
        """List the calls that the filters want."""
        asked = Asked.of(request.args)
        before = row_id("before")
        found = find(asked.filter(), before, ON_A_PAGE)
        return self.render(
            "api_log.html",
            until=on_until(),
            on_for=_lasting(settings().api_log_for),
            kept_for=_lasting(settings().api_log_kept),
            asked=asked,
            found=found,
            later=before is not None,
            most_calls=MOST_CALLS,
            titles=_titles(),
            kinds=KIND_WORDS,
            outcomes=OUTCOME_WORDS,
            removed=_removed(call.account_id for call in found.calls),
            outcome=outcome,
            shown_second=shown_second,
        )

    @expose("/<int:call_id>")
    def call(self, call_id: int) -> Any:
        """Show one call: what was asked and what came back."""
        call = one(call_id) if call_id <= LARGEST_ID else None
        if call is None:
            abort(404)
        return self.render(
            "api_call.html",
            call=call,
            removed=_removed([call.account_id]),
            outcome=outcome(call),
            titles=_titles(),
            kinds=KIND_WORDS,
            shown_body=shown_body,
            shown_second=shown_second,
        )

    @expose("/switch", methods=["POST"])
    def set_switch(self) -> Response:
        """Switch the log on, for its time, or off."""
        member = checked_post()
        if request.form.get("on"):
            switch_on(noted(member, What.LOG_ON))
            flash(_("The log is on until %(time)s.", time=shown_time(on_until())), "success")
        else:
            switch_off(noted(member, What.LOG_OFF))
            flash(_("The log is off. What it holds stays until it is old enough."), "success")
        return redirect(url_for(".index"), 303)

    @expose("/download", methods=["POST"])
    def download(self) -> Response:
        """Hand out the zip for the support, of the calls that the filters want."""
        checked_post()
        found = support_zip(Asked.of(request.form).filter(), whole=bool(request.form.get("whole")))
        now = datetime.now(ZoneInfo(settings().timezone))
        name = f"sms-api-log-{now:%Y%m%d-%H%M%S}.zip"
        answer = send_file(found, "application/zip", as_attachment=True, download_name=name)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _lasting(seconds: float) -> str:
    """Return a length of time in words, in the largest unit of which it has two or more."""
    words: str = format_timedelta(timedelta(seconds=seconds), threshold=2)
    return words


def _removed(account_ids: Iterable[int | None]) -> dict[int, str]:
    """Return what the log says of accounts that are not connected any more, by their ids."""
    wanted = select(Account).where(Account.id.in_(set(account_ids)), Account.removed_at.is_not(None))
    accounts = read(lambda session: list(session.scalars(wanted)))
    return {
        each.id: _("removed account %(login)s", login=each.login) if each.login else _("removed account")
        for each in accounts
    }


def _titles() -> dict[str, str]:
    return {each.name: each.title for each in PROVIDERS.values()}
