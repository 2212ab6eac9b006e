"""When an SMS left, as the short links are told: the moment of its claim, before a call that may take long."""

from datetime import timedelta

from sqlalchemy import select, update

from shortlinks.rules import SOONEST
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.links.handed_over import handed_over
from smsadmin.links.owner import owner_of
from smsadmin.models import Asked, Broadcast, Message
from tests.links.visiting import TEXT, Visitor, address_of, figures, sent_to
from tests.plugin import Shop


def asked(shop: Shop, broadcast_id: int) -> Asked:
    (message,) = shop.messages(broadcast_id)
    return read(lambda session: session.scalars(select(Asked).where(Asked.message_id == message.id)).one())


def test_a_click_right_after_its_sms_was_claimed_is_no_persons(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    write(lambda session: session.execute(update(Asked).values(at=utc_now())))

    Visitor(shop).get(address_of(shop, client))

    assert (figures(shop, broadcast_id).clicks, figures(shop, broadcast_id).bot_clicks) == (0, 1)


def test_whoever_signs_in_is_a_person_however_soon(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    write(lambda session: session.execute(update(Asked).values(at=utc_now())))

    Visitor(shop).opens(address_of(shop, client))

    assert (figures(shop, broadcast_id).clicks, figures(shop, broadcast_id).bot_clicks) == (1, 0)


def test_a_call_that_takes_long_makes_nobody_a_robot(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    # The provider took half a minute to answer, and the SMS came through at once.
    write(lambda session: session.execute(update(Asked).values(at=utc_now() - timedelta(seconds=30))))
    write(lambda session: session.execute(update(Message).values(accepted_at=utc_now())))

    Visitor(shop).get(address_of(shop, client))

    assert figures(shop, broadcast_id).clicks == 1


def test_of_several_attempts_the_first_one_counts(shop: Shop) -> None:
    broadcast_id, _ = sent_to(shop)
    first = asked(shop, broadcast_id)
    again = {column.name: getattr(first, column.name) for column in Asked.__table__.columns}
    again |= {"attempt_id": "again", "reference": "again", "at": first.at + timedelta(minutes=5)}
    write(lambda session: session.add(Asked(**again)))
    owner, since = owner_of(shop.row(broadcast_id)), utc_now() - timedelta(days=1)
    (message,) = shop.messages(broadcast_id)

    assert handed_over([(owner, message.position or 0)], since) == {(owner, message.position): first.at}


def test_of_what_is_over_long_ago_or_not_ours_nothing_is_said(shop: Shop) -> None:
    broadcast_id, _ = sent_to(shop)
    owner = owner_of(shop.row(broadcast_id))
    write(lambda session: session.execute(update(Broadcast).values(finished_at=utc_now())))
    messages = [(owner, 0), (owner, 999), ("broadcast:999:1", 0), (f"{owner}1", 0), ("poster", 0)]

    assert set(handed_over(messages, utc_now() - SOONEST)) == {(owner, 0)}
    assert handed_over(messages, utc_now() + timedelta(seconds=1)) == {}
    assert handed_over(messages[1:], utc_now() - SOONEST) == {}


def test_what_was_never_handed_over_has_no_moment(shop: Shop) -> None:
    shop.connect()
    shop.customer()
    owner = owner_of(shop.row(shop.formed(TEXT, wrap_clicks=True)))

    assert handed_over([(owner, 0)], utc_now() - timedelta(days=1)) == {}
