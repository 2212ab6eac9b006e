"""The customers as the plugin sees them: the list with its search, and who got which SMS."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from sqlalchemy import and_, exists, func, select
from werkzeug.wrappers import Response

from smsadmin import links
from smsadmin.admin import login_words, wording
from smsadmin.admin.access import Screen, checked_post
from smsadmin.admin.paging import ON_A_PAGE, last_page, page_number, row_id
from smsadmin.current import host, settings
from smsadmin.database import read
from smsadmin.events.catalogue import CATALOGUE
from smsadmin.host import Customer
from smsadmin.i18n import _
from smsadmin.models import Broadcast, Message
from smsadmin.providers import PROVIDERS
from smsadmin.sending.provider_words import words
from smsadmin.states import BroadcastState
from smsadmin.suppression import allow, opt_out, suppress, suppressed_among, suppression
from smsadmin.text.phones import shown, to_e164

LONGEST_SEARCH = 100


class CustomersScreen(Screen):
    """Customers, and whether they get SMS."""

    @expose("/")
    def index(self) -> Any:
        """List the customers, or those whom a search finds."""
        # PostgreSQL knows no NUL in a text.
        text = request.args.get("search", "").replace("\x00", "")[:LONGEST_SEARCH]
        page = page_number()
        found = host().customers.search(text, (page - 1) * ON_A_PAGE, ON_A_PAGE)
        return self.render(
            "customers.html",
            customers=[(customer, shown_phone(customer)) for customer in found.customers],
            suppressed=_suppressed(found.customers),
            total=found.total,
            search=text,
            page=page,
            last_page=last_page(found.total),
        )

    @expose("/<path:key>")
    def profile(self, key: str) -> Any:
        """Show a customer: his number, whether he gets SMS, and those he got."""
        customer = find_customer(key)
        page = page_number()
        messages, total = _messages(key, page)
        logins = links.customer_logins(key, row_id("logins_before"), ON_A_PAGE + 1)
        return self.render(
            "customer.html",
            customer=customer,
            phone=shown_phone(customer),
            host_page=host().customers.url(key),
            suppression=suppression(key),
            opt_out=opt_out(e164(customer)),
            titles={each.name: each.title for each in PROVIDERS.values()},
            messages=messages,
            said=words(messages),
            broadcasts=_broadcasts(messages),
            events=CATALOGUE,
            shown_text=links.shown,
            wording=wording,
            logins=logins[:ON_A_PAGE],
            more_logins=len(logins) > ON_A_PAGE,
            login_words=login_words,
            has_login_links=links.has_login_links(key),
            revocation=links.revocation(key),
            asks=request.args.get("ask", ""),
            total=total,
            page=page,
            last_page=last_page(total),
        )

    @expose("/links/<path:key>", methods=["POST"])
    def revoke(self, key: str) -> Response:
        """End the login links of all SMS that a customer has got."""
        member = checked_post()
        find_customer(key)
        links.revoke_links(key, by=member.name)
        flash(_("The links of this customer's SMS up to now sign nobody in any more."), "success")
        return redirect(url_for(".profile", key=key), 303)

    @expose("/<path:key>", methods=["POST"])
    def forbid(self, key: str) -> Response:
        """Forbid SMS to a customer, or allow them again."""
        member = checked_post()
        customer = find_customer(key)
        if request.form.get("on"):
            suppress(key, by=member.name[:100])
            flash(_("This customer gets no SMS any more."), "success")
        else:
            allow(key, e164(customer))
            flash(_("This customer gets SMS again."), "success")
        return redirect(url_for(".profile", key=key), 303)


def find_customer(key: str) -> Customer:
    """Return a customer; end the request with 404 when there is none."""
    customer = host().customers.get_many([key]).get(key) if "\x00" not in key else None
    if customer is None:
        abort(404)
    return customer


def e164(customer: Customer) -> str | None:
    """Return the customer's number as E.164, or None where it is none."""
    return to_e164(customer.phone or "", settings().region)


def _suppressed(customers: Sequence[Customer]) -> set[str]:
    """Return the keys of those who get no SMS."""
    phones = {customer.key: e164(customer) or "" for customer in customers}
    found = suppressed_among(phones, phones.values())
    return {key for key, phone in phones.items() if found.reason(key, phone)}


def shown_phone(customer: Customer) -> tuple[str, bool]:
    """Return the customer's number for people to read, and whether an SMS can go there."""
    number = e164(customer)
    return (shown(number), True) if number else (customer.phone or "", False)


def _messages(key: str, page: int) -> tuple[list[Message], int]:
    """Return a page of a customer's SMS, newest first, and how many there are (ix_sms_messages_customer).

    What stands in a list that nobody has confirmed yet is no SMS of his.
    """
    unconfirmed = exists().where(
        Broadcast.id == Message.broadcast_id,
        Broadcast.state.in_([BroadcastState.PREPARING, BroadcastState.READY]),
    )
    his = and_(Message.customer_key == key, ~unconfirmed)
    window = select(Message).where(his).order_by(Message.id.desc()).offset((page - 1) * ON_A_PAGE)
    found = read(lambda session: list(session.scalars(window.limit(ON_A_PAGE))))
    total = read(lambda session: session.scalar(select(func.count()).where(his)))
    return found, total or 0


def _broadcasts(messages: list[Message]) -> dict[int, str]:
    """Return the names of the broadcasts that these messages are of."""
    ids = {message.broadcast_id for message in messages if message.broadcast_id is not None}
    statement = select(Broadcast.id, Broadcast.name).where(Broadcast.id.in_(ids))
    return read(lambda session: {row.id: row.name for row in session.execute(statement)})
