"""Wrapped links with placeholders, from the list to the click: each recipient comes to his own page."""

import json
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, select, update
from sqlalchemy.orm import Session

from shortlinks import personal
from shortlinks.codes import code_chars
from shortlinks.models import LinkBlock
from shortlinks.text import fill, put_markers
from smsadmin import links
from smsadmin.broadcasts import drafts, lifecycle
from smsadmin.database import read, write
from smsadmin.links.values import link_values
from smsadmin.models import Answered, Asked, Message
from smsadmin.sending.sweeper import sweep
from smsadmin.statistics.listed import cost
from smsadmin.text import placeholders
from smsadmin.text.parts import count_parts
from tests.broadcasts.scheduling import HOUR, expected, form, scheduled, the_time_comes
from tests.broadcasts.test_matching import active, look
from tests.hostapp.models import Client, db
from tests.links.visiting import Visitor, address_of, figures
from tests.plugin import Shop, fresh_phone

TEXT = "Купон: http://localhost/c/{name}?n={name}#x ждём"
LONG = "я" * 90
"""Characters of a name; encoded they are six times as many."""


def led_to(shop: Shop, client: Any, **opening: Any) -> str:
    return str(Visitor(shop).get(address_of(shop, client), **opening).headers["Location"])


def test_each_recipient_is_led_to_the_address_with_his_values_and_counted(shop: Shop) -> None:
    shop.connect()
    anna, vera = shop.customer("Anna"), shop.customer("../x?y=1")
    broadcast_id = shop.sent(TEXT, wrap_clicks=True)
    shop.a_minute_passes()

    assert led_to(shop, anna) == "http://localhost/c/Anna?n=Anna#x"
    assert led_to(shop, vera) == "http://localhost/c/--%2Fx%3Fy%3D1?n=..%2Fx%3Fy%3D1#x"
    counted = figures(shop, broadcast_id)
    assert (counted.clicks, counted.unique) == (2, 2)


def test_one_block_serves_all_and_their_codes_end_in_eight_characters(shop: Shop) -> None:
    shop.connect()
    shop.customers(5)
    broadcast_id = shop.formed(f"{TEXT} и http://localhost/sale", wrap_clicks=True)
    owned = select(LinkBlock).where(LinkBlock.owner.like(f"broadcast:{broadcast_id}:%"))
    blocks = read(lambda session: session.scalars(owned.order_by(LinkBlock.link_index)).all())

    assert [block.url for block in blocks] == [
        "http://localhost/c/{name}?n={name}#x",
        "http://localhost/sale",
    ]
    for text in links.texts(shop.messages(broadcast_id)):
        codes = [word.rpartition("/")[2] for word in text.split() if word.startswith("http")]
        assert [len(code) for code in codes] == [
            code_chars(block.first, login=False, personal=own)
            for block, own in zip(blocks, (True, False), strict=True)
        ]


def test_the_message_keeps_the_final_values_and_nothing_where_no_link_has_any(shop: Shop) -> None:
    shop.connect()
    shop.customer("Ан\nна\ue000")
    kept = shop.messages(shop.formed(TEXT, wrap_clicks=True))[0]
    plain = shop.messages(shop.formed("{name}: http://localhost/sale", wrap_clicks=True))[0]
    bare = shop.messages(shop.formed(TEXT))[0]

    assert json.loads(kept.link_values or "") == {"name": "Ан на"}
    assert (plain.link_values, bare.link_values) == (None, None)


def test_what_changed_in_the_profile_since_does_not_change_the_link(shop: Shop) -> None:
    shop.connect()
    anna = shop.customer("Anna")
    shop.sent(TEXT, wrap_clicks=True)
    anna.full_name = "Other"
    db.session.commit()

    assert led_to(shop, anna) == "http://localhost/c/Anna?n=Anna#x"


def test_the_parts_of_a_list_are_those_of_what_arrives(shop: Shop) -> None:
    shop.connect()
    shop.customer("Ян")
    for filler in range(20, 50):
        text = "Я" * filler + " http://localhost/c/{name} {name}"

        broadcast_id = shop.formed(text, wrap_clicks=True)

        [message] = shop.messages(broadcast_id)
        [arriving] = links.texts([message])
        assert message.parts == count_parts(arriving).count == cost(shop.row(broadcast_id)).parts
        assert drafts.example_of(shop.row(broadcast_id)).characters == len(arriving)


def test_a_link_that_signs_in_leads_to_the_customers_own_page(shop: Shop) -> None:
    shop.connect()
    client = shop.customer("Anna")
    shop.sent("Кабинет: http://localhost/home/{name} ждём", wrap_login=True)
    visitor = Visitor(shop)

    answer = visitor.opens(address_of(shop, client))

    assert (answer.status_code, answer.headers["Location"]) == (303, "http://localhost/home/Anna")
    assert visitor.signed_in_as() == client.get_id()


def test_who_is_not_signed_in_has_the_address_itself_or_a_code_that_only_counts(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    shop.customer("Муж", phone=phone)
    shop.customer("Жена", phone=phone)
    text = "Кабинет: http://localhost/home/{name} ждём"

    only_login = shop.messages(shop.formed(text, wrap_login=True))[0]
    both = shop.messages(shop.formed(text, wrap_login=True, wrap_clicks=True))[0]

    assert only_login.text == "Кабинет: http://localhost/home/%D0%9C%D1%83%D0%B6 ждём"
    assert (only_login.signs_in, only_login.link_values) == (False, None)
    assert (both.signs_in, json.loads(both.link_values or "")) == (False, {"name": "Муж"})
    code = links.texts([both])[0].split()[1].rpartition("/")[2]
    assert Visitor(shop).get(f"/l/{code}").headers["Location"] == "http://localhost/home/%D0%9C%D1%83%D0%B6"


@pytest.mark.parametrize("wraps", [{"wrap_login": True}, {"wrap_login": True, "wrap_clicks": True}])
def test_who_may_not_be_signed_in_any_more_when_it_leaves_still_gets_his_own_page(
    shop: Shop, wraps: dict[str, bool]
) -> None:
    shop.connect()
    client = shop.customer("Ann a")
    key, phone = client.uid, client.mobile or ""
    broadcast_id = shop.formed("Кабинет: http://localhost/home/{name} ждём", **wraps)
    client.mobile_ok_at = None
    db.session.commit()

    lifecycle.send(broadcast_id, "Мария")
    shop.work()

    [arrived] = shop.simulator.arrived(phone[1:])
    if "wrap_clicks" in wraps:
        assert led_to(shop, db.session.get_one(Client, key)) == "http://localhost/home/Ann%20a"
    else:
        assert arrived["text"] == "Кабинет: http://localhost/home/Ann%20a ждём"


def test_a_link_to_another_site_is_counted_with_values_and_signs_nobody_in(shop: Shop) -> None:
    shop.connect()
    client = shop.customer("Anna")
    broadcast_id = shop.sent("Тут: https://other.example/{name} ждём", wrap_login=True, wrap_clicks=True)
    shop.a_minute_passes()

    assert led_to(shop, client) == "https://other.example/Anna"
    assert figures(shop, broadcast_id).clicks == 1


@pytest.mark.parametrize("gone", ["values", "message"])
def test_a_message_whose_values_are_gone_leads_to_the_address_without_them(shop: Shop, gone: str) -> None:
    shop.connect()
    client = shop.customer("Anna")
    broadcast_id = shop.sent(TEXT, wrap_clicks=True)
    shop.a_minute_passes()
    of_it = Message.broadcast_id == broadcast_id
    if gone == "values":
        write(lambda session: session.execute(update(Message).where(of_it).values(link_values=None)))
    else:
        for rows in (delete(Answered), delete(Asked), delete(Message).where(of_it)):
            write(partial(Session.execute, statement=rows))

    assert led_to(shop, client) == "http://localhost/c/?n=#x"


def test_the_values_cost_one_read_by_an_index(shop: Shop) -> None:
    shop.connect()
    shop.customers(3)
    broadcast_id = shop.formed(TEXT, wrap_clicks=True)
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    found = [link_values(f"broadcast:{broadcast_id}:1", position) for position in (0, 2, 3)]
    old_list = link_values(f"broadcast:{broadcast_id}:0", 0)
    event.remove(Engine, "before_cursor_execute", note)

    assert found == [{"name": "Клиент 0"}, {"name": "Клиент 2"}, None]
    assert old_list is None
    assert len(statements) == 4


def test_whose_values_make_the_link_too_long_is_left_out_and_says_so(shop: Shop) -> None:
    shop.connect()
    shop.customer(LONG)
    shop.customer("Anna")
    text = "Тут: http://localhost/" + "{name}/" * 5 + " ждём"

    wrapped = shop.messages(shop.formed(text, wrap_clicks=True))
    bare = shop.messages(shop.formed(text))

    assert [(one.state, one.reason) for one in wrapped] == [("queued", ""), ("skipped", "link_too_long")]
    assert [one.state for one in bare] == ["queued", "queued"]


def test_of_two_on_one_phone_the_second_gets_it_where_the_firsts_link_is_too_long(shop: Shop) -> None:
    shop.connect()
    phone = fresh_phone()
    shop.customer(LONG, phone=phone)
    shop.customer("Anna", phone=phone)

    messages = shop.messages(shop.formed("http://localhost/" + "{name}/" * 5, wrap_clicks=True))

    assert {one.name: one.reason for one in messages} == {"Anna": "", LONG: "link_too_long"}


def test_a_scheduled_list_leads_to_each_ones_own_page(shop: Shop) -> None:
    shop.connect()
    client = shop.customer("Anna")
    broadcast_id = scheduled(shop, HOUR, text=TEXT, wrap_clicks=True)

    the_time_comes(broadcast_id)
    sweep("w")
    shop.work()

    assert led_to(shop, client) == "http://localhost/c/Anna?n=Anna#x"


def test_a_list_that_is_formed_at_its_time_leads_to_each_ones_own_page(shop: Shop) -> None:
    shop.connect()
    client = shop.customer("Anna")
    broadcast_id = expected(shop, HOUR, text=TEXT, wrap_clicks=True)
    sweep("w")
    form(broadcast_id)

    the_time_comes(broadcast_id)
    sweep("w")
    shop.work()

    assert led_to(shop, client) == "http://localhost/c/Anna?n=Anna#x"


def test_who_comes_under_a_rule_gets_his_own_page_in_every_block(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("smsadmin.links.texts"), "RUN", 2)
    shop.connect()
    broadcast_id = active(shop, TEXT, wrap_clicks=True)
    clients = []
    for number in range(5):
        clients.append(shop.customer(f"C{number}", points=100))
        look(broadcast_id)
    shop.work()

    led = [led_to(shop, client) for client in clients]

    assert led == [f"http://localhost/c/C{number}?n=C{number}#x" for number in range(5)]


def test_neither_screen_nor_ledger_holds_the_code_or_a_working_link(shop: Shop) -> None:
    shop.connect()
    client = shop.customer("Anna")
    broadcast_id = shop.sent(TEXT, wrap_clicks=True)
    shop.a_minute_passes()
    code = address_of(shop, client).rpartition("/")[2]
    [message] = shop.messages(broadcast_id)
    asked = read(lambda session: session.scalars(select(Asked.text)).all())

    assert links.shown(message.text) == "Купон: http://localhost/l/•••• ждём"
    assert drafts.example_of(shop.row(broadcast_id)).text == "Купон: http://localhost/l/•••• ждём"
    assert all("Anna" not in text and code not in text for text in asked)
    assert code not in message.text + (message.link_values or "")


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_wrapped_link_leads_to_what_would_stand_in_the_text(name: str, city: str) -> None:
    text = "Вам {name}: https://shop.ru/a/{name}/{ city }?x={city}#{name} и http://домен.рф/{city}, ждём"
    values = {"name": name, "city": city}
    kept = {key: placeholders.cleaned(value) for key, value in values.items()}
    marked, urls = put_markers(text)

    led = fill(placeholders.fill(marked, values), [personal.filled(url, kept) for url in urls])

    assert led == placeholders.fill(text, values)
