"""Revoked links lead on and sign nobody in: all that one customer has got, or all of one broadcast."""

from smsadmin import links, revoke_links
from smsadmin.links.texts import RUN
from tests.broadcasts.test_matching import active, look
from tests.hostapp.models import Client, db
from tests.links.visiting import TARGET, TEXT, Visitor, address_of, figures, sent_to
from tests.plugin import Shop


def refusals(shop: Shop, broadcast_id: int) -> list[str]:
    """Return why forms of a broadcast's links were refused, the newest first."""
    figures(shop, broadcast_id)
    return [use.refusal for use in links.click_list(shop.row(broadcast_id), "refused", None, 9)]


def signs_in(shop: Shop, address: str) -> bool:
    """Open a link in a browser of its own, to the end."""
    visitor = Visitor(shop)
    answer = visitor.opens(address)
    signed_in = visitor.signed_in_as() is not None
    # Whoever is refused signs in by himself, and comes to the same page.
    assert answer.headers["Location"] == (TARGET if signed_in else f"/door?to={TARGET}")
    return signed_in


def test_a_customers_links_of_before_sign_nobody_in(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)
    assert signs_in(shop, address)

    revoke_links(str(client.uid))

    assert not signs_in(shop, address)
    assert refusals(shop, broadcast_id) == ["revoked"]


def test_the_links_of_other_customers_go_on_signing_in(shop: Shop) -> None:
    other = shop.customer("Другой").uid
    _, client = sent_to(shop)

    revoke_links(str(client.uid))

    assert signs_in(shop, address_of(shop, db.session.get_one(Client, other)))


def test_an_sms_that_waited_when_its_customer_was_revoked_does_not_sign_in(shop: Shop) -> None:
    from smsadmin.broadcasts import lifecycle

    shop.connect()
    key = shop.customer().uid
    broadcast_id = shop.formed(TEXT, wrap_clicks=True, wrap_login=True)
    revoke_links(str(key))

    lifecycle.send(broadcast_id, "Мария")
    shop.work()

    assert not signs_in(shop, address_of(shop, db.session.get_one(Client, key)))


def test_the_next_sms_to_the_customer_signs_in_again(shop: Shop) -> None:
    _, client = sent_to(shop)
    old = address_of(shop, client)
    revoke_links(str(client.uid))

    shop.sent(TEXT, wrap_clicks=True, wrap_login=True)

    new = address_of(shop, db.session.get_one(Client, client.uid))
    assert new != old
    assert signs_in(shop, new)
    assert not signs_in(shop, old)


def test_revoking_twice_ends_what_came_between(shop: Shop) -> None:
    _, client = sent_to(shop)
    key = client.uid
    revoke_links(str(key), by="Мария")
    shop.sent(TEXT, wrap_clicks=True, wrap_login=True)
    between = address_of(shop, db.session.get_one(Client, key))

    revoke_links(str(key), by="Анна")

    assert not signs_in(shop, between)
    found = links.revocation(str(key))
    assert found is not None
    assert found.revoked_by == "Анна"


def test_a_broadcasts_links_sign_nobody_in_and_another_ones_do(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    key = client.uid
    old = address_of(shop, client)
    shop.sent(TEXT, wrap_clicks=True, wrap_login=True)

    links.revoke_broadcast_links(shop.row(broadcast_id), by="Мария")

    assert not signs_in(shop, old)
    assert refusals(shop, broadcast_id) == ["revoked"]
    assert signs_in(shop, address_of(shop, db.session.get_one(Client, key)))


def test_a_process_that_has_the_block_in_memory_refuses_at_once(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)
    assert signs_in(shop, address)
    shortener = shop.app.extensions["shortlinks"]
    number = shortener.codes.readings(address.rpartition("/")[2])
    assert shortener.known_blocks.find(next(iter(number)).number) is not None

    links.revoke_broadcast_links(shop.row(broadcast_id), by="Мария")

    assert not signs_in(shop, address)


def test_whoever_comes_under_a_rule_later_gets_links_that_sign_in(shop: Shop) -> None:
    shop.connect()
    early = shop.customer("Раньше", points=100).uid
    broadcast_id = active(shop, TEXT, wrap_clicks=True, wrap_login=True)
    look(broadcast_id)
    shop.work()

    links.revoke_broadcast_links(shop.row(broadcast_id), by="Мария")
    assert links.login_links(shop.row(broadcast_id)).working is False
    late = shop.customer("Позже", points=100).uid
    look(broadcast_id)
    shop.work()

    assert [message.position for message in shop.messages(broadcast_id)] == [0, RUN]
    assert not signs_in(shop, address_of(shop, db.session.get_one(Client, early)))
    assert signs_in(shop, address_of(shop, db.session.get_one(Client, late)))
    assert links.login_links(shop.row(broadcast_id)).working is True


def test_a_batch_that_was_begun_before_the_links_were_revoked_is_begun_anew(shop: Shop) -> None:
    from smsadmin.broadcasts.lifecycle import NotAllowed
    from smsadmin.broadcasts.listing import advance
    from smsadmin.database import write

    shop.connect()
    shop.customer("Раньше", points=100)
    broadcast_id = active(shop, TEXT, wrap_login=True)
    look(broadcast_id)
    read_before = shop.row(broadcast_id)

    links.revoke_broadcast_links(shop.row(broadcast_id), by="Мария")

    try:
        write(lambda session: advance(session, read_before, next_position=read_before.next_position + 1))
    except NotAllowed:
        pass
    else:
        raise AssertionError("the batch took numbers of a revoked block")
    assert shop.row(broadcast_id).next_position == RUN


def test_a_list_of_logins_names_the_link_by_its_number(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)
    signs_in(shop, address)
    figures(shop, broadcast_id)

    (login,) = links.customer_logins(str(client.uid), None, 9)
    (use,) = links.click_list(shop.row(broadcast_id), "logins", None, 9)

    codes = shop.app.extensions["shortlinks"].codes
    assert login.number == use.number == next(iter(codes.readings(address.rpartition("/")[2]))).number
    assert (login.url, login.broadcast_id, login.outcome) == (TARGET, broadcast_id, "signed_in")
    assert use.url == TARGET


def test_the_logins_of_a_customer_are_his_alone_and_come_in_pages(shop: Shop) -> None:
    other = shop.customer("Другой").uid
    broadcast_id, client = sent_to(shop)
    for _ in range(3):
        signs_in(shop, address_of(shop, client))
    signs_in(shop, address_of(shop, db.session.get_one(Client, other)))
    figures(shop, broadcast_id)

    first = links.customer_logins(str(client.uid), None, 2)
    rest = links.customer_logins(str(client.uid), first[-1].id, 2)

    assert [len(first), len(rest)] == [2, 1]
    assert {login.number for login in first + rest} == {first[0].number}
    assert len(links.customer_logins(str(other), None, 9)) == 1
    assert links.customer_logins("nobody", None, 9) == []
