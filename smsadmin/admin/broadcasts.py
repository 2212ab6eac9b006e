"""The broadcasts: the list, the form, and the page of one from its draft to its last figure."""

from datetime import timedelta
from typing import Any

from babel.dates import format_timedelta
from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import get_locale
from sqlalchemy import select
from werkzeug.wrappers import Response

from smsadmin import links
from smsadmin.accounts import sending_account
from smsadmin.admin import recipients, wording
from smsadmin.admin.access import Screen, checked_post, for_writers
from smsadmin.admin.broadcast_steps import BUTTONS
from smsadmin.admin.click_picture import click_picture
from smsadmin.admin.compose import ComposeForm, compose_form, known_placeholders
from smsadmin.admin.confirming import Changed, Offer, offer
from smsadmin.admin.obstacles import obstacles
from smsadmin.admin.outlook import outlook
from smsadmin.admin.paging import ON_A_PAGE, page_number
from smsadmin.admin.spent import spent
from smsadmin.admin.zones import shown_in
from smsadmin.broadcasts import drafts
from smsadmin.broadcasts.confirm_anew import rest_without_account
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import read
from smsadmin.host import UnknownFilter
from smsadmin.i18n import _
from smsadmin.integration import integration
from smsadmin.models import Account, Broadcast
from smsadmin.providers import PROVIDERS
from smsadmin.reasons import Reason
from smsadmin.shown import shown_money
from smsadmin.states import STEPS, BroadcastState, State, Step, Trigger
from smsadmin.statistics.listed import Cost, cost
from smsadmin.statistics.report import reports
from smsadmin.text.template import prefixed

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
        shown = found[:ON_A_PAGE]
        return self.render(
            "broadcasts.html",
            broadcasts=list(zip(shown, reports(shown), spent(shown), strict=True)),
            last_page=page + 1 if len(found) > ON_A_PAGE else page,
            page=page,
            wording=wording,
            State=State,
            shown_in=shown_in,
            obstacles=obstacles(),
        )

    @expose("/new", methods=["GET", "POST"])
    def new(self) -> Any:
        """Write a new broadcast."""
        for_writers()
        form = compose_form()
        if request.method == "POST":
            member = checked_post()
            if form.validate() and "preview" not in request.form:
                made = drafts.create(member.name[:100], **form.columns())
                return redirect(url_for(".page", broadcast_id=made))
        return self._form(form, None)

    @expose("/<int:broadcast_id>/edit", methods=["GET", "POST"])
    def edit(self, broadcast_id: int) -> Any:
        """Change a draft."""
        for_writers()
        broadcast = find_broadcast(broadcast_id)
        form = compose_form(broadcast)
        if request.method == "POST":
            checked_post()
            if form.validate() and "preview" not in request.form:
                if not drafts.change(broadcast_id, **form.columns()):
                    flash(_not_a_draft(), "error")
                return redirect(url_for(".page", broadcast_id=broadcast_id))
        elif broadcast.state != BroadcastState.DRAFT:
            flash(_not_a_draft(), "error")
            return redirect(url_for(".page", broadcast_id=broadcast_id))
        return self._form(form, broadcast)

    def _form(self, form: ComposeForm, broadcast: Broadcast | None) -> Any:
        text = form.text.data if not form.text.errors else None
        wrapped = form.wrap_clicks.data, form.wrap_login.data
        prefix = integration().text_prefix
        return self.render(
            "broadcast_form.html",
            form=form,
            broadcast=broadcast,
            example=drafts.example(text, *wrapped) if text else None,
            more_parts=drafts.parts_for_values(text, *wrapped) if text else 0,
            placeholders=", ".join(f"{{{name}}}" for name in known_placeholders()),
            prefix=prefix,
            link_at_an_edge=text and links.is_alone_at_an_edge(prefixed(prefix, text)),
            forms_ahead=_hours(settings().form_ahead),
            lost_filters=_lost_filters(broadcast) if broadcast else None,
            obstacles=obstacles(),
        )

    @expose("/<int:broadcast_id>")
    def page(self, broadcast_id: int) -> Any:
        """Show one broadcast: what it says, what to do next, and the figures."""
        broadcast = find_broadcast(broadcast_id)
        urls = links.addresses(broadcast.text)
        report = reports([broadcast])[0]
        return self.render(
            "broadcast.html",
            broadcast=broadcast,
            state=BroadcastState(broadcast.state),
            outlook=outlook(broadcast, report),
            conditions=recipients.in_words(broadcast),
            lost_filters=_lost_filters(broadcast),
            offer=_offer(broadcast),
            report=report,
            picture=click_picture(broadcast) if report.clicks.clicks or report.clicks.bot_clicks else None,
            cost=_cost(broadcast),
            spent=spent([broadcast])[0],
            example=drafts.example_of(broadcast),
            link_at_an_edge=links.is_alone_at_an_edge(drafts.arriving(broadcast)),
            rest=rest_without_account(broadcast),
            recent=_is_recent(broadcast),
            asks=request.args.get("ask", ""),
            urls=urls,
            login_links=links.login_links(broadcast),
            foreign_urls=[url for url in urls if not links.can_sign_in(url)],
            account=sending_account(),
            confirmed_currency=_currency(broadcast),
            sms_is_on=integration().enabled,
            titles={each.name: each.title for each in PROVIDERS.values()},
            money=shown_money,
            wording=wording,
            State=State,
            Step=Step,
            shown_in=shown_in,
            obstacles=obstacles(),
        )

    @expose("/<int:broadcast_id>/do/<step>", methods=["POST"])
    def do(self, broadcast_id: int, step: str) -> Response:
        """Take a step: form the list, confirm, pause, go on, close the rule, cancel, back to the draft."""
        member = checked_post()
        broadcast = find_broadcast(broadcast_id)
        if step not in BUTTONS:
            abort(404)
        try:
            BUTTONS[step](broadcast, member)
        except NotAllowed as error:
            flash(_why_not(find_broadcast(broadcast_id), error.step), "error")
        except Changed:
            flash(
                _("Nothing is done: what the page showed has changed meanwhile. Look again, see below."),
                "error",
            )
        except UnknownFilter:
            flash(recipients.unknown_sentence(recipients.unknown_filters(broadcast)), "error")
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


def _why_not(broadcast: Broadcast, step: Step) -> str:
    """Say why a step could not be taken."""
    said: str = _("That is not possible any more: the state of the broadcast has changed, see below.")
    as_before = broadcast.state in STEPS[step][0]
    if as_before and broadcast.not_after is not None and broadcast.not_after <= utc_now():
        said = _(
            "Nothing can leave any more: “not later than %(time)s” has passed.",
            time=shown_in(broadcast.not_after, broadcast.zone),
        )
    return said


def _lost_filters(broadcast: Broadcast) -> str | None:
    """Say which filters of its rule the host does not have any more."""
    names = recipients.unknown_filters(broadcast)
    return recipients.unknown_sentence(names) if names else None


def _offer(broadcast: Broadcast) -> Offer | None:
    """Return what confirming would mean, where a broadcast is confirmed on an estimate."""
    if broadcast.state != BroadcastState.DRAFT or broadcast.trigger != Trigger.RULE:
        return None
    return None if recipients.unknown_filters(broadcast) else offer(broadcast)


def _cost(broadcast: Broadcast) -> Cost | None:
    """Return what a formed list takes where a person decides by it."""
    grew = broadcast.state == BroadcastState.PAUSED and broadcast.pause_reason == Reason.GREW
    return cost(broadcast) if grew or broadcast.state == BroadcastState.READY else None


def _currency(broadcast: Broadcast) -> str | None:
    """Return the currency of the price that was confirmed."""
    if broadcast.confirmed_price is None:
        return None
    account = read(lambda session: session.get(Account, broadcast.account_id))
    return account.currency if account else None


def _hours(seconds: float) -> str:
    """Return a length of time as people say it."""
    return format_timedelta(timedelta(seconds=seconds), locale=get_locale())


def _is_recent(broadcast: Broadcast) -> bool:
    """Say whether receipts and clicks are still to be expected, so that the page renews itself."""
    ended = broadcast.finished_at
    return ended is not None and utc_now() - ended < RENEWED_FOR
