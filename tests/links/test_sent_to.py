"""A login link is bound to the one customer with this phone: when the list is formed, when it leaves, at the click."""

import pytest
from sqlalchemy import update

from smsadmin import links
from smsadmin.broadcasts import lifecycle
from smsadmin.database import write
from smsadmin.models import Message
from tests.hostapp.models import Client, db
from tests.links.visiting import TEXT, Visitor, address_of, figures, sent_to
from tests.plugin import Shop, fresh_phone


def change(broadcast_id: int, **values: object) -> None:
    """Write into all messages of a broadcast."""
    statement = update(Message).where(Message.broadcast_id == broadcast_id).values(**values)
    write(lambda session: session.execute(statement))


def refused_with(shop: Shop, broadcast_id: int, address: str) -> str | None:
    """Open a link to the end; return why it signs nobody in, None where it does."""
    visitor = Visitor(shop)
    visitor.opens(address)
    if visitor.signed_in_as() is not None:
        return None
    figures(shop, broadcast_id)
    return links.click_list(shop.row(broadcast_id), "refused", None, 1)[0].refusal


def signing_in(shop: Shop, broadcast_id: int) -> list[bool]:
    return [message.signs_in for message in shop.messages(broadcast_id)]


def test_the_link_still_signs_in_when_the_number_was_erased(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)

    change(broadcast_id, phone="erased")

    assert refused_with(shop, broadcast_id, address) is None


def test_a_changed_phone_is_refused_also_when_the_number_was_erased(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)
    change(broadcast_id, phone="erased")

    client.mobile = fresh_phone()
    db.session.commit()

    assert refused_with(shop, broadcast_id, address) == "phone_changed"


@pytest.mark.parametrize("mobile", [None, "", "erased"])
def test_a_customer_without_a_number_matches_no_erased_one(shop: Shop, mobile: str | None) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)
    change(broadcast_id, phone=mobile or "")

    client.mobile = mobile
    db.session.commit()

    assert refused_with(shop, broadcast_id, address) == "phone_changed"


def test_a_message_from_before_there_were_hashes_is_compared_by_its_number(shop: Shop) -> None:
    broadcast_id, client = sent_to(shop)
    address = address_of(shop, client)

    change(broadcast_id, phone_hash=None)
    assert refused_with(shop, broadcast_id, address) is None

    client.mobile = fresh_phone()
    db.session.commit()
    assert refused_with(shop, broadcast_id, address) == "phone_changed"


def test_only_messages_whose_links_sign_in_have_a_hash_and_it_does_not_show_the_number(shop: Shop) -> None:
    shop.connect()
    phone = shop.customer().mobile or ""
    with_login = shop.formed(TEXT, wrap_login=True)
    without = shop.formed(TEXT, wrap_clicks=True)

    (message,), (plain,) = shop.messages(with_login), shop.messages(without)
    assert plain.phone_hash is None
    assert message.phone_hash is not None
    assert phone.lstrip("+") not in message.phone_hash


def test_when_the_list_is_formed_a_number_of_two_signs_in_neither_also_where_only_one_is_on_it(
    shop: Shop,
) -> None:
    shop.connect()
    phone = shop.customer("Анна", language="ru").mobile
    shop.customer("Борис", phone=phone, language="en")
    shop.customer("Вера", language="ru")

    broadcast_id = shop.formed(TEXT, wrap_login=True, rule='{"language": "ru"}')

    assert signing_in(shop, broadcast_id) == [False, True]


@pytest.mark.parametrize("who", ["another customer", "staff", "nobody"])
def test_when_it_leaves_a_number_that_is_somebody_elses_too_signs_nobody_in(shop: Shop, who: str) -> None:
    shop.connect()
    client = shop.customer("Анна")
    key, phone = client.uid, client.mobile
    shop.customer("Вера")
    broadcast_id = shop.formed(TEXT, wrap_clicks=True, wrap_login=True)
    assert signing_in(shop, broadcast_id) == [True, True]
    if who == "another customer":
        shop.customer("Борис", phone=phone)
    elif who == "staff":
        shop.employee("operator", tel=phone)

    lifecycle.send(broadcast_id, "Мария")
    shop.work()

    assert shop.states(broadcast_id) == {"accepted": 2}
    assert signing_in(shop, broadcast_id) == [who == "nobody", True]
    # The link leads on: straight to its page, where no form signs in.
    answer = Visitor(shop).get(address_of(shop, db.session.get_one(Client, key)))
    assert ("/sms/in/" in answer.headers["Location"]) == (who == "nobody")


def test_when_it_leaves_somebody_who_has_not_verified_the_number_changes_nothing(shop: Shop) -> None:
    shop.connect()
    client = shop.customer("Анна")
    broadcast_id = shop.formed(TEXT, wrap_clicks=True, wrap_login=True)
    shop.customer("Борис", phone=client.mobile, mobile_ok_at=None)

    lifecycle.send(broadcast_id, "Мария")
    shop.work()

    assert signing_in(shop, broadcast_id) == [True]
