"""Drafts: write a broadcast, change it, see how it will look to a customer, begin to form its list."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from smsadmin import links
from smsadmin.accounts import sending_account
from smsadmin.broadcasts import lifecycle
from smsadmin.broadcasts.listing import values_of
from smsadmin.broadcasts.rules import rule_of
from smsadmin.clock import utc_now
from smsadmin.current import host
from smsadmin.database import changed, read, write
from smsadmin.integration import integration
from smsadmin.models import Broadcast
from smsadmin.sending import doorbell
from smsadmin.states import BroadcastState
from smsadmin.text.template import Rendered, Template, prefixed


class NotConnected(Exception):
    """No provider is connected, so there is nobody to send through and no price."""


def create(created_by: str, **fields: Any) -> int:
    """Store a new draft; return its id."""
    broadcast = Broadcast(created_by=created_by, created_at=utc_now(), **fields)

    def add(session: Session) -> int:
        session.add(broadcast)
        session.flush()
        return broadcast.id

    return write(add)


def change(broadcast_id: int, **fields: Any) -> bool:
    """Change a draft; say whether it still was one."""
    statement = (
        update(Broadcast)
        .where(Broadcast.id == broadcast_id, Broadcast.state == BroadcastState.DRAFT)
        .values(**fields)
    )
    return write(lambda session: changed(session, statement)) == 1


def form_list(broadcast_id: int, text: str) -> None:
    """Have a worker form the list of recipients for this text; raise `NotConnected` or `NotAllowed`."""
    account = sending_account()
    if account is None:
        raise NotConnected
    full = prefixed(integration().text_prefix, text)
    rule = rule_of(read(lambda session: session.get_one(Broadcast, broadcast_id)))
    lifecycle.prepare(broadcast_id, full, host().customers.count(rule), account.id)
    doorbell.ring_prepare(broadcast_id)


def arriving(broadcast: Broadcast) -> str:
    """Return the text with the shop's name before it: of a formed list, the name it was formed with."""
    if broadcast.state == BroadcastState.DRAFT or broadcast.prefixed_text is None:
        return prefixed(integration().text_prefix, broadcast.text)
    return broadcast.prefixed_text


def example(text: str, wrap_clicks: bool, wrap_login: bool) -> Rendered:
    """Return how a text would look to the first customer, its links hidden but counted as long as they will be."""
    audience = host().customers.count()
    full = prefixed(integration().text_prefix, text)
    return _to_first_customer(links.example(full, wrap_clicks, wrap_login, audience))


def parts_for_values(text: str, wrap_clicks: bool, wrap_login: bool) -> int:
    """Return how many parts a text takes more because links with placeholders have longer codes than others."""
    plain = links.without_values(text)
    # Where clicks are not counted a link either signs in, with as long a code as any, or stands as it is.
    if plain == text or not wrap_clicks:
        return 0
    longer, usual = (example(each, wrap_clicks, wrap_login) for each in (text, plain))
    return longer.parts - usual.parts


def example_of(broadcast: Broadcast) -> Rendered:
    """Return how a broadcast looks to the first customer: a formed list keeps its name in the text and its links."""
    if broadcast.state == BroadcastState.DRAFT or broadcast.prefixed_text is None:
        return example(broadcast.text, broadcast.wrap_clicks, broadcast.wrap_login)
    return _to_first_customer(links.template(broadcast))


def _to_first_customer(template: Template) -> Rendered:
    customers = host().customers.batch(True, None, 1) or host().customers.batch(False, None, 1)
    rendered = template.render(values_of(customers[0]) if customers else {}, signs_in=True)
    return rendered._replace(text=links.shown(rendered.text))
